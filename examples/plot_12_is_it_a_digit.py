"""
Is it a digit at all?
=====================

A classifier of digits predicts one of ten labels, even for a letter, noise or
blank paper, and often with a high probability. ``score_samples`` says how
similar an image is to the training images.
"""

# %%
# Two networks
# ------------
# One network is trained here for a few epochs, the other is the pretrained
# model. That was trained for longer, on images that were distorted and
# degraded in many ways, and on letters and scribbles that were labelled as no
# digits (``outlier_label``). A normaliser brings images to the form that it
# reads.

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, DigitNormalizer, load_pretrained
from skdigits.datasets import fetch_mnist
from skdigits.displays import SamplePredictionsDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X, y = X[:10_000], y[:10_000]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
classifier = CNNDigitClassifier(max_epochs=4, random_state=0)
classifier.fit(X_train, y_train)
networks = {
    "trained here": classifier,
    "pretrained": make_pipeline(DigitNormalizer(), load_pretrained()),
}

# %%
# Images that are no digits
# -------------------------
# Some are made from digits: turned by a right angle, or two on top of each
# other. The others are letters that do not look like digits, noise and blank
# paper.

side, ink = int(X.shape[1] ** 0.5), X.max()
rng = np.random.default_rng(0)
images = X_test[:150].reshape(-1, side, side)


def draw(letter):
    """Return a letter as an image from 0 to 1, of the digits' size."""
    picture = Image.new("L", (112, 112))
    font = ImageFont.load_default(size=110)
    pen = {"fill": 255, "stroke_width": 3, "font": font, "anchor": "mm"}
    ImageDraw.Draw(picture).text((56, 56), letter, **pen)
    small = picture.resize((side, side), Image.Resampling.BOX)
    return np.asarray(small) / 255


kinds = {
    "digits": images,
    "turned": np.rot90(images, axes=(1, 2)),
    "two in one": np.maximum(images, rng.permutation(images)),
    "letters": ink * np.stack([draw(letter) for letter in "AEFHKMNPRTVWXY"]),
    "noise": ink * rng.random(images.shape),
    "blank": np.zeros((2, side, side)),
}

# %%
# A prediction for everything
# ---------------------------
# Two images of each kind, with the predictions of the network trained here.
# Its probabilities are those of ten labels, and none of these is "something
# else".

examples = np.stack([image for kind in kinds.values() for image in kind[:2]])
SamplePredictionsDisplay(
    examples,
    y_pred=classifier.predict(examples),
    probability=classifier.predict_proba(examples).max(axis=1),
).plot()
plt.show()

# %%
# The scores
# ----------
# Each dot is an image. One in a hundred of the training images, slightly
# distorted, has a score below 0. How well the scores separate digits from
# other images depends on the network. Both networks give low scores to noise.
# The pretrained model, which was trained with letters, recognises more of
# them; but digits of 8x8 pixels may also get low scores from it.

# sphinx_gallery_thumbnail_number = 2
figure, axes = plt.subplots(
    ncols=2,
    sharey=True,
    figsize=(8, 3.8),
    layout="constrained",
)
figure.suptitle("How similar images are to digits, by two networks")
for ax, (name, network) in zip(axes, networks.items(), strict=True):
    for row, (kind, of_kind) in enumerate(kinds.items()):
        scores = network.score_samples(of_kind)
        print(f"{name:12s}  {kind:10s} {(scores < 0).mean():6.1%} below 0")
        heights = row + rng.uniform(-0.25, 0.25, len(scores))
        color = "#D55E00" if row else "#0072B2"
        ax.plot(scores, heights, ".", color=color, alpha=0.5)
    ax.axvline(0, color="black", linewidth=1)
    ax.set(title=name, xlabel="score_samples")
axes[0].set_yticks(range(len(kinds)), kinds)
axes[0].set_ylim(len(kinds) - 0.5, -0.5)
plt.show()

# %%
# A score is about shapes, not about meaning: a letter O, or a 6 that is upside
# down, has the shape of a digit and gets a high score.
