"""
Your own digit
==============

The network that comes with the package reads nearly all of MNIST's test images. A photograph of a
digit looks like none of them: it is dark on light, in colour, off-centre, of another size, and the
paper has a shadow. Here photographs are made from digits that the network knows how to read, so
that all it gets wrong is due to these differences.
"""

# %%
# Photographs
# -----------
# Blue ink somewhere on cream paper, in a light that fades to the right.

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
    """Strokes from 0 to 1, in 100 x 100 pixels, somewhere on paper of 240 x 320."""
    cover = np.zeros((240, 320, 1))
    top, left = rng.integers(10, 130), rng.integers(10, 210)
    cover[top : top + 100, left : left + 100, 0] = strokes
    light = np.linspace(1, 0.55, 320)[:, None]
    photo = (paper + cover * (ink - paper)) * light + rng.normal(0, 4, cover.shape)
    return photo.clip(0, 255).astype(np.uint8)


def enlarge(row):
    """A row of pixels as strokes with clean edges."""
    side = int(len(row) ** 0.5)
    image = Image.fromarray(row.reshape(side, side).astype(np.uint8))
    grey = np.asarray(image.resize((100, 100), Image.Resampling.BICUBIC)) / 255
    return np.clip(3 * grey - 1, 0, 1)


photos = [photograph(enlarge(row)) for row in X]
figure, axes = plt.subplots(2, 4, figsize=(8, 3.4), layout="constrained")
figure.suptitle("Photographs of digits")
for ax, photo in zip(axes.flat, photos, strict=False):
    ax.imshow(photo)
    ax.set_axis_off()
plt.show()

# %%
# Resized, they are not read
# --------------------------
# This is what the network sees of a photograph that is made grey, inverted and resized to 28 x 28
# pixels: the paper is no background any more, and the digit small and off-centre.

grey = [Image.fromarray(photo).convert("L").resize((28, 28)) for photo in photos]
resized = np.stack([np.asarray(image).ravel() for image in grey])
SamplePredictionsDisplay.from_estimator(
    network, 255 - resized, y, n_images=12, cmap="gray", random_state=0
)
plt.show()

# %%
# Normalised, they are
# --------------------
# :class:`~skdigits.DigitNormalizer` finds the ink and brings it to the form of MNIST's images. In
# a pipeline with the network, photographs are read nearly as well as what they were made from.

reader = make_pipeline(DigitNormalizer(), network)
share = {
    "resized": network.score(resized, y),
    "inverted and resized": network.score(255 - resized, y),
    "normalised": reader.score(photos, y),
    "before they were photographed": reader.score(X, y),
}
for way, accuracy in share.items():
    print(f"{way}: {accuracy:.1%} are read right")

figure, ax = plt.subplots(figsize=(7, 2.5), layout="constrained")
colors = ["#D55E00", "#D55E00", "#0072B2", "silver"]
bars = ax.barh(list(share), [100 * accuracy for accuracy in share.values()], color=colors)
ax.bar_label(bars, fmt="%.1f %%", padding=4)
ax.set(xlim=(0, 115), xlabel="read right (%)", title=f"How {len(photos)} digits are read")
ax.invert_yaxis()
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# What it did
# -----------
# :func:`~skdigits.show` draws the steps, for a file, a PIL image or an array. On the command line,
# ``skdigits predict photo.jpg --explain`` does the same.

show(photos[0])
plt.show()

# %%
# What is no digit
# ----------------
# The network has an answer to everything, and may even be sure of it. ``score_samples`` says how
# much an image is like those that it was trained on: few of them are below 0.

star = Image.new("L", (100, 100))
angles = 0.8 * np.pi * np.arange(6) - np.pi / 2
corners = [(50 + 42 * np.cos(angle), 53 + 42 * np.sin(angle)) for angle in angles]
ImageDraw.Draw(star).line(corners, fill=255, width=6, joint="curve")
photo = photograph(np.asarray(star) / 255)
answer = next(read_digits([photo]))
print(f"score: {answer.score:.1f}, answer: {answer}")
show(photo)
plt.show()

# %%
# And where there is no ink, it says so.

show(photograph(np.zeros((100, 100))))
plt.show()
