"""
What the network sees
=====================

Three views of a network: the outputs of its convolutions for an image, and
which pixels speak for a predicted label, computed in two ways.
"""

# %%
# The outputs of the convolutions
# -------------------------------
# The first convolution of the pretrained model finds edges in several
# directions, and blank paper. The next ones combine its outputs, on coarser
# and coarser grids. The display shows the strongest maps of each convolution,
# after ReLU and, at the end of a block, pooling.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, DigitNormalizer, load_pretrained
from skdigits.datasets import fetch_mnist
from skdigits.displays import FeatureMapsDisplay, SaliencyDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X, y = X[:10_000], y[:10_000]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
side = int(X.shape[1] ** 0.5)
pretrained = make_pipeline(DigitNormalizer(), load_pretrained())
image = X_test[:1].reshape(1, side, side)
display = FeatureMapsDisplay.from_estimator(pretrained, image)
display.ax_.set_title("From the image to the deepest maps")
plt.show()

# %%
# Cover parts of the image
# ------------------------
# A square patch of background slides over the image. A place is blue if the
# probability of the predicted label falls when the patch covers it: the hidden
# pixels speak for the label. It is red if the probability rises. The images
# are those for which a small network, trained here, is least certain.

classifier = CNNDigitClassifier(max_epochs=3, random_state=0)
classifier.fit(X_train, y_train)
print(f"accuracy on the test images: {classifier.score(X_test, y_test):.2%}")
unsure = classifier.predict_proba(X_test).max(axis=1).argsort()[:8]
SaliencyDisplay.from_estimator(classifier, X_test[unsure], y_test[unsure])
plt.show()

# %%
# Pixel by pixel
# --------------
# Integrated gradients follow the decision from blank paper to the image, and
# give each pixel its share of the difference. These maps are finer. They need
# the gradients of a network, while patches work for any classifier with
# probabilities.

SaliencyDisplay.from_estimator(
    classifier, X_test[unsure], y_test[unsure], method="integrated_gradients"
)
plt.show()

# %%
# What speaks for the true label
# ------------------------------
# ``target`` chooses another label than the predicted one. For an error, the
# maps of the true label show which pixels speak for it, and which speak
# against it.

SaliencyDisplay.from_estimator(
    classifier,
    X_test[unsure],
    y_test[unsure],
    target=y_test[unsure],
    method="integrated_gradients",
)
plt.show()
