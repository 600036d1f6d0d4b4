"""Rows and images."""

import numpy as np
import pandas as pd
import pytest
import torch

from skdigits import CNNDigitClassifier, DigitNormalizer, PixelScaler
from skdigits._utils.images import as_rows, find_image_shape, rows_to_images


@pytest.mark.parametrize(
    ("n_features", "shape"), [(64, (8, 8)), (784, (28, 28)), (2, (2, 2)), (50, (8, 8)), (1, (1, 1))]
)
def test_the_smallest_square_that_holds_a_row(n_features, shape):
    assert find_image_shape(n_features) == shape


@pytest.mark.parametrize("image_shape", [(8,), (8, 8, 1), (0, 64), (-8, -8), (7, 9)])
def test_a_shape_that_rows_do_not_fill_is_refused(image_shape):
    with pytest.raises(ValueError, match="image_shape"):
        find_image_shape(64, image_shape)


def test_rows_and_images_are_the_same_pixels():
    images = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    rows, shape = as_rows(images)
    assert shape == (3, 4)
    np.testing.assert_array_equal(rows_to_images(rows, shape), images)
    assert as_rows(rows) == (rows, None)


def test_missing_pixels_are_zero():
    image = rows_to_images(np.ones((1, 3)), (2, 2))
    assert image.tolist() == [[[1, 1], [1, 0]]]


@pytest.mark.parametrize(
    ("shape", "rows", "image_shape"),
    [
        ((5, 784), (5, 784), None),
        ((5, 784, 1), (5, 784), None),
        ((5, 1, 784), (5, 784), None),
        ((600, 784, 1), (600, 784), None),
        ((5, 28, 20), (5, 560), (28, 20)),
        ((5, 28, 20, 1), (5, 560), (28, 20)),
        ((5, 1, 28, 20), (5, 560), (28, 20)),
        ((3, 28, 28), (3, 784), (28, 28)),
        ((1, 28, 28), (1, 784), (28, 28)),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [np.zeros, torch.zeros])
def test_rows_and_stacks_with_an_axis_of_one_channel(kind, shape, rows, image_shape):
    found, found_shape = as_rows(kind(shape))
    assert (found.shape, found_shape) == (rows, image_shape)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((480, 640, 3)), "one picture: a DigitNormalizer in front"),
        (np.zeros((480, 640, 1)), r"one picture, give \[X\]; rows of \d+ pixels"),
        (np.zeros((60, 785, 1)), r"rows of 785 pixels, .*, are given in the shape \(60, 785\)"),
        (np.zeros((60, 1, 785)), r"rows of 785 pixels, .*, are given in the shape \(60, 785\)"),
        (np.zeros((28, 28, 1)), r"one picture, give \[X\]; rows of \d+ pixels"),
        (np.zeros((5, 28, 28, 3)), "a DigitNormalizer in front"),
        (np.zeros((5, 1, 1, 28, 28)), "was expected"),
        ("photo.jpg", "X is 'photo.jpg', but rows of pixels were expected: put a DigitNormalizer"),
        (["a" * 1000], "X holds 'aaa.*put a DigitNormalizer in front"),
        (None, "X is None, but rows"),
        ([None], "X holds None, but rows"),
        (b"x" * 1000, "X is b'xxx.*put a DigitNormalizer in front"),
        ([np.zeros((8, 8)), np.zeros((9, 9))], "several sizes: .* put a DigitNormalizer"),
    ],
)
def test_what_holds_no_rows_is_refused_with_the_remedy(X, message):
    with pytest.raises(ValueError, match=message) as refused:
        as_rows(X)
    assert len(str(refused.value)) < 350


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_one_image_is_told_by_the_number_of_features_expected(small_digits):
    X, y = small_digits
    for ask in (PixelScaler().fit(X).transform, CNNDigitClassifier(max_epochs=1).fit(X, y).predict):
        with pytest.raises(ValueError, match=r"X has 8 features, but \w+ is expecting 64.*X\[None"):
            ask(X[0].reshape(8, 8))
        assert len(ask(X[0].reshape(8, 8)[None])) == 1


@pytest.mark.parametrize("dtype", ["M8[s]", "m8[s]"])
@pytest.mark.parametrize(
    "X", [np.zeros((2, 64)), pd.DataFrame(np.zeros((2, 64)))], ids=["", "table"]
)
def test_dates_are_no_pixels(X, dtype):
    X = X.astype(dtype)
    scaler = PixelScaler().fit(np.eye(64))
    for ask in (PixelScaler().fit, scaler.transform, DigitNormalizer().transform):
        with pytest.raises(ValueError, match="must hold numbers, the grey levels of pixels"):
            ask(X)
