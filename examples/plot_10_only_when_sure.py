"""
Answer only when sure
=====================

If an error costs more than a second look, a classifier should not answer when
it is uncertain. :class:`~skdigits.SelectiveClassifier` finds the threshold on
the probability that keeps the error rate below a limit.
"""

# %%
# A limit on the errors
# ---------------------
# At most 1 % of the answers may be wrong. Half of the training images are set
# aside to find the threshold that keeps this limit.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier, SelectiveClassifier
from skdigits.datasets import fetch_mnist
from skdigits.displays import RiskCoverageDisplay, SamplePredictionsDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X[:6_000], y[:6_000], train_size=0.67, random_state=0
)
careful = SelectiveClassifier(
    CNNDigitClassifier(max_epochs=3, random_state=0),
    max_error_rate=0.01,
    validation_fraction=0.5,
    random_state=0,
).fit(X_train, y_train)

# %%
# What it does not answer
# -----------------------
# ``reject_label_`` means no answer: "?" among strings, -1 among integers.

answers = careful.predict(X_test)
answered = answers != careful.reject_label_
always = careful.estimator_.predict(X_test)
print(f"errors of the network: {(always != y_test).mean():.2%}")
print(f"threshold on the probability: {careful.threshold_:.1%}")
print(f"answered: {answered.mean():.1%} of {len(y_test):,} test images")
wrong = (answers != y_test)[answered].mean()
print(f"{wrong:.2%} of these answers are wrong")

# %%
# The limit holds with a confidence of 95 %, for images from the same source.
# Below are images without an answer, with the prediction of the network.

SamplePredictionsDisplay.from_estimator(
    careful.estimator_,
    X_test[~answered],
    y_test[~answered],
    random_state=0,
)
plt.show()

# %%
# What a limit costs
# ------------------
# The curve shows the error rate for each share of the images that could be
# answered, the most certain ones first. The point marks the chosen threshold,
# and the dashed line the limit. If the probabilities could not distinguish
# correct predictions from errors, the curve would be flat.

# sphinx_gallery_thumbnail_number = 2
display = RiskCoverageDisplay.from_estimator(careful, X_test, y_test)
display.ax_.set_title("Fewer answers, fewer errors")
plt.show()
