"""Measures of answers, compared with counting by hand."""

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.metrics import make_scorer
from sklearn.naive_bayes import GaussianNB

from skdigits import expected_calibration_error, most_confused


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


@pytest.fixture(scope="module")
def probabilities(digits):
    """The truth of unseen digits, what a weak classifier gives, and its classes."""
    X, y = digits
    classifier = GaussianNB(var_smoothing=0.1).fit(X[:1000], y[:1000])
    return y[1000:], classifier.predict_proba(X[1000:]), classifier.classes_


@pytest.mark.parametrize("n_bins", [1, 10, 15])
def test_calibration_error__is_what_its_definition_gives(probabilities, n_bins):
    y_true, y_proba, classes = probabilities
    confidence, right = y_proba.max(axis=1), classes[y_proba.argmax(axis=1)] == y_true
    expected = 0
    for low in np.arange(n_bins) / n_bins:
        inside = (low <= confidence) & (confidence < low + 1 / n_bins)
        inside |= (confidence == 1) & (low + 1 / n_bins >= 1)
        if inside.any():
            gap = abs(confidence[inside].mean() - right[inside].mean())
            expected += inside.mean() * gap
    error = expected_calibration_error(y_true, y_proba, n_bins=n_bins)
    assert type(error) is float
    assert error == pytest.approx(expected)


@pytest.mark.parametrize(
    ("y_true", "confidence", "expected"),
    [
        ([0, 0, 0, 0], 1.0, 0.0),
        ([1, 1, 1, 1], 1.0, 1.0),
        ([0, 0, 0, 1], 0.75, 0.0),
        ([0, 0, 1, 1], 0.75, 0.25),
        ([0, 0, 0, 7], 0.75, 0.0),  # a label without a column is an error
    ],
)
def test_calibration_error__of_one_confidence(y_true, confidence, expected):
    y_proba = np.tile([confidence, 1 - confidence], (4, 1))
    assert expected_calibration_error(y_true, y_proba, labels=[0, 1]) == expected


def test_calibration_error__is_near_zero_where_probabilities_are_true():
    rng = np.random.default_rng(0)
    y_proba = rng.dirichlet(np.ones(3), 20_000)
    y_true = (rng.random((20_000, 1)) > y_proba.cumsum(axis=1)).sum(axis=1)
    assert expected_calibration_error(y_true, y_proba) < 0.02
    sharper = y_proba**3 / (y_proba**3).sum(axis=1, keepdims=True)
    assert expected_calibration_error(y_true, sharper) > 0.1


def test_calibration_error__columns_in_the_order_of_labels(probabilities):
    y_true, y_proba, classes = probabilities
    names = np.array(list("abcdefghij"))
    turned = expected_calibration_error(names[y_true], y_proba[:, ::-1], labels=names[::-1])
    assert turned == expected_calibration_error(y_true, y_proba, labels=classes)
    assert turned == expected_calibration_error(pd.Series(y_true), pd.DataFrame(y_proba))


def test_calibration_error__as_a_scorer(digits):
    X, y = digits
    scorer = make_scorer(
        expected_calibration_error, response_method="predict_proba", greater_is_better=False
    )
    rough, smooth = (GaussianNB(var_smoothing=v).fit(X[:900], y[:900]) for v in (1e-9, 0.1))
    assert -1 < scorer(rough, X[900:], y[900:]) < scorer(smooth, X[900:], y[900:]) < 0


@pytest.mark.parametrize(
    ("y_true", "y_proba", "parameters", "error", "message"),
    [
        ([0, 1], [[0.5, 0.5]], {}, ValueError, "inconsistent numbers of samples"),
        ([], np.empty((0, 2)), {}, ValueError, "minimum of 1 is required"),
        ([0, 1], [0.5, 0.5], {}, ValueError, "y_proba must have the shape"),
        (
            [0, 1],
            [[2, -1], [0, 1]],
            {},
            ValueError,
            "Row 0 of y_proba does not contain probabilities",
        ),
        ([0, 0], [[1, 0], [0, 1]], {}, ValueError, "give the label of each column as labels"),
        ([0, 1], [[1, 0], [0, 1]], {"labels": ["0", "1"]}, ValueError, "Mix of label"),
        ([0, np.nan], [[1, 0], [0, 1]], {}, ValueError, "y_true contains NaN"),
        ([0, 1], [[np.nan, 0], [0, 1]], {}, ValueError, "y_proba contains NaN"),
        ([0, 1], [[1, 0], [0, 1]], {"n_bins": 0}, ValueError, "n_bins == 0, must be >= 1"),
    ],
)
def test_calibration_error__bad_input(y_true, y_proba, parameters, error, message):
    with pytest.raises(error, match=message):
        expected_calibration_error(y_true, y_proba, **parameters)
