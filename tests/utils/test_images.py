"""Rows and images."""

import numpy as np
import pandas as pd
import pytest
import torch

from skdigits import CNNDigitClassifier, DigitNormalizer, PixelScaler
from skdigits._utils.images import as_rows, check_fitted_rows, find_image_shape, rows_to_images


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
        (np.zeros((480, 640, 3)), "one picture in colour: .* starts with a DigitNormalizer"),
        (np.zeros((480, 640, 1)), r"one picture, give \[X\]; if it is rows of \d+ pixels"),
        (
            np.zeros((60, 785, 1)),
            r"if it is rows of 785 pixels, give them in the shape \(60, 785\)",
        ),
        (
            np.zeros((60, 1, 785)),
            r"if it is rows of 785 pixels, give them in the shape \(60, 785\)",
        ),
        (np.zeros((28, 28, 1)), r"one picture, give \[X\]; if it is rows of \d+ pixels"),
        (np.zeros((5, 28, 28, 3)), "a pipeline that starts with a DigitNormalizer"),
        (np.zeros((5, 1, 1, 28, 28)), "was expected"),
        (
            "photo.jpg",
            "X is 'photo.jpg', but rows of pixels were expected: to read pictures, use read_digits",
        ),
        (["a" * 1000], "X contains 'aaa.*a pipeline that starts with a DigitNormalizer"),
        (None, "X is None, but rows"),
        ([None], "X contains None, but rows"),
        (b"x" * 1000, "X is b'xxx.*a pipeline that starts with a DigitNormalizer"),
        ([np.zeros((8, 8)), np.zeros((9, 9))], "several sizes: .* starts with a DigitNormalizer"),
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
        with pytest.raises(ValueError, match="must contain numbers, the grey levels of pixels"):
            ask(X)


def test_plain_rows_are_taken_as_they_are():
    scaler = PixelScaler().fit(np.eye(4, dtype=np.uint8))
    for dtype in (np.uint8, bool, np.int64, np.float16, np.float32, np.float64):
        rows = np.eye(4, dtype=dtype)
        assert check_fitted_rows(scaler, rows) is rows


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.full((2, 4), np.nan), "Input X contains NaN"),
        (np.full((2, 4), np.inf, np.float32), "infinity"),
        (np.ones((2, 5)), "X has 5 features, but PixelScaler is expecting 4 features"),
        (np.ones((0, 4)), "0 sample"),
        (np.ones(4), "Expected 2D array"),
        (np.ones((2, 4), complex), "Complex data not supported"),
        (np.full((2, 4), "one"), "not compatible with arrays of bytes/strings"),
        (np.ones((2, 4), "datetime64[s]"), "must contain numbers"),
    ],
)
def test_other_rows_are_refused_by_scikit_learn(rows, message):
    scaler = PixelScaler().fit(np.eye(4, dtype=np.uint8))
    with pytest.raises(ValueError, match=message):
        check_fitted_rows(scaler, rows)


def test_rows_without_the_names_of_fit_are_warned_of():
    table = pd.DataFrame(np.eye(4, dtype=np.uint8), columns=list("abcd"))
    scaler = PixelScaler().fit(table)
    assert check_fitted_rows(scaler, table).shape == (4, 4)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        check_fitted_rows(scaler, table.to_numpy())
