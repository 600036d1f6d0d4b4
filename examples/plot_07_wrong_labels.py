"""
Which labels are likely wrong?
==============================

Labels are given by people, and some are wrong. A classifier that was not trained on an image can
say which label it would have expected. Here some labels are made wrong on purpose, so that it can
be counted how many are found.
"""

# %%
# Wrong labels on purpose
# -----------------------
# Three in a hundred get another digit, drawn at random.

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
positions[planted] = (positions[planted] + rng.integers(1, 10, len(planted))) % 10
y_given = classes[positions]
print(f"{len(planted)} of {len(y):,} labels are wrong")

# %%
# Who finds them
# --------------
# Each image is judged by a network that was trained on four fifths of the others, wrong labels and
# all. ``LabelIssuesDisplay.from_estimator`` does this by itself; the probabilities are computed
# apart here to be used twice. Below each image stand the label given and the one suggested, with
# their probabilities.

classifier = CNNDigitClassifier(max_epochs=3, random_state=0)
y_proba = cross_val_predict(classifier, X, y_given, cv=5, method="predict_proba")
display = LabelIssuesDisplay.from_predictions(X, y_given, y_proba, n_images=18)
plt.show()

# %%
# How many are found
# ------------------
# ``indices`` lists all suspects, the most suspicious ones first. Who looks at them in this order
# comes across nearly all wrong labels early; in random order, the share found would be the share
# looked at.

found = np.isin(display.indices, planted).cumsum()
print(f"{found[-1]} of the {len(planted)} are among the {len(display.indices)} suspects")
print(f"{found[len(planted) - 1]} of the first {len(planted)} suspects are wrong on purpose")

figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
looked_at = 1 + np.arange(len(found))
ax.plot(looked_at, 100 * found / len(planted), color="#0072B2", label="by suspicion")
ax.plot(looked_at, 100 * looked_at / len(y), "--", color="#D55E00", label="at random")
ax.set(
    xlabel=f"images looked at, of {len(y):,}",
    ylabel="wrong labels found (%)",
    title="Wrong labels that come to light",
)
ax.grid(alpha=0.3)
ax.legend(loc="center right")
plt.show()

# %%
# The labels as they came
# -----------------------
# The same probabilities beside the labels as they were delivered: these suspects nobody has
# planted. Some are plain to read and only new to the network, others can be read either way. So
# look before you change a label.

LabelIssuesDisplay.from_predictions(X, y, y_proba, n_images=12)
plt.show()
