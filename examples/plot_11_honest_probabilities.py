"""
Are its probabilities honest?
=============================

Of the answers that are given with a probability of 90 %, nine in ten should be right. So the
probabilities also say how many errors are to be expected, and this can be compared with how many
are made.
"""

# %%
# Three networks
# --------------
# All see the same 700 images. The first is taught the plain way, to give each image's label all the
# probability. The second has what the classifier does by default: with ``label_smoothing`` it is
# taught to leave a tenth to all labels, and it sees each image distorted; ``fit`` ends by dividing
# the logits by a temperature, the one under which the labels of training images, distorted anew,
# are most likely. The third takes the temperature from images held out.

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
    "with hold-out": {"validation_fraction": 0.2},
}
probabilities, n_expected, n_made = {}, [], []
for name, chosen in parameters.items():
    network = CNNDigitClassifier(max_epochs=10, random_state=0, **chosen).fit(X_train, y_train)
    probabilities[name] = network.predict_proba(X_test)
    n_expected.append((1 - probabilities[name].max(axis=1)).sum())
    n_made.append((network.predict(X_test) != y_test).sum())
    print(f"{name:13s} log loss {log_loss(y_test, probabilities[name]):.3f}")

# %%
# Errors expected and made
# ------------------------
# A network that makes more errors than it expects is too sure; the plain one is. Smoothing and
# distortion make a network read better. As it knows nearly all of its 700 images by heart, even
# distorted, they would make it far too sure of new ones; ``fit`` takes them for grounds of no more
# certainty than one error in 700 leaves. A hold-out costs a fifth of the training images.

figure, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
rows = np.arange(len(parameters))
for shift, counts, label, color in (
    (-0.2, n_expected, "expected by its probabilities", "#0072B2"),
    (0.2, n_made, "made", "#D55E00"),
):
    bars = ax.barh(rows + shift, counts, height=0.38, label=label, color=color)
    ax.bar_label(bars, fmt="%.0f", padding=3)
ax.set_yticks(rows, parameters)
ax.invert_yaxis()
ax.set(xlabel=f"errors in {len(y_test):,} test images", title="Errors expected and made")
ax.margins(x=0.08)
ax.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside lower center", ncols=2)
plt.show()

# %%
# Probability by probability
# --------------------------
# scikit-learn's reliability diagram takes the probabilities of all ten labels together, and asks
# which share of those near 30 %, say, were of the true label. Most are near 0 or 1; the points
# between stand for few images, and are uncertain themselves.

is_label = y_test[:, None] == network.classes_
figure, ax = plt.subplots(figsize=(5.5, 5), layout="constrained")
for (name, values), color, marker in zip(
    probabilities.items(), ("#D55E00", "#0072B2", "black"), "os^", strict=True
):
    CalibrationDisplay.from_predictions(
        is_label.ravel(), values.ravel(), name=name, color=color, marker=marker, ax=ax
    )
ax.set(xlabel="probability", ylabel="share of true labels", title="Reliability diagram")
ax.grid(alpha=0.3)
plt.show()
