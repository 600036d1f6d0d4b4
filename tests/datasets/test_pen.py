"""make_digits and make_scribbles: what they draw, seeds, and bad input."""

import numpy as np
import pytest

from skdigits import DigitNormalizer, load_pretrained
from skdigits.datasets import compose_strings, make_digits, make_scribbles


def test_each_writer_writes_each_digit():
    X, y = make_digits(n_writers=3, n_copies=2, random_state=0)
    assert (X.shape, X.dtype) == ((60, 784), np.uint8)
    np.testing.assert_array_equal(y, np.tile(np.repeat(np.arange(10), 2), 3))
    assert X.max() == 255
    assert (X.reshape(-1, 28, 28)[:, [0, -1]] == 0).all()  # nothing reaches the edge


@pytest.mark.parametrize("side", [16, 28, 64])
def test_digits_fill_as_much_of_an_image_of_any_size(side):
    X, _ = make_digits(10, 1, side=side, random_state=0)
    rows = (X.reshape(-1, side, side) > 60).any(2)
    heights = rows.sum(1)
    assert np.median(heights) == pytest.approx(20 / 28 * side, abs=1.5)


def test_they_are_digits():
    X, y = make_digits(40, 1, random_state=0)
    images = DigitNormalizer().fit_transform(X.reshape(-1, 28, 28))
    read = load_pretrained().predict(images).astype(int)
    assert (read == y).mean() > 0.85


def test_copies_differ_less_than_writers():
    X, _ = make_digits(8, 2, random_state=0)
    images = X.reshape(8, 10, 2, -1).astype(float)
    within = np.abs(images[:, :, 0] - images[:, :, 1]).mean()
    between = np.abs(images[:-1, :, 0] - images[1:, :, 0]).mean()
    assert 0 < within < 0.8 * between


@pytest.mark.parametrize("make", [make_digits, make_scribbles])
def test_seeds_repeat(make):
    first, again, other = (make(3, random_state=seed) for seed in (0, 0, 1))
    images = [found[0] if make is make_digits else found for found in (first, again, other)]
    np.testing.assert_array_equal(images[0], images[1])
    assert (images[0] != images[2]).any()
    state = np.random.RandomState(0)
    assert (make(3, random_state=state)[0] != make(3, random_state=state)[0]).any()


def test_scribbles_have_ink_and_differ():
    X = make_scribbles(50, side=32, random_state=0)
    assert (X.shape, X.dtype) == ((50, 1024), np.uint8)
    assert (X.max(axis=1) > 200).all()
    assert len(np.unique(X, axis=0)) == 50


def test_numbers_can_be_composed_of_them():
    pictures, strings = compose_strings(*make_digits(2, random_state=0), 5, random_state=0)
    assert len(pictures) == len(strings) == 5


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("n_writers", 0), ("n_writers", 1.5), ("n_copies", 0), ("side", 4), ("side", 10**6)],
)
def test_bad_input(parameter, value):
    with pytest.raises(ValueError, match=f"'{parameter}' parameter of make_digits must be"):
        make_digits(**{parameter: value})
    if parameter == "side":
        with pytest.raises(ValueError, match="'side' parameter of make_scribbles must be"):
            make_scribbles(side=value)
