"""
Are its probabilities calibrated?
=================================

Of the predictions with a probability of 90 %, nine in ten should be correct.
The probabilities therefore also say how many errors to expect, and we can
compare this with the number of errors.
"""

# %%
# Three networks
# --------------
# All are trained on the same 700 images. The first is trained without label
# smoothing and without augmentation. The second has the default parameters:
# ``label_smoothing`` spreads a tenth of the probability over all labels, each
# image is distorted at random, and at the end ``fit`` divides the logits by a
# temperature. This is the one that makes the labels of newly distorted
# training images most likely. The third network takes the temperature from a
# validation set.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X[:6_000], y[:6_000], train_size=700, random_state=0
)
parameters = {
    "plain": {"label_smoothing": 0, "augment": False},
    "default": {},
    "validation set": {"validation_fraction": 0.2},
}
probabilities, n_expected, n_made = {}, [], []
for name, chosen in parameters.items():
    network = CNNDigitClassifier(max_epochs=10, random_state=0, **chosen)
    network.fit(X_train, y_train)
    probabilities[name] = network.predict_proba(X_test)
    n_expected.append((1 - probabilities[name].max(axis=1)).sum())
    n_made.append((network.predict(X_test) != y_test).sum())
    print(f"{name:14s} log loss {log_loss(y_test, probabilities[name]):.3f}")

# %%
# Expected and actual errors
# --------------------------
# A network that makes more errors than its probabilities predict is
# overconfident; the plain one is. Smoothing and distortion make a network more
# accurate. It has learned nearly all of its 700 images by heart, even
# distorted, so a temperature from them could make it far too confident;
# ``fit`` therefore assumes at least one error in 700. A validation set costs a
# fifth of the training images.

figure, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
rows = np.arange(len(parameters))
for shift, counts, label, color in (
    (-0.2, n_expected, "expected from the probabilities", "#0072B2"),
    (0.2, n_made, "actual", "#D55E00"),
):
    bars = ax.barh(rows + shift, counts, height=0.38, label=label, color=color)
    ax.bar_label(bars, fmt="%.0f", padding=3)
ax.set_yticks(rows, parameters)
ax.invert_yaxis()
ax.set_xlabel(f"errors in {len(y_test):,} test images")
ax.set_title("Expected and actual errors")
ax.margins(x=0.08)
ax.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside lower center", ncols=2)
plt.show()

# %%
# Reliability diagram
# -------------------
# scikit-learn's reliability diagram takes the probabilities of all ten labels
# together. For those near 30 %, for example, it shows in which share of the
# cases the label was the true one. Most probabilities are near 0 or 1; the
# points between stand for few images, and are less certain.

is_label = y_test[:, None] == network.classes_
figure, ax = plt.subplots(figsize=(5.5, 5), layout="constrained")
for (name, values), color, marker in zip(
    probabilities.items(), ("#D55E00", "#0072B2", "black"), "os^", strict=True
):
    CalibrationDisplay.from_predictions(
        is_label.ravel(),
        values.ravel(),
        name=name,
        color=color,
        marker=marker,
        ax=ax,
    )
ax.set(xlabel="probability", ylabel="share of true labels")
ax.set_title("Reliability diagram")
ax.grid(alpha=0.3)
plt.show()
