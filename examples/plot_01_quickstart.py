"""
Fit, score, look
================

A first classifier of handwritten digits: fit it, score it, and look at where it errs.
"""

# %%
# The data
# --------
# Rows of pixels and labels, as for any classifier of scikit-learn: a part of MNIST where it has
# been fetched before, else the 8x8 digits that come with scikit-learn. The labels of MNIST are
# strings, those of the bundled digits are integers; either come back from ``predict`` as they were
# given.

import matplotlib.pyplot as plt
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
X_train, X_test, y_train, y_test = train_test_split(X[:10_000], y[:10_000], random_state=0)
print(f"{len(X_train):,} training images of {X.shape[1]} pixels, {len(X_test):,} test images")

# %%
# Fit and score
# -------------
# A few epochs are enough to see what it does; the default, ``max_epochs="auto"``, is more accurate.
# A hold-out shows how training goes, and ``random_state`` makes it repeatable.

classifier = CNNDigitClassifier(max_epochs=5, validation_fraction=0.1, random_state=0)
classifier.fit(X_train, y_train)
print(f"{classifier.score(X_test, y_test):.2%} of the test images are read right")

# %%
# How training went
# -----------------
# The loss on the hold-out may be below that of the training, which sees distorted images and
# smoothed labels.

TrainingCurveDisplay.from_estimator(classifier).figure_.suptitle("Training, epoch by epoch")
plt.show()

# %%
# What it answers
# ---------------
# Below each image stand the answer and its probability, and the truth where that is another.

# sphinx_gallery_thumbnail_number = 2
SamplePredictionsDisplay.from_estimator(classifier, X_test, y_test, random_state=0)
plt.show()

# %%
# Where it errs
# -------------
# scikit-learn's confusion matrix counts which digit is taken for which; the errors themselves tell
# more, the most confident ones first.

figure, ax = plt.subplots(layout="constrained")
ConfusionMatrixDisplay.from_estimator(
    classifier, X_test, y_test, cmap="Blues", colorbar=False, ax=ax
)
ax.set_title("What is taken for what")
plt.show()

# %%

MisclassifiedDisplay.from_estimator(classifier, X_test, y_test, n_images=12)
plt.show()
