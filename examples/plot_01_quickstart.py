"""
Fit, score, look
================

Fit a classifier of handwritten digits, score it, and look at its errors.
"""

# %%
# The data
# --------
# Rows of pixels and labels, as for any classifier of scikit-learn. The data
# are a part of MNIST if it has been downloaded before, otherwise the 8x8
# digits that come with scikit-learn. The labels of MNIST are strings, those of
# the 8x8 digits are integers; ``predict`` returns labels of the same type.

import matplotlib.pyplot as plt
from matplotlib.colors import SymLogNorm
from sklearn.datasets import load_digits
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist
from skdigits.displays import (
    MisclassifiedDisplay,
    SamplePredictionsDisplay,
    TrainingCurveDisplay,
)

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X, y = X[:10_000], y[:10_000]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
print(f"{len(X_train):,} training images of {X.shape[1]} pixels")
print(f"{len(X_test):,} test images")

# %%
# Fit and score
# -------------
# Five epochs are enough here; the default, ``max_epochs="auto"``, is more
# accurate. A validation set shows how training goes, and ``random_state``
# makes the result reproducible.

classifier = CNNDigitClassifier(
    max_epochs=5,
    validation_fraction=0.1,
    random_state=0,
)
classifier.fit(X_train, y_train)
print(f"accuracy on the test images: {classifier.score(X_test, y_test):.2%}")

# %%
# How training went
# -----------------
# The validation loss may be lower than the training loss, because training
# images are distorted and their labels smoothed.

TrainingCurveDisplay.from_estimator(classifier)
plt.show()

# %%
# What it predicts
# ----------------
# Below each image are the predicted label, its probability and the position of
# the image in ``X_test``, and the true label if the prediction is wrong.

# sphinx_gallery_thumbnail_number = 2
SamplePredictionsDisplay.from_estimator(
    classifier,
    X_test,
    y_test,
    random_state=0,
)
plt.show()

# %%
# Where it errs
# -------------
# scikit-learn's confusion matrix counts the predicted labels for each true
# label. On a logarithmic scale of colours, the few errors are visible beside
# the many correct predictions.

figure, ax = plt.subplots(figsize=(5.2, 5.2), layout="constrained")
ConfusionMatrixDisplay.from_estimator(
    classifier,
    X_test,
    y_test,
    cmap="Blues",
    colorbar=False,
    im_kw={"norm": SymLogNorm(linthresh=1, vmin=0)},
    ax=ax,
)
ax.set_title("True and predicted labels")
plt.show()

# %%
# The errors themselves tell more. The most confident ones come first.

MisclassifiedDisplay.from_estimator(classifier, X_test, y_test)
plt.show()
