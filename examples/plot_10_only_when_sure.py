"""
Answer only when sure
=====================

Where an error costs more than a second look, a classifier should leave alone what it is not sure
of. :class:`~skdigits.SelectiveClassifier` finds out how sure is sure enough.
"""

# %%
# A limit on the errors
# ---------------------
# Of the answers, 2 % may be wrong. Half of the training images are held out to find the threshold
# that keeps this limit.

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
    max_error_rate=0.02,
    validation_fraction=0.5,
    random_state=0,
).fit(X_train, y_train)

# %%
# What it leaves alone
# --------------------
# ``reject_label_`` stands for no answer: "?" among strings, -1 among integers.

answers = careful.predict(X_test)
answered = answers != careful.reject_label_
always = careful.estimator_.predict(X_test)
print(f"{(always != y_test).mean():.2%} of {len(y_test):,} test images are misread by the network")
print(f"{answered.mean():.1%} are answered, where it is {careful.threshold_:.0%} sure or more")
print(f"{(answers != y_test)[answered].mean():.2%} of these answers are wrong")

# %%
# The limit is kept on most draws of the held-out images, 95 of 100, for images of the same source.
# Below are images that got no answer, with the one that the network would have given.

SamplePredictionsDisplay.from_estimator(
    careful.estimator_, X_test[~answered], y_test[~answered], n_images=12, random_state=0
)
plt.show()

# %%
# What a limit costs
# ------------------
# The curve has the error rate for every share of images that might be answered, the surest ones
# first; the point marks the threshold chosen, and the dashed line the limit. A network whose
# probabilities did not tell right from wrong would have a level curve.

# sphinx_gallery_thumbnail_number = 2
display = RiskCoverageDisplay.from_estimator(careful, X_test, y_test)
display.ax_.set_title("Fewer answers, fewer errors")
plt.show()
