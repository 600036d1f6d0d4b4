"""The confusion matrix with examples, with classifiers of scikit-learn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from skdigits import SelectiveClassifier
from skdigits.displays import ConfusionGalleryDisplay


@pytest.fixture(scope="module")
def fitted(digits):
    """A classifier that errs, with probabilities."""
    return GaussianNB().fit(digits[0][:1000], digits[1][:1000])


def counts_by_cell(display):
    """The texts in the matrix, by the row and column that they stand in."""
    places = [text.get_position() for text in display.ax_.texts]
    texts = [text.get_text() for text in display.ax_.texts]
    return {(int(y), int(x)): text for (x, y), text in zip(places, texts, strict=True)}


def images_by_cell(display):
    """The images in the matrix, by the row and column that hold all of each."""
    found = {}
    for image in display.ax_.images:
        left, right, bottom, top = image.get_extent()
        assert int(left) == int(right)
        assert int(top) == int(bottom)
        found[int(top), int(left)] = image
    return found


# What it computes


@pytest.mark.parametrize("kind", [int, str])
def test_cells__hold_the_most_confident_of_their_kind(kind, digits, unseen):
    X, y = unseen[0], unseen[1].astype(kind)
    classifier = GaussianNB().fit(digits[0][:1000], digits[1][:1000].astype(kind))
    display = ConfusionGalleryDisplay.from_estimator(classifier, X, y)
    y_pred, confidence = classifier.predict(X), classifier.predict_proba(X).max(axis=1)
    np.testing.assert_array_equal(display.confusion_matrix, confusion_matrix(y, y_pred))
    np.testing.assert_array_equal(display.display_labels, classifier.classes_)
    for row, true in enumerate(classifier.classes_):
        for column, predicted in enumerate(classifier.classes_):
            samples = np.flatnonzero((y == true) & (y_pred == predicted))
            expected = samples[confidence[samples].argmax()] if len(samples) else -1
            assert display.indices[row, column] == expected
    shown = display.indices[display.indices >= 0]
    np.testing.assert_array_equal(display.images, X[shown].reshape(-1, 8, 8))


def test_without_probabilities__the_first_of_its_kind(small_digits):
    X, y = small_digits
    classifier = LinearSVC(C=1e-6).fit(X, y)
    display = ConfusionGalleryDisplay.from_estimator(classifier, X, y)
    y_pred = classifier.predict(X)
    for (row, column), index in np.ndenumerate(display.indices):
        samples = np.flatnonzero((y == row) & (y_pred == column))
        assert index == (samples[0] if len(samples) else -1)


def test_labels__name_the_columns_of_probabilities_and_rule_the_order(fitted, unseen):
    X, y = unseen
    y_pred, y_proba = fitted.predict(X), fitted.predict_proba(X)
    order = np.random.default_rng(0).permutation(10)
    plain = ConfusionGalleryDisplay.from_predictions(X, y, y_pred, y_proba=y_proba)
    mixed = ConfusionGalleryDisplay.from_predictions(
        X, y, y_pred, y_proba=y_proba[:, order], labels=order.tolist()
    )
    np.testing.assert_array_equal(mixed.display_labels, order)
    np.testing.assert_array_equal(mixed.indices, plain.indices[np.ix_(order, order)])
    np.testing.assert_array_equal(
        mixed.confusion_matrix, plain.confusion_matrix[np.ix_(order, order)]
    )


def test_other_labels__follow_those_that_the_classifier_knows(digits):
    X, y = digits[0], digits[1].astype(str)
    classifier = SelectiveClassifier(GaussianNB(), max_error_rate=0.1, random_state=0)
    classifier.fit(X[y != "0"], y[y != "0"])
    display = ConfusionGalleryDisplay.from_estimator(classifier, X, y)
    assert display.display_labels.tolist() == [*"123456789", "0", "?"]
    assert display.confusion_matrix.sum() == len(X)
    assert display.confusion_matrix[:, -1].sum() == (classifier.predict(X) == "?").sum() > 0
    rejected = display.indices[:, -1]
    assert set(classifier.predict(X[rejected[rejected >= 0]])) == {"?"}


# What is drawn


def test_each_cell_that_occurs__has_image_and_count_and_no_other(fitted, unseen):
    display = ConfusionGalleryDisplay.from_estimator(fitted, *unseen)
    matrix = display.confusion_matrix
    expected = {(row, column): str(n) for (row, column), n in np.ndenumerate(matrix) if n}
    images = images_by_cell(display)
    assert 10 < len(expected) < 100
    assert counts_by_cell(display) == expected
    assert set(images) == set(expected)
    for cell, image in images.items():
        drawn = unseen[0][display.indices[cell]].reshape(8, 8)
        np.testing.assert_array_equal(image.get_array(), drawn)
        assert image.get_clim() == (display.images.min(), display.images.max())


def test_right_answers__are_pale_and_unshaded(fitted, unseen):
    display = ConfusionGalleryDisplay.from_estimator(fitted, *unseen)
    alpha = {cell: image.get_alpha() for cell, image in images_by_cell(display).items()}
    assert {value for (row, column), value in alpha.items() if row == column} == {0.35}
    assert {value for (row, column), value in alpha.items() if row != column} == {1}
    (shades,) = display.ax_.collections
    shade = np.reshape(shades.get_array(), (10, 10))
    np.testing.assert_array_equal(
        shade + np.diag(np.diag(display.confusion_matrix)), (display.confusion_matrix)
    )
    assert shades.get_zorder() < display.ax_.images[0].get_zorder()


def test_axes__name_labels_and_title_counts_errors(fitted, unseen):
    display = ConfusionGalleryDisplay.from_estimator(fitted, *unseen)
    n_errors = (fitted.predict(unseen[0]) != unseen[1]).sum()
    ax = display.ax_
    assert ax.get_title() == f"{n_errors} errors in 797 images ({100 * n_errors / 797:.2f} %)"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Predicted label", "True label")
    for ticks in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [tick.get_text() for tick in ticks] == list("0123456789")
    assert ax.get_xlim() == (0, 10)
    assert ax.get_ylim() == (10, 0)


@pytest.mark.parametrize("prefix", ["", "handwritten "])
def test_ten_labels__are_readable_at_600_pixels(prefix, fitted, unseen):
    names = np.array([f"{prefix}{digit}" for digit in range(10)])
    figure = Figure(figsize=(6, 6), dpi=100, layout="constrained")
    display = ConfusionGalleryDisplay.from_predictions(
        unseen[0], names[unseen[1]], names[fitted.predict(unseen[0])], ax=figure.subplots()
    )
    figure.draw_without_rendering()
    ax = display.ax_
    cell = ax.get_window_extent().width / 10
    images = [image.get_window_extent() for image in ax.images]
    texts = [text.get_window_extent() for text in ax.texts]
    assert cell > 40
    assert min(text.get_fontsize() for text in ax.texts) >= 7
    for text, image in zip(texts, images, strict=True):
        assert text.width < cell
        assert text.y1 < image.y0 + 3  # below the image, but for the font's air
    labels = [tick.get_window_extent() for tick in ax.get_xticklabels()]
    labels += [ax.xaxis.label.get_window_extent(), ax.title.get_window_extent()]
    for index, box in enumerate(labels):
        assert 0 <= box.x0 < box.x1 <= 600
        assert box.y0 >= 0
        assert not any(box.overlaps(other) for other in labels[:index])


def test_images_that_are_no_squares__keep_their_shape(small_digits, fitted):
    X, y = small_digits
    display = ConfusionGalleryDisplay.from_estimator(fitted, X, y, image_shape=(4, 16))
    assert display.images.shape[1:] == (4, 16)
    left, right, bottom, top = display.ax_.images[0].get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(4)
    assert images_by_cell(display)


def test_on_given_axes__opens_no_figure(fitted, unseen):
    ax = Figure().subplots()
    display = ConfusionGalleryDisplay.from_estimator(fitted, *unseen, ax=ax, cmap="viridis")
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.images[0].get_cmap().name == "viridis"
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert display.ax_ is not ax


@pytest.mark.parametrize("n_errors", [0, 1])
def test_no_error_or_one(n_errors, small_digits):
    X, y = small_digits
    y_pred = y.copy()
    y_pred[:n_errors] = 9 - y[:n_errors]
    display = ConfusionGalleryDisplay.from_predictions(X, y, y_pred)
    assert len(display.ax_.images) == 10 + n_errors
    display.figure_.canvas.draw()


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, list])
@pytest.mark.parametrize("column", [pd.Series, pl.Series, list])
def test_any_table(kind, column, fitted, unseen):
    X, y = unseen
    y_pred, y_proba = fitted.predict(X), fitted.predict_proba(X)
    expected = ConfusionGalleryDisplay.from_predictions(X, y, y_pred, y_proba=y_proba)
    display = ConfusionGalleryDisplay.from_predictions(
        kind(X), column(y), column(y_pred), y_proba=kind(y_proba), labels=column(range(10))
    )
    np.testing.assert_array_equal(display.indices, expected.indices)


# Bad input

HALF = [[0.5, 0.5]] * 3


@pytest.mark.parametrize(
    ("y_true", "y_pred", "parameters", "message"),
    [
        ([0, 1, 1], [0, 1], {}, "inconsistent numbers of samples"),
        ([0, 1], [0, 1], {}, "inconsistent numbers of samples"),
        ([0, 1, 1], ["0", "1", "1"], {}, "Mix of label input types"),
        ([0, 1, 1], [0, 1, 0], {"labels": ["0", "1"]}, "Mix of label input types"),
        ([0, 1, np.nan], [0, 1, 0], {}, "NaN"),
        ([0, 1, 1], [0, 1, 0], {"y_proba": HALF[:2]}, "inconsistent numbers of samples"),
        ([0, 1, 2], [0, 1, 0], {"y_proba": HALF}, "y_proba, 2, must equal the number of labels, 3"),
        ([0, 1, 1], [0, 1, 0], {"y_proba": [[2, 3]] * 3}, "Row 0 of y_proba"),
        ([0, 1, 1], [0, 1, 0], {"image_shape": (8, 9)}, "72 pixels, but X has 64"),
    ],
)
def test_bad_predictions(y_true, y_pred, parameters, message, digits):
    with pytest.raises(ValueError, match=message):
        ConfusionGalleryDisplay.from_predictions(digits[0][:3], y_true, y_pred, **parameters)
    assert plt.get_fignums() == []


def test_no_images(digits):
    with pytest.raises(ValueError, match="There are no images to show: give one or more"):
        ConfusionGalleryDisplay.from_predictions(digits[0][:0], [], [])


def test_bad_estimator_input(fitted, unseen):
    X, y = unseen
    with pytest.raises(ValueError, match="not fitted"):
        ConfusionGalleryDisplay.from_estimator(GaussianNB(), X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ConfusionGalleryDisplay.from_estimator(fitted, X, y[:-1])
    with pytest.raises(ValueError, match="Mix of label input types"):
        ConfusionGalleryDisplay.from_estimator(fitted, X, y.astype(str))
