"""
In a pipeline, with labels of any kind
======================================

The classifier trains on pixels of any scale. A pipeline that begins with
:class:`~skdigits.PixelScaler` also remembers the range of the pixels, and
refuses images on another scale. Labels may be strings.
"""

# %%
# Labels that are words
# ---------------------

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, PixelScaler
from skdigits.datasets import fetch_mnist
from skdigits.displays import SamplePredictionsDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
names = ["zero", "one", "two", "three", "four"]
names += ["five", "six", "seven", "eight", "nine"]
X, y = X[:10_000], np.array(names)[y[:10_000].astype(int)]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

# %%
# Scaler and classifier in one model
# ----------------------------------
# For integers, the range is that of the dtype: 0 to 255 for the bytes of
# MNIST. For floats, it is what ``fit`` finds: 0 to 16 for the 8x8 digits. You
# can also state it, as in ``PixelScaler(pixel_range=(0, 16))``.

classifier = CNNDigitClassifier(max_epochs=5, random_state=0)
model = make_pipeline(PixelScaler(), classifier)
model.fit(X_train, y_train)
print(classification_report(y_test, model.predict(X_test), labels=names))

# %%
# Displays take pipelines
# -----------------------

SamplePredictionsDisplay.from_estimator(model, X_test, y_test, random_state=0)
plt.show()

# %%
# An image on another scale
# -------------------------
# A classifier without a scaler would make predictions for such images. The
# pipeline refuses them, and says which range it expects.

try:
    model.predict(X_test[:5] * 10.0)
except ValueError as error:
    print(error)
