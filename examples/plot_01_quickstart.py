"""
Fit, score, look
================

A first classifier of handwritten digits: fit it, score it, and look at where it errs. It runs on
the 8x8 digits that come with scikit-learn; ``python plot_01_quickstart.py --mnist`` runs it on
MNIST.
"""

# %%
# The data
# --------
# Rows of pixels and labels, as for any classifier of scikit-learn. The labels of MNIST are strings,
# those of the bundled digits are integers; either come back from ``predict`` as they were given.

import sys

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

mnist = "--mnist" in sys.argv
if mnist:
    X_train, y_train = fetch_mnist("train", return_X_y=True)
    X_test, y_test = fetch_mnist("test", return_X_y=True)
else:
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

# %%
# Fit and score
# -------------
# A few epochs are enough to see what it does; the default, ``max_epochs="auto"``, is more accurate.
# A hold-out shows how training goes, and ``random_state`` makes it repeatable.

classifier = CNNDigitClassifier(
    max_epochs=2 if mnist else 20, validation_fraction=0.1, random_state=0
)
classifier.fit(X_train, y_train)
print(f"{classifier.score(X_test, y_test):.2%} of {len(X_test):,} test images are read right")

# %%
# How training went
# -----------------

TrainingCurveDisplay.from_estimator(classifier)
plt.show()

# %%
# What it answers
# ---------------
# Below each image stand the answer and its probability, and the truth where that is another.

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
plt.show()

# %%

MisclassifiedDisplay.from_estimator(classifier, X_test, y_test, n_images=12)
plt.show()
