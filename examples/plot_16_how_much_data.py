"""
How much data does it need?
===========================

scikit-learn's learning and validation curves work on the classifier as on any other. The first
tells whether more images would help, the second what a parameter does.
"""

# %%
# Two classifiers
# ---------------
# The network, and a support vector machine behind a scaler. What the network would choose by the
# number of images is fixed here, so that nothing else changes along the curve.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import LearningCurveDisplay, StratifiedKFold, ValidationCurveDisplay
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skdigits import CNNDigitClassifier, PixelScaler
from skdigits.datasets import fetch_mnist

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X, y = X[:1_200], y[:1_200]
network = CNNDigitClassifier(
    max_epochs=6, batch_size=32, precision="float32", augment=True, random_state=0
)
vectors = make_pipeline(PixelScaler(), SVC(C=10))
folds = StratifiedKFold(3, shuffle=True, random_state=0)

# %%
# From few images to more
# -----------------------
# Bands are the standard deviation over three folds. Where a curve still rises at its right end,
# more images would help.

figure, ax = plt.subplots(layout="constrained")
for name, model, color in (("network", network, "#0072B2"), ("SVC", vectors, "#D55E00")):
    display = LearningCurveDisplay.from_estimator(
        model,
        X,
        y,
        train_sizes=[50, 200, 800],
        cv=folds,
        score_type="test",
        line_kw={"color": color, "marker": "o"},
        fill_between_kw={"color": color, "alpha": 0.2},
        ax=ax,
    )
    scores = ", ".join(f"{score:.1%}" for score in display.test_scores.mean(axis=1))
    print(f"{name:7s}  {scores}")
ax.legend(ax.lines, ["network", "SVC"], loc="lower right")
ax.set(
    xscale="log",
    xlabel="training images",
    ylabel="accuracy in cross-validation",
    title="Learning curves",
)
ax.set_xticks(display.train_sizes, display.train_sizes)
ax.minorticks_off()
ax.grid(alpha=0.3)
plt.show()

# %%
# What a parameter does
# ---------------------
# With more epochs the training images are read better and better; those held out follow for a
# while. Bars are the standard deviation over the folds again.

figure, ax = plt.subplots(layout="constrained")
ValidationCurveDisplay.from_estimator(
    network,
    X[:600],
    y[:600],
    param_name="max_epochs",
    param_range=[1, 2, 4],
    cv=folds,
    std_display_style="errorbar",
    errorbar_kw={"capsize": 3},
    ax=ax,
)
ax.set(xticks=[1, 2, 4], ylabel="accuracy", title="Validation curve")
ax.grid(alpha=0.3)
plt.show()
