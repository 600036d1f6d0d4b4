"""
Which labels are probably wrong?
================================

People label images, and some labels are wrong. A classifier that was not
trained on an image can predict the label that it expects. Here, some labels
are made wrong on purpose, so that we can count how many are found.
"""

# %%
# Wrong labels on purpose
# -----------------------
# Three in a hundred images get the label of another digit, drawn at random.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_predict

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist
from skdigits.displays import LabelIssuesDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X, y = X[:4_000], y[:4_000]

rng = np.random.default_rng(0)
planted = rng.choice(len(y), size=3 * len(y) // 100, replace=False)
classes, positions = np.unique(y, return_inverse=True)
positions[planted] += rng.integers(1, 10, len(planted))
y_given = classes[positions % 10]
print(f"{len(planted)} of {len(y):,} labels are wrong")

# %%
# Find them by cross-validation
# -----------------------------
# The prediction for each image is that of a network that was trained on other
# images, including their wrong labels. ``LabelIssuesDisplay.from_estimator``
# does all this; here, the probabilities are computed separately, as we use
# them twice. Below each image are the given label and the one that the model
# suggests, with their probabilities, and the position of the image.

classifier = CNNDigitClassifier(max_epochs=3, random_state=0)
y_proba = cross_val_predict(
    classifier,
    X,
    y_given,
    cv=5,
    method="predict_proba",
)
display = LabelIssuesDisplay.from_predictions(X, y_given, y_proba)
plt.show()

# %%
# How many are found
# ------------------
# ``indices`` lists all suspects, the most suspicious ones first. If you look
# at them in this order, you find nearly all wrong labels early. In random
# order, the share of labels found is the share of images looked at.

n_planted = len(planted)
found = np.isin(display.indices, planted).cumsum()
print(f"{found[-1]} of {n_planted} wrong labels in {len(found)} suspects")
print(f"{found[n_planted - 1]} are among the first {n_planted} suspects")

figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
looked_at = 1 + np.arange(len(found))
for share, style, color, label in (
    (found / n_planted, "-", "#0072B2", "most suspicious first"),
    (looked_at / len(y), "--", "#D55E00", "in random order"),
):
    ax.plot(looked_at, 100 * share, style, color=color, label=label)
ax.set(
    xlabel=f"images looked at, of {len(y):,}",
    ylabel="wrong labels found (%)",
    title="Wrong labels found by looking at images",
)
ax.grid(alpha=0.3)
ax.legend(loc="center right")
plt.show()

# %%
# The original labels
# -------------------
# The same probabilities with the original labels. Some of these suspects are
# easy to read for people and only unusual for the network, others are
# ambiguous. So look at an image before you change its label.

LabelIssuesDisplay.from_predictions(X, y, y_proba)
plt.show()
