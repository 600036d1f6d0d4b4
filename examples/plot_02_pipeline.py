"""
In a pipeline, with labels of any kind
======================================

The classifier trains on pixels of any scale. A pipeline that begins with
:class:`~skdigits.PixelScaler` also remembers their range, and refuses images on another scale.
Labels may be strings, and stay so.
"""

# %%
# Digits that are called by name
# ------------------------------

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
names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
y = np.array(names)[y.astype(int)]
X_train, X_test, y_train, y_test = train_test_split(X[:10_000], y[:10_000], random_state=0)

# %%
# Scaling and classifier in one
# -----------------------------
# The range is what the dtype says, 0 to 255 for the bytes of MNIST, or what ``fit`` sees, 0 to 16
# for the floats of the bundled digits. It can be stated, too: ``PixelScaler(pixel_range=(0, 16))``.

model = make_pipeline(PixelScaler(), CNNDigitClassifier(max_epochs=5, random_state=0))
model.fit(X_train, y_train)
print(classification_report(y_test, model.predict(X_test), labels=names))

# %%
# The pipeline's displays
# -----------------------

SamplePredictionsDisplay.from_estimator(model, X_test, y_test, n_images=12, random_state=0)
plt.show()

# %%
# An image on another scale
# -------------------------
# A classifier alone would answer all the same. The pipeline says what it saw and what it expected.

try:
    model.predict(X_test[:5] * 10.0)
except ValueError as error:
    print(error)
