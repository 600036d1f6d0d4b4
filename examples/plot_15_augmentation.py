"""
What augmentation does
======================

A network sees each training image distorted at random, anew in each epoch, so that it learns what
does not matter. This looks at the distorted images, and at what they are good for.
"""

# %%
# What the network is shown
# -------------------------
# A ``Distortion`` says how much images are distorted. Called on images, it shows what it does; no
# network is needed for that.

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
    """Show eight training images, and what the network would see of them in four epochs."""
    images = X_train[:8].reshape(-1, side, side)
    rows = {"as it is": images}
    rows |= {f"epoch {epoch}": distortion(images, random_state=epoch) for epoch in range(1, 5)}
    figure, axes = plt.subplots(5, 8, figsize=(7, 4.8), layout="constrained")
    figure.suptitle(title)
    for row, (name, images) in enumerate(rows.items()):
        axes[row, 0].set_ylabel(name)
        for ax, image in zip(axes[row], images, strict=True):
            ax.imshow(image, cmap="gray_r", vmin=0, vmax=X.max())
            ax.set(xticks=[], yticks=[])
    plt.show()


plot_epochs("Training images, distorted as by default", Distortion())

# %%
# The default distorts with care: it turns images by up to 8 degrees, shifts them by up to 6 % of
# the side, and makes them larger or smaller by up to 10 %. ``Distortion.paper()``, which trained
# the pretrained model, makes images as from real paper and a bad camera.

# sphinx_gallery_thumbnail_number = 2
plot_epochs("Training images, distorted as for real paper", Distortion.paper())

# %%
# What it is good for
# -------------------
# Three networks learn from the same 1,000 images, and read others that are turned. The further a
# network has seen digits turned, the further it knows them; upright ones are read about as well.

angles = np.arange(-45, 46, 15)
images = X_test.reshape(-1, side, side).astype(float)
turned = [rotate(images, angle, axes=(1, 2), reshape=False, order=1) for angle in angles]
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
    accuracy = [classifier.score(each, y_test) for each in turned]
    print(f"{name:18s} upright {accuracy[3]:.1%}, turned by 30° {accuracy[5]:.1%}")
    ax.plot(angles, 100 * np.array(accuracy), color=color, marker=marker, label=name)
ax.set(
    xlabel="angle by which the test images are turned (degrees)",
    ylabel="read right (%)",
    xticks=angles,
    title="Reading turned digits",
)
ax.grid(alpha=0.3)
ax.legend()
plt.show()
