"""
Watch the training
==================

Loss and accuracy after each epoch show whether a network still improves, and
when it begins to overfit.
"""

# %%
# A validation set
# ----------------
# ``validation_fraction`` sets a share of the images aside. Here, the images
# are few and the network has many weights: after some epochs, the validation
# loss improves less than the training loss. The star marks the epoch with the
# least validation loss; the epochs after it did not help.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist
from skdigits.displays import TrainingCurveDisplay

try:
    X, y = fetch_mnist("train", download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
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
classifier = CNNDigitClassifier(**parameters, learning_rate=0.03)
classifier.fit(X, y)
display = TrainingCurveDisplay.from_estimator(classifier)
plt.show()

print(f"best epoch: {display.best_epochs_[0]} of {classifier.n_epochs_}")

# %%
# Early stopping
# --------------
# With ``early_stopping=True``, training ends after ``patience`` epochs without
# a lower validation loss, and the weights of the best epoch are kept.

stopped = CNNDigitClassifier(
    **parameters,
    learning_rate=0.03,
    early_stopping=True,
    patience=5,
)
stopped.fit(X, y)
TrainingCurveDisplay.from_estimator(stopped)
plt.show()

print(f"stopped after {stopped.n_epochs_} epochs of {stopped.max_epochs_}")

# %%
# Two learning rates
# ------------------
# A second run can be added to the axes of an earlier display. Each run has a
# colour; validation is dashed.

slow = CNNDigitClassifier(**parameters, learning_rate=0.003).fit(X, y)
display = TrainingCurveDisplay.from_estimator(slow, name="learning rate 0.003")
TrainingCurveDisplay.from_estimator(
    classifier,
    name="learning rate 0.03",
    ax=display.axes_,
)
display.figure_.suptitle("Training with two learning rates")
plt.show()

# %%
# The candidates of a search
# --------------------------
# A search keeps only its best classifier. From scikit-learn 1.9 on, a callback
# can log every epoch of every candidate on every split. The display shows the
# means over the splits, the best candidate first.

try:
    from sklearn.callback import ScoringMonitor
except ImportError:
    print("scikit-learn has no callbacks below 1.9")
else:
    monitor = ScoringMonitor(scoring=lambda clf, X, y: clf.history_[-1])
    classifier = CNNDigitClassifier(**parameters).set_callbacks(monitor)
    grid = {"learning_rate": [0.003, 0.01, 0.03], "max_epochs": [12]}
    search = GridSearchCV(classifier, grid, cv=2, refit=False).fit(X, y)
    display = TrainingCurveDisplay.from_search(search, monitor.get_logs())
    display.figure_.suptitle("Training of the candidates of a search")
    plt.show()
