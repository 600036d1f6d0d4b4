"""Rows and images."""

import numpy as np
import pytest

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
