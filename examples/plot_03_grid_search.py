"""
Search for a learning rate, with and without augmentation
=========================================================

scikit-learn's searches can tune every parameter of the classifier; those of a
``Distortion`` have names such as ``augment__rotation``. Here,
:class:`~sklearn.model_selection.GridSearchCV` tries learning rates with and
without random distortion of the training images.
"""

# %%
# A small part of the data
# ------------------------
# Few images keep the search short, and augmentation helps most if there are
# few.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split

from skdigits import CNNDigitClassifier
from skdigits.datasets import fetch_mnist

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=800, test_size=900, stratify=y, random_state=0
)

# %%
# The search
# ----------
# Six candidates, each fitted on three folds.

grid = {"learning_rate": [0.001, 0.01, 0.1], "augment": [False, True]}
classifier = CNNDigitClassifier(max_epochs=3, random_state=0)
search = GridSearchCV(classifier, grid, cv=3)
search.fit(X_train, y_train)
print(f"best: {search.best_params_}")
print(f"accuracy in cross-validation: {search.best_score_:.2%}")
print(f"accuracy on test images: {search.score(X_test, y_test):.2%}")

# %%
# The results
# -----------
# Error bars show the standard deviation over the three folds. Smaller
# differences may be due to chance.

results = search.cv_results_
figure, ax = plt.subplots(layout="constrained")
for augment, color, marker in (
    (False, "#0072B2", "o"),
    (True, "#D55E00", "s"),
):
    rows = results["param_augment"] == augment
    ax.errorbar(
        results["param_learning_rate"][rows].astype(float),
        100 * results["mean_test_score"][rows],
        100 * results["std_test_score"][rows],
        label="with augmentation" if augment else "without",
        color=color,
        marker=marker,
        capsize=3,
    )
ax.set(
    xscale="log",
    xlabel="learning rate",
    ylabel="accuracy in cross-validation (%)",
    title="Accuracy by learning rate and augmentation",
)
ax.grid(alpha=0.3)
ax.legend(loc="lower center")
plt.show()
