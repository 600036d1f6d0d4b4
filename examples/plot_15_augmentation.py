"""
What augmentation does
======================

In each epoch, a network sees each training image with another random
distortion, so that it learns to ignore such differences. This example shows
the distorted images, and what they are good for.
"""

# %%
# What the network sees
# ---------------------
# A ``Distortion`` sets how much images are distorted. Call it on images to see
# the effect; this needs no network.

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import rotate
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier, Distortion
from skdigits.datasets import fetch_mnist

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X[:2_000], y[:2_000], train_size=1_000, random_state=0
)
side = int(X.shape[1] ** 0.5)


def plot_epochs(title, distortion):
    """Plot eight training images, and what a network sees in four epochs."""
    images = X_train[:8].reshape(-1, side, side)
    rows = {"original": images}
    for epoch in range(1, 5):
        rows[f"epoch {epoch}"] = distortion(images, random_state=epoch)
    figure, axes = plt.subplots(5, 8, figsize=(7, 4.8), layout="constrained")
    figure.suptitle(title)
    for row, (name, images) in enumerate(rows.items()):
        axes[row, 0].set_ylabel(name)
        for ax, image in zip(axes[row], images, strict=True):
            ax.imshow(image, cmap="gray_r", vmin=0, vmax=X.max())
            ax.set(xticks=[], yticks=[])
    plt.show()


plot_epochs("Training images with the default distortion", Distortion())

# %%
# The default is a slight distortion: it turns images by up to 8 degrees,
# shifts them by up to 6 % of the side, and makes them larger or smaller by up
# to 10 %. ``Distortion.paper()``, with which the pretrained model was trained,
# imitates real paper and a bad camera.

# sphinx_gallery_thumbnail_number = 2
plot_epochs("Training images with Distortion.paper()", Distortion.paper())

# %%
# What it is good for
# -------------------
# Three networks are trained on the same 1,000 images and tested on turned
# ones. The more the training images were turned, the more a network tolerates;
# on upright digits, all three are about equally accurate.

angles = np.arange(-45, 46, 15)
images = X_test.reshape(-1, side, side).astype(float)
how = {"axes": (1, 2), "reshape": False, "order": 1}
turned = [rotate(images, angle, **how) for angle in angles]
settings = {
    "no augmentation": {"augment": False},
    "default, up to 8°": {"augment": True},
    "rotation=30": {"augment": Distortion(rotation=30)},
}

figure, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
for (name, setting), color, marker in zip(
    settings.items(), ("#D55E00", "#0072B2", "black"), "os^", strict=True
):
    classifier = CNNDigitClassifier(max_epochs=6, random_state=0, **setting)
    classifier.fit(X_train, y_train)
    accuracy = np.array([classifier.score(each, y_test) for each in turned])
    print(f"{name:18s} upright {accuracy[3]:.1%}, by 30° {accuracy[5]:.1%}")
    ax.plot(angles, 100 * accuracy, color=color, marker=marker, label=name)
ax.set(
    xlabel="angle by which the test images are turned (degrees)",
    ylabel="accuracy (%)",
    xticks=angles,
    title="Accuracy on turned digits",
)
ax.grid(alpha=0.3)
ax.legend()
plt.show()
