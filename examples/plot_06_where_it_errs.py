"""
Where it errs
=============

An accuracy says how often a classifier errs, not where. Here a network is trained on so few images
that it leaves errors to look at.
"""

# %%
# A network of little experience
# ------------------------------

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier, most_confused
from skdigits.datasets import fetch_mnist
from skdigits.displays import ConfusionGalleryDisplay, MisclassifiedDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X[:10_000], y[:10_000], train_size=600, random_state=0
)
classifier = CNNDigitClassifier(max_epochs=3, random_state=0).fit(X_train, y_train)
print(f"{classifier.score(X_test, y_test):.2%} of {len(X_test):,} test images are read right")

# %%
# What is taken for what
# ----------------------
# :func:`~skdigits.most_confused` lists the confusions, the most frequent ones first: the truth, the
# answer, and how often it was given.

confusions = most_confused(y_test, classifier.predict(X_test))
for true, predicted, count in confusions[:5]:
    print(f"{count} of {true} are taken for {predicted}")

# %%
# A confusion matrix with images
# ------------------------------
# Each cell shows the image for which the network was surest of that answer. Could you have told?

ConfusionGalleryDisplay.from_estimator(classifier, X_test, y_test)
plt.show()

# %%
# The errors themselves
# ---------------------
# The most confident ones come first: those that no threshold on the probability would catch. Bars
# show the three most probable labels, the answer in vermilion and the truth in blue.

MisclassifiedDisplay.from_estimator(classifier, X_test, y_test, n_images=12)
plt.show()

# %%
# One confusion at a time
# -----------------------
# ``pair`` shows a single cell of the matrix, here the most frequent error. Where all images have
# the same way of writing in common, more training images of that kind are what is missing.

true, predicted, count = confusions[0]
MisclassifiedDisplay.from_estimator(classifier, X_test, y_test, pair=(true, predicted), n_images=12)
plt.show()
