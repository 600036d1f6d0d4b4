"""
How much data does it need?
===========================

scikit-learn's learning and validation curves work with the classifier as with
any other. The first shows whether more images would help, the second the
effect of a parameter.
"""

# %%
# Two classifiers
# ---------------
# The network, and a support vector machine after a scaler. Some parameters of
# the network depend by default on the number of images. They are fixed here,
# so that only this number changes along the curve.

import matplotlib.pyplot as plt
from matplotlib.ticker import PercentFormatter
from sklearn.datasets import load_digits
from sklearn.model_selection import (
    LearningCurveDisplay,
    StratifiedKFold,
    ValidationCurveDisplay,
)
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
    max_epochs=6,
    batch_size=32,
    precision="float32",
    augment=True,
    random_state=0,
)
vectors = make_pipeline(PixelScaler(), SVC(C=10))
folds = StratifiedKFold(3, shuffle=True, random_state=0)

# %%
# Learning curves
# ---------------
# Bands show the standard deviation over three folds. If a curve still rises at
# its right end, more images would help.

models = {"network": (network, "#0072B2"), "SVC": (vectors, "#D55E00")}
figure, ax = plt.subplots(layout="constrained")
for name, (model, color) in models.items():
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
    scores = display.test_scores.mean(axis=1)
    print(f"{name:7s}", ", ".join(f"{score:.1%}" for score in scores))
ax.legend(ax.lines, models, loc="lower right")
ax.set(
    xscale="log",
    xlabel="training images",
    ylabel="accuracy in cross-validation (%)",
    title="Learning curves",
)
ax.set_xticks(display.train_sizes, display.train_sizes)
ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
ax.minorticks_off()
ax.grid(alpha=0.3)
plt.show()

# %%
# Validation curve
# ----------------
# With more epochs, the accuracy on the training images keeps rising; that on
# the validation images follows for a while. Bars again show the standard
# deviation over the folds.

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
ax.set(xticks=[1, 2, 4], ylabel="accuracy (%)", title="Validation curve")
ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
ax.grid(alpha=0.3)
plt.show()
