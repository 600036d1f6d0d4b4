"""
Is it a digit at all?
=====================

A classifier of digits has ten answers, and gives one of them to a letter, to noise and to blank
paper, often with a high probability. ``score_samples`` says how much an image is like those that it
was trained on.
"""

# %%
# Two networks
# ------------
# One is trained here in a few epochs; the other comes with the package. It was trained for longer,
# on images distorted and degraded in many ways, and on letters and scribbles of which it was told
# that they are no digits (``outlier_label``). A normaliser brings images to the form that it reads.

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
X_train, X_test, y_train, y_test = train_test_split(X[:10_000], y[:10_000], random_state=0)
classifier = CNNDigitClassifier(max_epochs=4, random_state=0).fit(X_train, y_train)
networks = {
    "trained here": classifier,
    "pretrained": make_pipeline(DigitNormalizer(), load_pretrained()),
}

# %%
# What is no digit
# ----------------
# Some images are made from digits: turned by a right angle, or two on top of each other. Others
# never had to do with one: letters that look like no digit, noise and blank paper.

side, ink = int(X.shape[1] ** 0.5), X.max()
rng = np.random.default_rng(0)
images = X_test[:150].reshape(-1, side, side)


def draw(letter):
    """Return a letter as an image from 0 to 1, of the digits' size."""
    picture = Image.new("L", (112, 112))
    font = ImageFont.load_default(size=110)
    pen = {"fill": 255, "stroke_width": 3, "font": font, "anchor": "mm"}
    ImageDraw.Draw(picture).text((56, 56), letter, **pen)
    return np.asarray(picture.resize((side, side), Image.Resampling.BOX)) / 255


kinds = {
    "digits": images,
    "turned": np.rot90(images, axes=(1, 2)),
    "two in one": np.maximum(images, rng.permutation(images)),
    "letters": ink * np.stack([draw(letter) for letter in "AEFHKMNPRTVWXY"]),
    "noise": ink * rng.random(images.shape),
    "blank": np.zeros((1, side, side)),
}

# %%
# An answer to everything
# -----------------------
# A column for each kind, and below each image what the network trained here says. Its probabilities
# are shares of ten labels, none of which is "something else".

examples = np.stack([kind[row % len(kind)] for row in range(3) for kind in kinds.values()])
SamplePredictionsDisplay(
    examples,
    y_pred=classifier.predict(examples),
    probability=classifier.predict_proba(examples).max(axis=1),
).plot()
plt.show()

# %%
# What the scores say
# -------------------
# Each dot is an image. Of those that a network was fitted on, one in a hundred is below 0 when it
# is distorted a little. How well digits are told from the rest depends on the network. Noise takes
# neither of them in. The pretrained one, which has learned from letters, knows more of them, but
# digits of 8x8 pixels are not all like those that it knows.

# sphinx_gallery_thumbnail_number = 2
figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
figure.suptitle("How much images are like digits, by two networks")
for ax, (name, network) in zip(axes, networks.items(), strict=True):
    for row, (kind, of_kind) in enumerate(kinds.items()):
        scores = network.score_samples(of_kind)
        print(f"{name:12s}  {kind:10s} {(scores < 0).mean():6.1%} below 0")
        heights = row + rng.uniform(-0.25, 0.25, len(scores))
        ax.plot(scores, heights, ".", color="#D55E00" if row else "#0072B2", alpha=0.5)
    ax.axvline(0, color="black", linewidth=1)
    ax.set(title=name, xlabel="score_samples")
axes[0].set_yticks(range(len(kinds)), kinds)
axes[0].set_ylim(len(kinds) - 0.5, -0.5)
plt.show()

# %%
# A score is no judge of meaning: what has the shape of a digit, such as a letter O or a 6 that
# stands on its head, passes as one.
