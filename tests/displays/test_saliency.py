"""The display of the pixels that speak for an answer."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import LinearSVC

from skdigits import CNNDigitClassifier, DigitNormalizer, SelectiveClassifier, load_pretrained
from skdigits.displays import SaliencyDisplay
from skdigits.displays._attribution import integrated_gradients

METHODS = ["occlusion", "integrated_gradients"]


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


def layers(ax, n):
    """Return the first n images drawn, and those over them."""
    return ax.images[:n], ax.images[n:]


# Data


@pytest.mark.parametrize("shape", [(8, 8), (4, 16)])
@pytest.mark.parametrize("patch_size", [1, 3, 100])
def test_occlusion__is_the_mean_fall_over_patches(small_digits, bayes, shape, patch_size):
    X = small_digits[0][:2] + 3  # a background that is not 0
    display = SaliencyDisplay.from_estimator(
        bayes, X, target=5, image_shape=shape, patch_size=patch_size
    )
    height, width = (min(patch_size, side) for side in shape)
    for row, values in zip(X, display.maps, strict=True):
        image = row.reshape(shape)
        edge = np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
        total, count = np.zeros(shape), np.zeros(shape)
        for top in range(shape[0] - height + 1):
            for left in range(shape[1] - width + 1):
                where = np.s_[top : top + height, left : left + width]
                covered = image.copy()
                covered[where] = np.median(edge)
                before, after = bayes.predict_proba([row, covered.ravel()])[:, 5]
                total[where] += before - after
                count[where] += 1
        np.testing.assert_allclose(values, total / count, atol=1e-12)


def test_occlusion__patch_is_a_fifth_of_the_side(small_digits, bayes):
    X = small_digits[0][:2]
    default, two = (
        SaliencyDisplay.from_estimator(bayes, X, patch_size=size).maps for size in (None, 2)
    )
    np.testing.assert_array_equal(default, two)


@pytest.mark.parametrize("n_classes", [2, 10])
def test_integrated_gradients__sum_to_the_difference_of_decisions(digits, n_classes):
    X, y = (part[digits[1] < n_classes][:200] for part in digits)
    classifier = CNNDigitClassifier(max_epochs=10, random_state=0).fit(X, y)
    for target in (0, 1):
        display = SaliencyDisplay.from_estimator(
            classifier, X[:4], method="integrated_gradients", target=target, n_steps=500
        )
        decisions = classifier.decision_function(np.vstack([X[:4], np.zeros((1, 64))]))
        if n_classes == 2:
            decisions = np.stack([-decisions, decisions], axis=1)
        expected = (decisions[:-1] - decisions[-1])[:, target]
        np.testing.assert_allclose(display.maps.sum(axis=(1, 2)), expected, rtol=0.02, atol=0.02)


def test_integrated_gradients__image_and_background_pass_the_earlier_steps(small_digits):
    X, y = small_digits
    pipeline = make_pipeline(StandardScaler(), CNNDigitClassifier(max_epochs=10, random_state=0))
    pipeline.fit(X, y)
    display = SaliencyDisplay.from_estimator(
        pipeline, X[:3], method="integrated_gradients", n_steps=500
    )
    np.testing.assert_allclose(display.images, pipeline[0].transform(X[:3]).reshape(-1, 8, 8))
    blank = pipeline.decision_function(np.zeros((1, 64)))
    expected = (pipeline.decision_function(X[:3]) - blank)[range(3), display.target]
    np.testing.assert_allclose(display.maps.sum(axis=(1, 2)), expected, rtol=0.02)


def test_integrated_gradients__of_pictures_that_are_normalised(digits):
    X = digits[0][:2].reshape(-1, 8, 8)
    reader = make_pipeline(DigitNormalizer(), load_pretrained())
    display = SaliencyDisplay.from_estimator(reader, X, method="integrated_gradients")
    assert display.images.shape == display.maps.shape == (2, 28, 28)
    assert display.maps[0].any()
    assert SaliencyDisplay.from_estimator(reader, X[:1], patch_size=4).maps.shape == (1, 8, 8)


def test_integrated_gradients__are_smoothed_and_keep_their_sum(digits):
    X = DigitNormalizer().transform(digits[0][:2].reshape(-1, 8, 8))
    network = load_pretrained()
    display = SaliencyDisplay.from_estimator(network, X, method="integrated_gradients")
    classifier, seen = network[-1], network[:-1].transform(np.vstack([np.zeros_like(X), X]))
    rough = integrated_gradients(classifier, seen[:2], seen[2:], display.y_pred, 50)
    np.testing.assert_allclose(display.maps.sum(axis=(1, 2)), rough.sum(axis=(1, 2)), rtol=1e-6)
    steps, rough_steps = (np.abs(np.diff(maps)).sum() for maps in (display.maps, rough))
    assert steps < 0.5 * rough_steps


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, list, "images", "bytes"])
def test_any_form_of_images(method, kind, small_digits):
    X, y = small_digits
    if kind == "images":
        X = X.reshape(-1, 8, 8)
    elif kind == "bytes":
        X = X.astype(np.uint8)
    elif kind is pl.DataFrame:
        X = pl.DataFrame(X, schema=[f"p{i}" for i in range(64)])
    elif kind is pd.DataFrame:
        X = pd.DataFrame(X).add_prefix("p")
    else:
        X = X.tolist()
    parameters = {"max_epochs": 2, "learning_rate": 0.005, "random_state": 0}
    classifier = CNNDigitClassifier(**parameters).fit(X, y)
    display = SaliencyDisplay.from_estimator(classifier, X[:3], list(y[:3]), method=method)
    plain = CNNDigitClassifier(**parameters).fit(*small_digits)
    expected = SaliencyDisplay.from_estimator(plain, small_digits[0][:3], method=method)
    np.testing.assert_array_equal(display.images, expected.images)
    np.testing.assert_allclose(display.maps, expected.maps, rtol=1e-6, atol=1e-9)


@pytest.mark.filterwarnings("ignore:X has 60 features, which is not a square")
@pytest.mark.parametrize("method", METHODS)
def test_rows_that_fill_no_square(method, small_digits):
    X, y = small_digits[0][:, :60], small_digits[1]
    classifier = CNNDigitClassifier(max_epochs=5, random_state=0).fit(X, y)
    display = SaliencyDisplay.from_estimator(classifier, X[:2], method=method)
    assert display.maps.shape == (2, 8, 8)
    assert (display.maps != 0).any()


@pytest.mark.parametrize("method", METHODS)
def test_inside_searches_and_wrappers(method, digits):
    X, y = digits[0][:400], digits[1][:400]
    classifier = CNNDigitClassifier(max_epochs=5, random_state=0)
    search = GridSearchCV(make_pipeline(MinMaxScaler(), classifier), {}, cv=2).fit(X, y)
    selective = SelectiveClassifier(search.best_estimator_, max_error_rate=0.5, random_state=0)
    for estimator in (search, selective.fit(X, y)):
        assert SaliencyDisplay.from_estimator(estimator, X[:2], method=method).maps.any()


# Plot


def test_maps_lie_over_the_images(small_digits, fitted):
    X, y = small_digits
    display = SaliencyDisplay.from_estimator(fitted, X[:8], y[:8])
    below, over = layers(display.ax_, 8)
    largest = np.percentile(100 * np.abs(display.maps), 99.5)
    for image, drawn, values in zip(below, over, display.maps, strict=True):
        assert image.get_extent() == drawn.get_extent()
        np.testing.assert_allclose(drawn.get_array(), 100 * values)
        np.testing.assert_allclose(drawn.get_clim(), (-largest, largest))
        assert drawn.get_alpha()[values == 0].max(initial=0) == 0
        assert drawn.get_cmap().name == "RdBu"
    assert texts(display)[0].startswith("predicted 0 (")
    assert display.colorbar_.vmin == -display.colorbar_.vmax
    assert display.figure_ is display.ax_.figure


def test_the_answer_errs_or_is_not_meant(small_digits, bayes):
    X = small_digits[0][:3]
    answers = bayes.predict(X)
    display = SaliencyDisplay.from_estimator(bayes, X, np.add(answers, [0, 1, 0]))
    assert display.ax_.get_title() == "What speaks for the predicted label"
    assert ["true" in text for text in texts(display)] == [False, True, False]
    assert SaliencyDisplay.from_estimator(bayes, X, target=7).ax_.get_title() == "What speaks for 7"
    target = np.add(answers, [0, 0, 1]) % 10
    display = SaliencyDisplay.from_estimator(bayes, X, target=target)
    assert display.ax_.get_title() == "What speaks for a label"
    is_named = [text.endswith(f"\nmap for {target[2]}") for text in texts(display)]
    assert is_named == [False, False, True]
    display = SaliencyDisplay.from_estimator(bayes, X, np.add(answers, 1), target=target)
    assert texts(display)[2].endswith(f"\ntrue {answers[2] + 1}\nmap for {target[2]}")


@pytest.mark.parametrize("shape", [(8, 8), (4, 16), (16, 4)])
@pytest.mark.parametrize("n_images", [1, 3, 7])
def test_nothing_is_cut_off_or_overlaps(small_digits, shape, n_images):
    images = small_digits[0][:n_images].reshape(-1, *shape)
    labels = np.arange(n_images)
    display = SaliencyDisplay(
        images, images - 5, y_pred=labels, y_true=labels[::-1], target=labels, method="occlusion"
    ).plot()
    figure, bar = display.figure_, display.colorbar_.ax
    figure.canvas.draw()
    assert display.ax_.title.get_window_extent().y1 <= figure.bbox.height
    assert bar.xaxis.label.get_window_extent().y0 >= 0
    lowest = min(text.get_window_extent().y0 for text in display.ax_.texts)
    assert lowest > bar.get_window_extent().y1


def test_maps_of_zeros(small_digits):
    X, y = small_digits
    classifier = GaussianNB().fit(X[y == 3], y[y == 3])  # always sure
    display = SaliencyDisplay.from_estimator(classifier, X[:2])
    assert not display.maps.any()
    assert display.colorbar_.vmax == 1


def test_on_given_axes__opens_no_figure(small_digits, bayes):
    ax = Figure().subplots()
    display = SaliencyDisplay.from_estimator(
        bayes, small_digits[0][:4], ax=ax, n_columns=3, cmap="PuOr"
    )
    assert display.ax_ is ax
    assert ax.get_xlim() == (0, 3)
    assert layers(ax, 4)[1][0].get_cmap().name == "PuOr"
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"method": "lime"}, ValueError, "method must be one of occlusion, integrated_gradients"),
        ({"method": "integrated_gradients"}, ValueError, "GaussianNB has no gradients: give a fi"),
        ({"target": 11}, ValueError, "target must be among .*, got .*11"),
        ({"target": "3"}, ValueError, "target must be among"),
        ({"target": [1, 2, 3]}, ValueError, r"one for each of the 2 images, got .* \(3,\)"),
        ({"patch_size": 0}, ValueError, "patch_size == 0, must be >= 1"),
        ({"patch_size": 1.5}, TypeError, "patch_size must be an instance of int"),
        ({"image_shape": (8, 9)}, ValueError, "has 72 pixels, but X has 64"),
        ({"y": [1]}, ValueError, "inconsistent numbers of samples"),
        ({"y": ["1", "2"]}, ValueError, "Mix of label input types"),
    ],
)
def test_bad_input(parameters, error, message, small_digits, bayes):
    with pytest.raises(error, match=message):
        SaliencyDisplay.from_estimator(bayes, small_digits[0][:2], **parameters)
    assert plt.get_fignums() == []


def test_bad_estimator(small_digits, bayes, fitted):
    X, y = small_digits
    with pytest.raises(ValueError, match="LinearSVC has no predict_proba"):
        SaliencyDisplay.from_estimator(LinearSVC(C=1e-6).fit(X, y), X[:2])
    with pytest.raises(NotFittedError):
        SaliencyDisplay.from_estimator(clone(bayes), X[:2])
    with pytest.raises(ValueError, match="n_steps == 0, must be >= 1"):
        SaliencyDisplay.from_estimator(fitted, X[:2], method="integrated_gradients", n_steps=0)
