"""Classifiers that several displays show, and digits that they have not seen."""

import pytest
from sklearn.naive_bayes import GaussianNB

from skdigits import CNNDigitClassifier


@pytest.fixture(scope="session")
def bayes(small_digits):
    """A classifier that errs, with probabilities."""
    return GaussianNB().fit(*(part[:100] for part in small_digits))


@pytest.fixture(scope="session")
def fitted(small_digits):
    """A network that has learnt the small digits."""
    return CNNDigitClassifier(max_epochs=10, precision="float64", random_state=0).fit(*small_digits)


@pytest.fixture(scope="session")
def unseen(digits):
    """The digits from the thousandth on."""
    return digits[0][1000:], digits[1][1000:]
