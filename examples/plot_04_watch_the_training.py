"""
Watch the training
==================

Loss and accuracy after each epoch show whether a network has learned what it can, and when it began
to learn its training images by heart. This runs on a part of MNIST where it was downloaded before,
else on the 8x8 digits that come with scikit-learn.
"""

# %%
# A hold-out
# ----------
# ``validation_fraction`` holds images out. Here are few, and the network has more weights than it
# needs: the loss in training falls to nothing, that on the hold-out does not. The star marks the
# epoch in which it was least; from there on, training was of no use.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist
from skdigits.displays import TrainingCurveDisplay

try:
    X, y = fetch_mnist("train", download_if_missing=False, return_X_y=True)
except OSError:
    X, y = load_digits(return_X_y=True)
X, _, y, _ = train_test_split(X, y, train_size=400, stratify=y, random_state=0)

parameters = {
    "filters": (16, 32),
    "hidden_layer_sizes": (64,),
    "schedule": "constant",
    "max_epochs": 25,
    "validation_fraction": 0.3,
    "random_state": 0,
}
classifier = CNNDigitClassifier(**parameters, learning_rate=0.03).fit(X, y)
display = TrainingCurveDisplay.from_estimator(classifier)
plt.show()

print(f"best epoch: {display.best_epochs_[0]} of {classifier.n_epochs_}")

# %%
# Early stopping
# --------------
# With ``early_stopping=True``, training ends after ``patience`` epochs without a lower loss on the
# hold-out, and the weights of the best epoch are kept.

stopped = CNNDigitClassifier(**parameters, learning_rate=0.03, early_stopping=True, patience=5)
stopped.fit(X, y)
TrainingCurveDisplay.from_estimator(stopped)
plt.show()

print(f"stopped after {stopped.n_epochs_} epochs of {stopped.max_epochs_}")

# %%
# Two learning rates
# ------------------
# Given the axes of an earlier display, a second run is drawn over it. Each has a colour; the
# hold-out is dashed.

slow = CNNDigitClassifier(**parameters, learning_rate=0.003).fit(X, y)
display = TrainingCurveDisplay.from_estimator(slow, name="learning rate 0.003")
TrainingCurveDisplay.from_estimator(classifier, name="learning rate 0.03", ax=display.axes_)
plt.show()

# %%
# The candidates of a search
# --------------------------
# A search keeps its best classifier only. From scikit-learn 1.9 on, a callback can log what each
# candidate went through on each split. The display shows the means over the splits, best candidate
# first.

try:
    from sklearn.callback import ScoringMonitor
except ImportError:
    print("scikit-learn has no callbacks below 1.9")
else:
    monitor = ScoringMonitor(scoring=lambda clf, X, y: clf.history_[-1])
    classifier = CNNDigitClassifier(**parameters).set_callbacks(monitor)
    grid = {"learning_rate": [0.003, 0.01, 0.03], "max_epochs": [12]}
    search = GridSearchCV(classifier, grid, cv=2, refit=False).fit(X, y)
    TrainingCurveDisplay.from_search(search, monitor.get_logs())
    plt.show()
