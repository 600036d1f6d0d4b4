"""
Your own digit
==============

The pretrained model predicts nearly all of MNIST's test images correctly. A
photograph of a digit differs from them: it is dark on light, in colour,
off-centre and of another size, and the paper has a shadow. In this example,
photographs are made from digits that the model can read, so that its errors
are due to these differences.
"""

# %%
# Photographs
# -----------
# Blue ink somewhere on cream paper, in light that fades to the right.

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skdigits import DigitNormalizer, load_pretrained, read_digits, show
from skdigits.datasets import fetch_mnist
from skdigits.displays import SamplePredictionsDisplay

network = load_pretrained()
try:
    X, y = fetch_mnist("test", download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
    X *= 15
X, y = X[:200], network.classes_[y[:200].astype(int)]

paper, ink = np.array([236, 229, 208]), np.array([44, 62, 132])
rng = np.random.default_rng(0)


def photograph(strokes):
    """Put strokes from 0 to 1, in 100 x 100 pixels, on paper of 240 x 320."""
    cover = np.zeros((240, 320, 1))
    top, left = rng.integers(10, 130), rng.integers(10, 210)
    cover[top : top + 100, left : left + 100, 0] = strokes
    light = np.linspace(1, 0.55, 320)[:, None]
    photo = (paper + cover * (ink - paper)) * light
    photo += rng.normal(0, 4, cover.shape)
    return photo.clip(0, 255).astype(np.uint8)


def enlarge(row):
    """Return a row of pixels as strokes with clean edges."""
    side = int(len(row) ** 0.5)
    image = Image.fromarray(row.reshape(side, side).astype(np.uint8))
    image = image.resize((100, 100), Image.Resampling.BICUBIC)
    grey = np.asarray(image) / 255
    return np.clip(3 * grey - 1, 0, 1)


photos = [photograph(enlarge(row)) for row in X]
figure, axes = plt.subplots(2, 4, figsize=(8, 3.4), layout="constrained")
figure.suptitle("Photographs of digits")
for ax, photo in zip(axes.flat, photos, strict=False):
    ax.imshow(photo)
    ax.set_axis_off()
plt.show()

# %%
# Resizing is not enough
# ----------------------
# These photographs were made grey, resized to 28 x 28 pixels and inverted. The
# model is mostly wrong: the paper is not black, and the digits are small and
# off-centre.

grey = [Image.fromarray(photo).convert("L") for photo in photos]
resized = [np.asarray(image.resize((28, 28))).ravel() for image in grey]
resized = np.stack(resized)
SamplePredictionsDisplay.from_estimator(
    network,
    255 - resized,
    y,
    cmap="gray",
    random_state=0,
)
plt.show()

# %%
# Normalise them
# --------------
# :class:`~skdigits.DigitNormalizer` finds the ink and brings it to the form of
# MNIST's images. In a pipeline with it, the model is about as accurate on the
# photographs as on the images that they were made from.

reader = make_pipeline(DigitNormalizer(), network)
share = {
    "resized": network.score(resized, y),
    "inverted and resized": network.score(255 - resized, y),
    "normalised": reader.score(photos, y),
    "before they were photographed": reader.score(X, y),
}
for way, accuracy in share.items():
    print(f"{way}: {accuracy:.1%} correct")

figure, ax = plt.subplots(figsize=(7, 2.5), layout="constrained")
colors = ["#D55E00", "#D55E00", "#0072B2", "silver"]
bars = ax.barh(list(share), 100 * np.array([*share.values()]), color=colors)
ax.bar_label(bars, fmt="%.1f %%", padding=4)
ax.set(xlim=(0, 120), xlabel="accuracy (%)", xticks=range(0, 101, 20))
ax.set_title(f"Accuracy on {len(photos)} digits")
ax.invert_yaxis()
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# What the normaliser does
# ------------------------
# :func:`~skdigits.show` plots the steps, for a file, a PIL image or an array.
# On the command line, ``skdigits predict photo.jpg --explain`` does the same.

show(photos[0])
plt.show()

# %%
# A picture without a digit
# -------------------------
# The model predicts a digit for every picture. Its score says how similar the
# picture is to the training images; few of these have a score below 0.

star = Image.new("L", (100, 100))
angles = 0.8 * np.pi * np.arange(6) - np.pi / 2
corners = np.transpose([50 + 42 * np.cos(angles), 53 + 42 * np.sin(angles)])
outline = [tuple(corner) for corner in corners]
ImageDraw.Draw(star).line(outline, fill=255, width=6, joint="curve")
photo = photograph(np.asarray(star) / 255)
answer = next(read_digits([photo]))
print(f"score: {answer.score:.1f}, answer: {answer}")
show(photo)
plt.show()

# %%
# If there is no ink, the answer says so.

show(photograph(np.zeros((100, 100))))
plt.show()
