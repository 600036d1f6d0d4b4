"""The grids of images, with classifiers of scikit-learn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from skdigits import CNNDigitClassifier, SelectiveClassifier, most_confused
from skdigits._utils.wording import percent
from skdigits.displays import MisclassifiedDisplay, SamplePredictionsDisplay
from skdigits.displays._shared import BLUE, VERMILION

GRIDS = [SamplePredictionsDisplay, MisclassifiedDisplay]


def captions(display):
    return [text.get_text() for text in display.ax_.texts if text.get_ha() == "center"]


def bars(display):
    """The label and length of each bar, image by image, from the drawing."""
    ax, n_bars = display.ax_, display.top_labels.shape[1]
    labels = [text.get_text() for text in ax.texts if text.get_ha() == "left"]
    widths = np.reshape([bar.get_width() for bar in ax.patches], (-1, 2))
    lengths = widths[:, 1] / widths[:, 0]  # each bar comes after its frame
    return np.reshape(labels, (-1, n_bars)), np.reshape(lengths, (-1, n_bars))


def drawn(display):
    display.figure_.canvas.draw()
    return np.asarray(display.figure_.canvas.buffer_rgba())


def test_sample_predictions__captions(bayes, small_digits):
    X, y = small_digits
    display = SamplePredictionsDisplay.from_estimator(bayes, X, y, n_images=200, random_state=0)
    assert len(captions(display)) == 200
    for image, caption, true in zip(display.images, captions(display), display.y_true, strict=True):
        first, *between, name = caption.split("\n")
        predicted = bayes.predict(image.reshape(1, -1))[0]
        assert first.startswith(f"predicted {predicted} (")
        assert first.endswith(" %)")
        assert between == ([f"true {true}"] if predicted != true else [])
        np.testing.assert_array_equal(X[int(name.removeprefix("image "))], image.ravel())


@pytest.mark.parametrize("display", GRIDS)
def test_names__instead_of_positions(display, bayes, small_digits):
    X, y = small_digits
    names = [f"{index}.png" for index in range(len(X))]
    named = display.from_estimator(bayes, X, y, names=names, n_images=200)
    for image, caption in zip(named.images, captions(named), strict=True):
        name = caption.split("\n")[-1]
        np.testing.assert_array_equal(X[names.index(name)], image.ravel())
    of_predictions = display.from_predictions(X, y, 9 - y, names=names, n_images=200)
    assert sorted(of_predictions.names) == sorted(names)
    with pytest.raises(ValueError, match="There are 199 names for 200 images: give one each"):
        display.from_estimator(bayes, X, y, names=names[1:])


def test_long_names_lose_their_middle(small_digits):
    X, y = small_digits
    display = SamplePredictionsDisplay.from_predictions(
        X[:1], y[:1], y[:1], names=["scan_of_2026-11-29_0001.jpg"]
    )
    assert captions(display) == [f"predicted {y[0]}\nscan_of_…_0001.jpg"]


def test_sample_predictions__wrong_answers_are_framed_in_another_colour(bayes, small_digits):
    display = SamplePredictionsDisplay.from_estimator(bayes, *small_digits, n_images=200)
    wrong = display.y_true != display.y_pred
    colours = [to_rgb(line.get_color()) for line in display.ax_.lines]
    assert 0 < wrong.sum() < 200
    assert len({colour for colour, bad in zip(colours, wrong, strict=True) if bad}) == 1
    assert len(set(colours)) == 2
    assert display.ax_.get_title() == f"Predictions for 200 images, {wrong.sum()} of them wrong"


def test_sample_predictions__random_state_decides_what_is_drawn(bayes, small_digits):
    first, again, other = (
        SamplePredictionsDisplay.from_estimator(bayes, *small_digits, random_state=seed).images
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_sample_predictions__truth_unknown__marks_nothing(bayes, small_digits):
    display = SamplePredictionsDisplay.from_estimator(bayes, small_digits[0], n_images=200)
    assert not any("true" in caption for caption in captions(display))
    assert len({line.get_color() for line in display.ax_.lines}) == 1


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, list, np.asfortranarray])
def test_sample_predictions__any_table(kind, small_digits):
    X, y = small_digits
    X = kind(X)
    classifier = GaussianNB().fit(X, y)
    display = SamplePredictionsDisplay.from_estimator(classifier, X, list(y), random_state=0)
    from_array = SamplePredictionsDisplay.from_predictions(*small_digits, y, random_state=0)
    np.testing.assert_array_equal(display.images, from_array.images)
    np.testing.assert_array_equal(display.y_true, from_array.y_true)


def test_sample_predictions__images_instead_of_rows(small_digits):
    X, y = small_digits
    flatten = FunctionTransformer(lambda images: images.reshape(len(images), -1))
    classifier = make_pipeline(flatten, GaussianNB()).fit(X.reshape(-1, 4, 16), y)
    display = SamplePredictionsDisplay.from_estimator(classifier, X.reshape(-1, 4, 16), y)
    assert display.images.shape == (12, 4, 16)


def test_image_shape__is_stated_or_the_estimator_s(small_digits):
    X, y = small_digits
    classifier = CNNDigitClassifier(image_shape=(4, 16), max_epochs=20, random_state=0)
    pipeline = make_pipeline(FunctionTransformer(), classifier).fit(X, y)
    of_estimator = SamplePredictionsDisplay.from_estimator(pipeline, X, y)
    stated = MisclassifiedDisplay.from_estimator(pipeline, X, y, image_shape=(2, 32))
    assert of_estimator.images.shape[1:] == (4, 16)
    assert stated.images.shape[1:] == (2, 32)


@pytest.mark.parametrize("display", GRIDS)
def test_image_shape__that_does_not_fit(display, bayes, small_digits):
    with pytest.raises(ValueError, match=r"image_shape=\(8, 9\) has 72 pixels, but X has 64"):
        display.from_estimator(bayes, *small_digits, image_shape=(8, 9))


def test_misclassified__most_confident_first_and_the_title_counts_all(bayes, small_digits):
    X, y = small_digits
    display = MisclassifiedDisplay.from_estimator(bayes, X, y, n_images=3)
    wrong = bayes.predict(X) != y
    confidence = bayes.predict_proba(X)[wrong].max(axis=1)
    np.testing.assert_allclose(display.probability, np.sort(confidence)[::-1][:3])
    assert display.n_errors == wrong.sum() > 3
    share = 100 * wrong.mean()
    expected = f"{wrong.sum()} errors in 200 images ({share:.2f} %), the 3 most confident"
    assert display.ax_.get_title() == expected


@pytest.mark.parametrize(
    ("n_errors", "title"),
    [(0, "No errors in 200 images"), (1, "1 error in 200 images (0.50 %)")],
)
def test_misclassified__none_or_one(n_errors, title, small_digits):
    X, y = small_digits
    answers = y.copy()
    answers[:n_errors] += 1
    display = MisclassifiedDisplay.from_predictions(X, y, answers)
    assert display.ax_.get_title() == title
    assert len(captions(display)) == n_errors
    assert drawn(display).any()


@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize("top_k", [1, 3, 99])
def test_misclassified__bars_show_the_most_probable_labels(kind, top_k, small_digits):
    X, y = small_digits[0], small_digits[1].astype(kind)
    classifier = GaussianNB(var_smoothing=0.1).fit(X[:50], y[:50])
    display = MisclassifiedDisplay.from_estimator(classifier, X, y, n_images=5, top_k=top_k)
    y_proba = classifier.predict_proba(display.images.reshape(-1, 64))
    order = np.argsort(-y_proba, axis=1)[:, :top_k]
    labels, lengths = bars(display)
    np.testing.assert_array_equal(display.top_labels, classifier.classes_[order])
    np.testing.assert_array_equal(labels, classifier.classes_[order].astype(str))
    np.testing.assert_allclose(lengths, np.take_along_axis(y_proba, order, axis=1), atol=1e-12)
    np.testing.assert_array_equal(display.top_labels[:, 0], display.y_pred)


def test_misclassified__bars_tell_the_answer_and_the_truth_by_colour(bayes, small_digits):
    display = MisclassifiedDisplay.from_estimator(bayes, *small_digits, top_k=10)
    colours = np.array([bar.get_facecolor()[:3] for bar in display.ax_.patches[1::2]])
    colours = colours.reshape(*display.top_labels.shape, 3)
    weights = [text.get_weight() for text in display.ax_.texts if text.get_ha() == "left"]
    assert weights == [t.get_weight() for t in display.ax_.texts if t.get_ha() == "right"]
    is_truth = display.top_labels == display.y_true[:, None]
    is_answer = display.top_labels == display.y_pred[:, None]
    for chosen, colour in [
        (is_answer, VERMILION),
        (is_truth, BLUE),
        (~is_answer & ~is_truth, "gray"),
    ]:
        np.testing.assert_allclose(np.unique(colours[chosen], axis=0), [to_rgb(colour)])
    np.testing.assert_array_equal(np.reshape(weights, is_truth.shape) == "bold", is_truth)


def test_misclassified__bars_have_the_probability(bayes, small_digits):
    display = MisclassifiedDisplay.from_estimator(bayes, *small_digits)
    texts = [text.get_text() for text in display.ax_.texts if text.get_ha() == "right"]
    assert texts == [percent(value) for value in display.top_probabilities.ravel()]


def test_misclassified__without_bars(bayes, small_digits):
    X, y = small_digits
    probability = bayes.predict_proba(X).max(axis=1)
    none = MisclassifiedDisplay.from_estimator(bayes, X, y, top_k=0)
    of_answers = MisclassifiedDisplay.from_predictions(
        X, y, bayes.predict(X), probability=probability
    )
    unknown = MisclassifiedDisplay.from_predictions(X, y, bayes.predict(X))
    for display in (none, of_answers, unknown):
        assert display.top_labels is display.top_probabilities is None
        assert len(display.ax_.patches) == 0
    assert captions(none) == captions(of_answers)
    np.testing.assert_array_equal(none.images, of_answers.images)


def test_misclassified__labels_name_the_columns_of_probabilities(bayes, small_digits):
    X, y = small_digits
    order = np.random.default_rng(0).permutation(10)
    expected = MisclassifiedDisplay.from_estimator(bayes, X, y)
    display = MisclassifiedDisplay.from_predictions(
        X, y, bayes.predict(X), y_proba=bayes.predict_proba(X)[:, order], labels=order
    )
    np.testing.assert_array_equal(display.top_labels[:, 0], expected.top_labels[:, 0])
    np.testing.assert_array_equal(display.probability, expected.probability)


def test_misclassified__pair_shows_one_confusion_only(digits):
    X, y = digits[0], digits[1].astype(str)
    classifier = GaussianNB().fit(X[:1000], y[:1000])
    y_pred = classifier.predict(X)
    for true, predicted, count in most_confused(y, y_pred)[:3]:
        display = MisclassifiedDisplay.from_estimator(
            classifier, X, y, pair=(true, predicted), n_images=2
        )
        samples = np.flatnonzero((y == true) & (y_pred == predicted))
        confidence = classifier.predict_proba(X[samples]).max(axis=1)
        worst = samples[np.argsort(-confidence, kind="stable")[:2]]
        np.testing.assert_array_equal(display.images, X[worst].reshape(-1, 8, 8))
        assert display.n_errors == count
        assert display.n_samples == (y == true).sum()
        assert display.ax_.get_title().startswith(
            f"true {true}, predicted {predicted}\n{count} errors in {display.n_samples} images ("
        )


def test_misclassified__pair_that_never_occurs(small_digits):
    X, y = small_digits
    display = MisclassifiedDisplay.from_predictions(X, y, y, pair=[3, 5])
    assert display.ax_.get_title() == f"true 3, predicted 5\nNo errors in {np.sum(y == 3)} images"


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"pair": (3, 3)}, ValueError, r"two different labels, \(true, predicted\), got \(3, 3\)"),
        ({"pair": (3, 5, 8)}, ValueError, "two different labels"),
        ({"pair": 3}, ValueError, "two different labels"),
        ({"pair": ("3", "5")}, ValueError, "neither a true nor a predicted one: choose among 0"),
        ({"pair": (3, 11)}, ValueError, "neither a true nor a predicted one"),
        ({"top_k": -1}, ValueError, "top_k == -1, must be >= 0"),
        ({"top_k": 2.5}, TypeError, "top_k must be an instance of int"),
        ({"probability": np.ones(200)}, ValueError, "y_proba or probability, not both"),
        ({"labels": [0, 1]}, ValueError, "y_proba, 10, must equal the number of labels, 2"),
        ({"y_proba": np.ones((200, 10))}, ValueError, "Row 0 of y_proba"),
        ({"y_proba": np.eye(10)}, ValueError, "inconsistent numbers of samples"),
    ],
)
def test_misclassified__bad_parameters(parameters, error, message, bayes, small_digits):
    X, y = small_digits
    given = {"y_proba": bayes.predict_proba(X), **parameters}
    with pytest.raises(error, match=message):
        MisclassifiedDisplay.from_predictions(X, y, bayes.predict(X), **given)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(("prefix", "width"), [("", 600), ("", 450), ("handwritten ", 600)])
def test_misclassified__texts_do_not_meet(prefix, width, bayes, small_digits):
    X, y = small_digits
    names = np.array([f"{prefix}{digit}" for digit in range(10)])
    figure = Figure(figsize=(width / 100, 7), dpi=100, layout="constrained")
    display = MisclassifiedDisplay.from_predictions(
        X,
        names[y],
        names[bayes.predict(X)],
        y_proba=bayes.predict_proba(X),
        n_images=18,
        ax=figure.subplots(),
    )
    figure.draw_without_rendering()
    texts = [text.get_window_extent() for text in display.ax_.texts]
    places = [text.get_ha() for text in display.ax_.texts]
    labels, values, written = (
        [box for box, place in zip(texts, places, strict=True) if place == wanted]
        for wanted in ("left", "right", "center")
    )
    frames = [bar.get_window_extent() for bar in display.ax_.patches[::2]]
    assert len(frames) == len(labels) == 3 * len(display.images) > 0
    for index, box in enumerate(texts):
        assert not any(box.overlaps(other) for other in texts[:index])
    for label, value, frame in zip(labels, values, frames, strict=True):
        assert frame.x0 < label.x0 < label.x1 < value.x0 < value.x1 < frame.x1
    for caption in written:
        assert not any(caption.overlaps(frame) for frame in frames)


@pytest.mark.parametrize("n_errors", [1, 3, 12])
def test_misclassified__bars_are_legible_on_a_phone(n_errors, small_digits):
    X, y = small_digits
    y_proba = np.eye(10)[[*(9 - y[:n_errors]), *y[n_errors:]]]
    display = MisclassifiedDisplay.from_predictions(X, y, y_proba.argmax(axis=1), y_proba=y_proba)
    display.figure_.draw_without_rendering()
    on_a_phone = min(1, 360 / display.figure_.bbox.width)
    heights = [text.get_window_extent().height for text in display.ax_.texts[-6:]]
    assert min(heights) * on_a_phone > 6


@pytest.mark.parametrize("display", GRIDS)
def test_no_probabilities__only_the_answer_is_shown(display, small_digits):
    X, y = small_digits
    classifier = LinearSVC(C=1e-6).fit(X, y)
    plotted = display.from_estimator(classifier, X, y)
    assert captions(plotted)
    assert not any("%" in caption for caption in captions(plotted))


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (1.0, "99.9 %"),
        (0.99999, "99.9 %"),
        (0.99, "99.0 %"),
        (0.986, "98.6 %"),
        (0.517, "52 %"),
        (0.004, "0.4 %"),
        (0.0001, "<0.1 %"),
        (0.0, "<0.1 %"),
    ],
)
def test_probability__is_never_certainty(probability, shown, small_digits):
    X, y = small_digits
    display = SamplePredictionsDisplay.from_predictions(
        X[:1], y[:1], y[:1], probability=[probability]
    )
    assert captions(display) == [f"predicted {y[0]} ({shown})\nimage 0"]


@pytest.mark.parametrize("display", GRIDS)
@pytest.mark.parametrize("kind", [int, str])
def test_rejected__has_no_probability(display, kind, digits):
    X, y = digits[0], digits[1].astype(kind)
    selective = SelectiveClassifier(GaussianNB(), max_error_rate=0.1, random_state=0).fit(X, y)
    plotted = display.from_estimator(selective, X[:300], y[:300], n_images=300)
    rejected = plotted.y_pred == selective.reject_label_
    np.testing.assert_array_equal(np.isnan(plotted.probability), rejected)
    lines = np.array([caption.split("\n")[0] for caption in captions(plotted)])
    assert rejected.any()
    assert set(lines[rejected]) == {f"predicted {selective.reject_label_}"}
    assert all("%" in line for line in lines[~rejected])


def test_fewer_images_than_cells_and_one_class(small_digits):
    X, y = small_digits
    X, y = X[y == 3][:2], np.array(["three", "three"])
    display = SamplePredictionsDisplay.from_estimator(GaussianNB().fit(X, y), X, y)
    assert sorted(captions(display)) == [
        f"predicted three (99.9 %)\nimage {index}" for index in range(2)
    ]


@pytest.mark.parametrize("image", [np.zeros((1, 64)), np.full((1, 64), 255, dtype=np.uint8)])
def test_blank_image(image):
    assert drawn(SamplePredictionsDisplay.from_predictions(image, None, ["?"])).any()


def test_long_labels_stay_within_their_cell(small_digits):
    X, y = small_digits
    names = np.array([f"handwritten {digit}" for digit in range(10)])[y]
    display = SamplePredictionsDisplay.from_predictions(
        X, names, names, probability=np.full(200, 0.5), random_state=0
    )
    display.figure_.canvas.draw()
    width = display.ax_.get_window_extent().width / 4
    assert max(text.get_window_extent().width for text in display.ax_.texts) < width


@pytest.mark.parametrize("display", GRIDS)
def test_on_given_axes__opens_no_figure(display, bayes, small_digits):
    ax = Figure().subplots()
    plotted = display.from_estimator(bayes, *small_digits, ax=ax, n_columns=3, cmap="viridis")
    assert plotted.ax_ is ax
    assert plotted.figure_ is ax.figure
    assert ax.get_xlim() == (0, 3)
    assert ax.images[0].get_cmap().name == "viridis"
    assert plt.get_fignums() == []


@pytest.mark.parametrize("display", GRIDS)
def test_bad_predictions(display, small_digits):
    X, y = small_digits
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        display.from_predictions(X, y, y[:-1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        display.from_predictions(X, y, y, probability=[0.5])
    with pytest.raises(ValueError, match="Mix of label input types"):
        display.from_predictions(X, y, y.astype(str))


@pytest.mark.parametrize("display", GRIDS)
def test_bad_estimator_input(display, bayes, small_digits):
    X, y = small_digits
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        display.from_estimator(bayes, X, y[:-1])
    with pytest.raises(ValueError, match="Mix of label input types"):
        display.from_estimator(bayes, X, y.astype(str))
    with pytest.raises(ValueError, match="NaN"):
        display.from_estimator(bayes, np.full((3, 64), np.nan), [0, 1, 2])
    with pytest.raises(ValueError, match="not fitted"):
        display.from_estimator(clone(bayes), X, y)
