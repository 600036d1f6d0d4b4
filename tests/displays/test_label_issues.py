"""The display of likely mislabelled images, with wrong labels planted among right ones."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler
from sklearn.svm import LinearSVC

from skdigits.displays import LabelIssuesDisplay

BAYES = GaussianNB(var_smoothing=0.1)


@pytest.fixture(scope="module")
def planted(digits):
    """Digits, their labels with 20 wrong ones among them, and where these are."""
    X, y = digits
    rng = np.random.default_rng(0)
    wrong = rng.choice(len(y), 20, replace=False)
    noisy = y.copy()
    noisy[wrong] = (y[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return X, noisy, wrong


@pytest.fixture(scope="module")
def probabilities(planted):
    """The probabilities of each image by a classifier that has not seen it."""
    X, noisy, _ = planted
    return cross_val_predict(BAYES, X, noisy, cv=5, method="predict_proba")


def captions(display):
    return [text.get_text() for text in display.ax_.texts]


# What it computes


@pytest.mark.parametrize("kind", [int, str])
def test_planted_labels__are_found_and_come_first(kind, planted, digits):
    X, noisy, wrong = planted
    classifier = make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=300))
    display = LabelIssuesDisplay.from_estimator(classifier, X, noisy.astype(kind))
    assert set(wrong) <= set(display.indices)
    assert len(set(display.indices[:20]) & set(wrong)) > 15
    is_planted = np.isin(display.indices[:12], wrong)
    truth = digits[1].astype(kind)[display.indices[:12]]
    assert (display.suggested == truth)[is_planted].mean() > 0.8
    assert not hasattr(classifier[-1], "classes_")


def test_ranking__is_the_brute_force_one(planted, probabilities):
    X, noisy, _ = planted
    display = LabelIssuesDisplay.from_predictions(X, noisy, probabilities, n_images=10)
    confidence = [row[label] for row, label in zip(probabilities, noisy, strict=True)]
    suspects = [index for index, row in enumerate(probabilities) if row.argmax() != noisy[index]]
    suspects.sort(key=lambda index: (confidence[index], -probabilities[index].max()))
    np.testing.assert_array_equal(display.self_confidence, confidence)
    np.testing.assert_array_equal(display.indices, suspects)
    shown = suspects[:10]
    np.testing.assert_array_equal(display.images, X[shown].reshape(-1, 8, 8))
    np.testing.assert_array_equal(display.given, noisy[shown])
    np.testing.assert_array_equal(display.suggested, probabilities[shown].argmax(axis=1))
    np.testing.assert_array_equal(display.probability, probabilities[shown].max(axis=1))


@pytest.mark.parametrize("cv", [5, KFold(3, shuffle=True, random_state=0)])
def test_from_estimator__takes_the_probabilities_of_cross_validation(cv, planted):
    X, noisy, _ = planted
    y_proba = cross_val_predict(BAYES, X, noisy, cv=cv, method="predict_proba")
    expected = LabelIssuesDisplay.from_predictions(X, noisy, y_proba)
    display = LabelIssuesDisplay.from_estimator(BAYES, X, noisy, cv=cv)
    np.testing.assert_array_equal(display.indices, expected.indices)
    np.testing.assert_array_equal(display.self_confidence, expected.self_confidence)


def test_labels__name_the_columns_of_probabilities(planted, probabilities):
    X, noisy, _ = planted
    order = np.random.default_rng(0).permutation(10)
    expected = LabelIssuesDisplay.from_predictions(X, noisy, probabilities)
    display = LabelIssuesDisplay.from_predictions(
        X, noisy, probabilities[:, order], labels=order.tolist()
    )
    np.testing.assert_array_equal(display.indices, expected.indices)
    np.testing.assert_array_equal(display.suggested, expected.suggested)


def test_names__are_those_of_the_suspects(planted):
    X, noisy, _ = planted
    names = [f"{index}.png" for index in range(len(X))]
    display = LabelIssuesDisplay.from_estimator(BAYES, X, noisy, names=names)
    assert display.names == [f"{index}.png" for index in display.indices[:12]]
    assert [text.split("\n")[-1] for text in captions(display)] == display.names
    with pytest.raises(ValueError, match="There are 3 names for 1797 images: give one each"):
        LabelIssuesDisplay.from_estimator(BAYES, X, noisy, names=names[:3])


def test_equal_confidence__the_surer_suggestion_comes_first(digits):
    y_proba = [[0, 0.6, 0.4], [0, 0.9, 0.1], [1, 0, 0], [0, 0.6, 0.4]]
    display = LabelIssuesDisplay.from_predictions(
        digits[0][:4], ["a"] * 4, y_proba, labels=["a", "b", "c"]
    )
    assert display.indices.tolist() == [1, 0, 3]


# What is drawn


def test_captions__have_both_labels_with_their_probabilities(planted):
    X, noisy, _ = planted
    y_proba = np.zeros((3, 10))
    for row, label in enumerate(noisy[:3]):
        y_proba[row, [label, (label + 1) % 10]] = [[0.0004, 0.9996], [0.25, 0.75], [0.9, 0.1]][row]
    display = LabelIssuesDisplay.from_predictions(X[:3], noisy[:3], y_proba, labels=range(10))
    assert captions(display) == [
        f"label {noisy[0]} (<0.1 %)\nmodel says {(noisy[0] + 1) % 10} (99.9 %)\nimage 0",
        f"label {noisy[1]} (25 %)\nmodel says {(noisy[1] + 1) % 10} (75 %)\nimage 1",
    ]
    assert len(display.ax_.images) == 2
    np.testing.assert_array_equal(display.ax_.images[0].get_array(), X[0].reshape(8, 8))
    assert display.ax_.get_title() == "2 suspect labels in 3 images"


@pytest.mark.parametrize(
    ("n_images", "end"),
    [(12, ", the 12 most suspicious"), (5, ", the 5 most suspicious"), (999, "")],
)
def test_title__counts_all(n_images, end, planted, probabilities):
    X, noisy, _ = planted
    display = LabelIssuesDisplay.from_predictions(X, noisy, probabilities, n_images=n_images)
    n_suspects = (probabilities.argmax(axis=1) != noisy).sum()
    assert display.ax_.get_title() == f"{n_suspects} suspect labels in 1,797 images{end}"
    assert len(display.ax_.images) == min(n_images, n_suspects)


@pytest.mark.parametrize(
    ("n_suspects", "title"),
    [(0, "No suspect label in 200 images"), (1, "1 suspect label in 200 images")],
)
def test_none_or_one(n_suspects, title, small_digits):
    X, y = small_digits
    y_proba = np.eye(10)[y]
    y_proba[:n_suspects] = np.roll(y_proba[:n_suspects], 1, axis=1)
    display = LabelIssuesDisplay.from_predictions(X, y, y_proba)
    assert display.ax_.get_title() == title
    assert len(display.ax_.images) == n_suspects
    display.figure_.canvas.draw()


def test_texts__do_not_meet_at_600_pixels(planted, probabilities):
    X, noisy, _ = planted
    figure = Figure(figsize=(6, 6), dpi=100, layout="constrained")
    display = LabelIssuesDisplay.from_predictions(X, noisy, probabilities, ax=figure.subplots())
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in (*display.ax_.texts, display.ax_.title)]
    assert len(boxes) == 13
    assert min(text.get_fontsize() for text in display.ax_.texts) >= 7
    for index, box in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= 600
        assert not any(box.overlaps(other) for other in boxes[:index])


def test_on_given_axes__opens_no_figure(planted):
    X, noisy, _ = planted
    ax = Figure().subplots()
    display = LabelIssuesDisplay.from_estimator(BAYES, X, noisy, ax=ax, n_columns=3, cmap="viridis")
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_xlim() == (0, 3)
    assert ax.images[0].get_cmap().name == "viridis"
    assert plt.get_fignums() == []


def test_images_instead_of_rows(planted):
    X, noisy, _ = planted
    flatten = FunctionTransformer(lambda images: images.reshape(len(images), -1))
    display = LabelIssuesDisplay.from_estimator(
        make_pipeline(flatten, BAYES), X.reshape(-1, 4, 16), noisy
    )
    rows = LabelIssuesDisplay.from_estimator(BAYES, X, noisy, image_shape=(4, 16))
    np.testing.assert_array_equal(display.images, rows.images)
    assert display.images.shape == (12, 4, 16)


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, list])
@pytest.mark.parametrize("column", [pd.Series, pl.Series, list])
def test_any_table(kind, column, planted):
    X, noisy, _ = planted
    expected = LabelIssuesDisplay.from_estimator(BAYES, X, noisy.astype(str), n_images=2)
    display = LabelIssuesDisplay.from_estimator(
        BAYES, kind(X), column(noisy.astype(str)), n_images=2
    )
    np.testing.assert_array_equal(display.indices, expected.indices)
    np.testing.assert_array_equal(display.given, expected.given)


# Bad input

TWO = [[0.7, 0.3], [0.2, 0.8]]


@pytest.mark.parametrize(
    ("y", "y_proba", "parameters", "message"),
    [
        ([0, 1, 1], TWO, {}, "inconsistent numbers of samples"),
        ([0, 1], TWO + TWO, {}, "inconsistent numbers of samples"),
        ([0, 1], [0.7, 0.8], {}, r"y_proba must have the shape .*got \(2,\)"),
        ([0, 1], [[2, 3], [0.5, 0.5]], {}, "Row 0 of y_proba"),
        ([0, 0], TWO, {}, "y_proba, 2, must equal the number of labels, 1: give"),
        ([0, 7], TWO, {"labels": [0, 1]}, "labelled 7, but this model knows only 0, 1"),
        (["0", "1"], TWO, {"labels": [0, 1]}, "Mix of label input types"),
        ([0, np.nan], TWO, {}, "y contains NaN"),
        ([0, 1], TWO, {"image_shape": (8, 9)}, "72 pixels, but X has 64"),
    ],
)
def test_bad_predictions(y, y_proba, parameters, message, digits):
    with pytest.raises(ValueError, match=message):
        LabelIssuesDisplay.from_predictions(digits[0][:2], y, y_proba, **parameters)
    assert plt.get_fignums() == []


def test_bad_estimator_input(small_digits):
    X, y = small_digits
    with pytest.raises(ValueError, match="LinearSVC has no predict_proba"):
        LabelIssuesDisplay.from_estimator(LinearSVC(), X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LabelIssuesDisplay.from_estimator(BAYES, X, y[:-1])
    with pytest.raises(ValueError, match="cv.* int in the range \\[2"):
        LabelIssuesDisplay.from_estimator(BAYES, X, y, cv=1)
    with pytest.raises(ValueError, match="y contains NaN"):
        LabelIssuesDisplay.from_estimator(BAYES, X, np.where(y == 3, np.nan, y))
