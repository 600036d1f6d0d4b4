"""The display of what each convolution makes of an image."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler

from skdigits import CNNDigitClassifier
from skdigits.displays import FeatureMapsDisplay


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


def layers(ax, n):
    """Return the first n images drawn, and those over them."""
    return ax.images[:n], ax.images[n:]


def test_strongest_first_in_a_row_for_each_convolution(small_digits, fitted):
    X, _ = small_digits
    display = FeatureMapsDisplay.from_estimator(fitted, X[:1], n_maps=5)
    np.testing.assert_array_equal(display.image, X[0].reshape(8, 8))
    assert texts(display) == [
        "image, 8 × 8",
        "convolution 1: 5 of 32 maps, 4 × 4",
        "convolution 2: 5 of 64 maps, 2 × 2",
        "convolution 3: 5 of 128 maps, 2 × 2",
    ]
    (image,), maps = layers(display.ax_, 1)
    np.testing.assert_array_equal(image.get_array(), display.image)
    assert len(maps) == 15
    for i, of_layer in enumerate(fitted.feature_maps(X[:1])):
        drawn = maps[5 * i : 5 * i + 5]
        means = [each.get_array().mean() for each in drawn]
        expected = np.sort(of_layer[0].mean(axis=(1, 2)))[::-1][:5]
        np.testing.assert_allclose(means, expected)
        assert {each.get_clim() for each in drawn} == {(0, max(m.get_array().max() for m in drawn))}
        lefts, _, bottoms, tops = zip(*(each.get_extent() for each in drawn), strict=True)
        assert (len(set(lefts)), len(set(bottoms)), len(set(tops))) == (5, 1, 1)
    bottoms = [each.get_extent()[2] for each in [image, *maps[::5]]]
    assert bottoms == sorted(bottoms)
    assert display.ax_.get_ylim() == (bottoms[-1], 0)


def test_in_a_pipeline__are_those_of_the_transformed_image(small_digits):
    X, y = small_digits
    classifier = CNNDigitClassifier(filters=(3,), image_shape=(4, 16), max_epochs=5, random_state=0)
    pipeline = make_pipeline(MinMaxScaler(), FunctionTransformer(), classifier).fit(X, y)
    display = FeatureMapsDisplay.from_estimator(pipeline, X[:1])
    seen = pipeline[:-1].transform(X[:1])
    np.testing.assert_allclose(display.image, seen.reshape(4, 16))
    np.testing.assert_allclose(display.feature_maps[0], classifier.feature_maps(seen)[0][0])
    assert len(display.ax_.images) == 4


def test_colour_key__of_the_maps(small_digits, fitted):
    display = FeatureMapsDisplay.from_estimator(fitted, small_digits[0][:1], cmap="magma")
    assert display.colorbar_.cmap.name == "magma"
    assert (display.colorbar_.vmin, display.colorbar_.vmax) == (0, 1)
    display.figure_.canvas.draw()
    lowest = min(image.get_window_extent().y0 for image in display.ax_.images)
    assert display.colorbar_.ax.xaxis.label.get_window_extent().y0 >= 0
    assert display.colorbar_.ax.get_window_extent().y1 < lowest


def test_of_zeros():
    display = FeatureMapsDisplay(np.zeros((4, 4)), [np.zeros((2, 3, 3))]).plot()
    assert {each.get_clim() for each in display.ax_.images} == {(0, 1)}


def test_the_text_stays_above_its_row(small_digits, fitted):
    display = FeatureMapsDisplay.from_estimator(fitted, small_digits[0][:1])
    display.figure_.canvas.draw()
    boxes = [text.get_window_extent() for text in display.ax_.texts]
    images = [display.ax_.images[i].get_window_extent() for i in (0, 1, 9, 17)]
    for box, image, above in zip(boxes, images, [None, *images], strict=False):
        assert box.y0 >= image.y1
        assert above is None or box.y1 <= above.y0


def test_on_given_axes__opens_no_figure(small_digits, fitted):
    ax = Figure().subplots()
    display = FeatureMapsDisplay.from_estimator(fitted, small_digits[0][:1], ax=ax, cmap="magma")
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.images[-1].get_cmap().name == "magma"
    assert plt.get_fignums() == []


def test_bad_input(small_digits, bayes, fitted):
    X, _ = small_digits
    with pytest.raises(ValueError, match=r"X holds 3 images: give one, such as X\[:1\]"):
        FeatureMapsDisplay.from_estimator(fitted, X[:3])
    with pytest.raises(ValueError, match="GaussianNB has no feature_maps: give a fitted CNN"):
        FeatureMapsDisplay.from_estimator(bayes, X[:1])
    with pytest.raises(NotFittedError):
        FeatureMapsDisplay.from_estimator(clone(fitted), X[:1])
