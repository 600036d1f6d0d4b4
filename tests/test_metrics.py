"""Measures of answers, compared with counting by hand."""

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.naive_bayes import GaussianNB

from skdigits import most_confused


@pytest.fixture(scope="module")
def answers(digits):
    """The truth of unseen digits, and a weak classifier's answers."""
    X, y = digits
    return y[1000:], GaussianNB().fit(X[:1000], y[:1000]).predict(X[1000:])


def counted(y_true, y_pred, min_count):
    """Count pairs one by one, the most frequent first, ties by labels."""
    pairs = Counter((t, p) for t, p in zip(y_true, y_pred, strict=True) if t != p)
    found = [(*pair, count) for pair, count in pairs.items() if count >= min_count]
    return sorted(found, key=lambda row: (-row[2], row[:2]))


@pytest.mark.parametrize("min_count", [1, 2, 10, np.int64(3)])
@pytest.mark.parametrize("kind", [int, str, object])
def test_most_confused__is_what_counting_by_hand_gives(answers, kind, min_count):
    y_true, y_pred = (y.astype(str).astype(kind) for y in answers)
    found = most_confused(y_true, y_pred, min_count=min_count)
    assert found
    assert found == counted(y_true.tolist(), y_pred.tolist(), min_count)


def test_most_confused__gives_plain_values(answers):
    assert {type(value) for row in most_confused(*answers) for value in row} == {int}


def test_most_confused__ties_in_order_of_labels():
    y_true = ["b", "b", "a", "a", "c", "c", "c", "a", "a"]
    y_pred = ["a", "a", "c", "c", "a", "a", "a", "b", "b"]
    expected = [("c", "a", 3), ("a", "b", 2), ("a", "c", 2), ("b", "a", 2)]
    assert most_confused(y_true, y_pred) == expected


@pytest.mark.parametrize(
    ("y_true", "y_pred"), [([1, 2, 3], [1, 2, 3]), ([1, 2], [1, 3]), (["a"], ["a"])]
)
def test_most_confused__nothing_often_enough(y_true, y_pred):
    assert most_confused(y_true, y_pred) == []


def test_most_confused__an_answer_that_is_no_true_label():
    assert most_confused(["1", "7", "7"], ["1", "?", "?"]) == [("7", "?", 2)]


@pytest.mark.parametrize("kind", [pd.Series, pl.Series, list, tuple])
def test_most_confused__any_column(answers, kind):
    assert most_confused(*map(kind, answers)) == most_confused(*answers)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "min_count", "error", "message"),
    [
        ([0, 1, 1], [0, 1], 2, ValueError, "inconsistent numbers of samples"),
        ([], [], 2, ValueError, "y_true and y_pred are empty: give"),
        ([0, 1], [1, 0], 0, ValueError, "min_count == 0, must be >= 1"),
        ([0, 1], [1, 0], 1.5, TypeError, "min_count must be an instance of int"),
        ([0, 1], ["0", "1"], 2, ValueError, "Mix of label input types"),
        ([0, np.nan], [0, 1], 2, ValueError, "y_true contains NaN"),
        ([0, 1], [0.0, np.nan], 2, ValueError, "y_pred contains NaN"),
        ([[0, 1], [1, 0]], [0, 1], 2, ValueError, "1d array"),
        ([0.5, 1.5], [0, 1], 2, ValueError, "continuous"),
    ],
)
def test_most_confused__bad_input(y_true, y_pred, min_count, error, message):
    with pytest.raises(error, match=message):
        most_confused(y_true, y_pred, min_count=min_count)
