"""A reader that has learned to read clean pictures of one or two digits."""

import copy

import pytest


@pytest.fixture(scope="session")
def fitted(number_reader):
    """Not to be changed."""
    return number_reader


@pytest.fixture
def reader(fitted):
    """A copy of it."""
    return copy.copy(fitted)
