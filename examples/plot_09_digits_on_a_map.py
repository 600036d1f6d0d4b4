"""
Digits on a map
===============

The last layer but one of a network turns an image into a row of numbers, its
features. Reduced to two dimensions, they make a map on which images that are
similar to the network are close together.
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
classifier = CNNDigitClassifier(max_epochs=4, random_state=0)
classifier.fit(X_train, y_train)
features = classifier.features(X_test)
print(f"{features.shape[1]} features from {X.shape[1]} pixels")

# %%
# Pixels and features
# -------------------
# :class:`~sklearn.decomposition.PCA` finds the two directions in which the
# test images differ most: by their pixels on the left, by their features on
# the right.

figure, axes = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
figure.suptitle("Test images in two dimensions")
by_pixels = PCA(n_components=2, random_state=0).fit_transform(X_test)
EmbeddingDisplay(by_pixels, y_test, name="PCA").plot(ax=axes[0])
EmbeddingDisplay.from_estimator(classifier, X_test, y_test, ax=axes[1])
axes[0].set_title("pixels")
axes[1].set_title("features")
plt.show()

# %%
# Neighbours instead of distances
# -------------------------------
# Two dimensions cannot show all differences. :class:`~sklearn.manifold.TSNE`
# keeps neighbours together, but distances between groups mean little. The
# ``reducer`` can be any transformer to two dimensions. If a point is in the
# group of another digit, look at its image.

# sphinx_gallery_thumbnail_number = 2
display = EmbeddingDisplay.from_estimator(
    classifier,
    X_test,
    y_test,
    reducer=TSNE(random_state=0),
)
display.ax_.set_title("Neighbours by their features")
plt.show()
