"""
Where it errs
=============

The accuracy says how often a classifier errs, but not where. Here, a network
is trained on few images, so that there are errors to look at.
"""

# %%
# A network with few training images
# ----------------------------------

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
classifier = CNNDigitClassifier(max_epochs=3, random_state=0)
classifier.fit(X_train, y_train)
accuracy = classifier.score(X_test, y_test)
print(f"accuracy on {len(X_test):,} test images: {accuracy:.2%}")

# %%
# The most frequent confusions
# ----------------------------
# :func:`~skdigits.most_confused` lists the confusions: true label, predicted
# label, and how often this occurred, the most frequent ones first.

confusions = most_confused(y_test, classifier.predict(X_test))
for true, predicted, count in confusions[:5]:
    print(f"true {true}, predicted {predicted}: {count} times")

# %%
# A confusion matrix with images
# ------------------------------
# Each cell shows the image for which the wrong label, or the correct one on
# the diagonal, had the largest probability.

ConfusionGalleryDisplay.from_estimator(classifier, X_test, y_test)
plt.show()

# %%
# The errors themselves
# ---------------------
# The most confident ones come first; a threshold on the probability would not
# detect them. Bars show the three most probable labels, the predicted one in
# orange and the true one in blue.

MisclassifiedDisplay.from_estimator(classifier, X_test, y_test)
plt.show()

# %%
# One confusion at a time
# -----------------------
# ``pair`` selects a single cell of the matrix, here that of the most frequent
# error. If these images are written in a similar way, more training images of
# that kind will help.

true, predicted, count = confusions[0]
MisclassifiedDisplay.from_estimator(
    classifier,
    X_test,
    y_test,
    pair=(true, predicted),
)
plt.show()
