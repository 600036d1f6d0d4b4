"""
What the network sees
=====================

Three views into a network: what its convolutions make of an image, and, in two ways, which pixels
speak for an answer.
"""

# %%
# A trained network
# -----------------

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist
from skdigits.displays import FeatureMapsDisplay, SaliencyDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X[:10_000], y[:10_000], random_state=0)
classifier = CNNDigitClassifier(max_epochs=3, random_state=0).fit(X_train, y_train)
print(f"{classifier.score(X_test, y_test):.2%} of the test images are read right")

# %%
# What the convolutions make of an image
# --------------------------------------
# The first finds edges in one direction or another, and blank paper; the deeper ones combine these,
# on an ever coarser grid. Shown are the strongest maps of each, after pooling and ReLU.

display = FeatureMapsDisplay.from_estimator(classifier, X_test[:1])
display.ax_.set_title("From the image to the deepest maps")
plt.show()

# %%
# Covered, it is not recognised
# -----------------------------
# A square patch of background slides over the image. Blue is where the probability of the answer
# falls when the patch lies there: what it hides speaks for the answer. Red is where it rises.
# These are the images of which the network is least sure.

unsure = classifier.predict_proba(X_test).max(axis=1).argsort()[:6]
SaliencyDisplay.from_estimator(classifier, X_test[unsure], y_test[unsure])
plt.show()

# %%
# Pixel by pixel
# --------------
# Integrated gradients follow the decision from blank paper to the image, and give each pixel its
# share of the difference. This is finer, and asks the network itself; the patch works for any
# classifier with probabilities.

SaliencyDisplay.from_estimator(
    classifier, X_test[unsure], y_test[unsure], method="integrated_gradients"
)
plt.show()

# %%
# What speaks for the truth
# -------------------------
# ``target`` asks about another label than the answer. Of an error, it shows what the network has
# seen of the truth, and what kept it from it.

SaliencyDisplay.from_estimator(
    classifier,
    X_test[unsure],
    y_test[unsure],
    target=y_test[unsure],
    method="integrated_gradients",
)
plt.show()
