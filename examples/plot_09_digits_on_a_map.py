"""
Digits on a map
===============

The last layer but one of a network turns an image into a row of numbers, in which the digits lie
apart. Brought to two dimensions, they make a map: what the network finds alike lies close together.
"""

# %%
# A trained network
# -----------------

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist
from skdigits.displays import EmbeddingDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X[:6_000], y[:6_000], test_size=600, random_state=0
)
classifier = CNNDigitClassifier(max_epochs=4, random_state=0).fit(X_train, y_train)
print(f"{classifier.features(X_test).shape[1]} numbers of {X.shape[1]} pixels")

# %%
# Before and after
# ----------------
# Test images in the plane in which they differ most, by :class:`~sklearn.decomposition.PCA`: of
# their pixels on the left, of the network's numbers on the right.

figure, axes = plt.subplots(1, 2, figsize=(9, 4.5), layout="constrained")
figure.suptitle("Test images in two dimensions")
by_pixels = PCA(n_components=2, random_state=0).fit_transform(X_test)
EmbeddingDisplay(by_pixels, y_test, name="PCA").plot(ax=axes[0])
EmbeddingDisplay.from_estimator(classifier, X_test, y_test, ax=axes[1])
for ax, title in zip(axes, ("the pixels", "the network's last layer but one"), strict=True):
    ax.set_title(title)
plt.show()

# %%
# Neighbours instead of distances
# -------------------------------
# Two dimensions of many cannot hold all differences. :class:`~sklearn.manifold.TSNE` keeps
# neighbours together, at the price that distances between groups mean little. Any transformer to
# two dimensions can be the ``reducer``. A point in a group of another digit is an image worth a
# look.

# sphinx_gallery_thumbnail_number = 2
display = EmbeddingDisplay.from_estimator(classifier, X_test, y_test, reducer=TSNE(random_state=0))
display.ax_.set_title("Neighbours in the network's last layer but one")
plt.show()
