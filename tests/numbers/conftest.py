"""A reader that has learned to read clean pictures of one or two digits."""

import copy

import pytest

from skdigits import DigitReader
from tests.composed import clean_strings


@pytest.fixture(scope="session")
def numbers(digits):
    """150 clean pictures, and what stands on them."""
    return clean_strings(digits, 150, 0)


@pytest.fixture(scope="session")
def fitted(numbers):
    """Not to be changed."""
    return DigitReader(max_epochs=24, batch_size=15, random_state=0).fit(*numbers)


@pytest.fixture
def reader(fitted):
    """A copy of it."""
    return copy.copy(fitted)
