"""A normalised picture is what it is, whatever else is in the stack and however thick its ink."""

import numpy as np
import pytest

from skdigits import DigitNormalizer
from skdigits.datasets import fetch_mnist

SHAPES = [(1, 1), (2, 10), (2, 3), (3, 60), (8, 8), (28, 28), (40, 40), (41, 41), (60, 90)]


def pictures(height, width):
    """32 pictures of one shape: thin, thick, one-pixel, full, faint, dark and noisy ink."""
    rng = np.random.default_rng(height * width)
    stack = np.zeros((32, height, width), dtype=np.uint8)
    for kind, picture in enumerate(stack):
        y, x = rng.integers(height), rng.integers(width)
        tall, wide = max(1, height // 2), max(1, width // 4)
        match kind % 8:
            case 0:
                picture[y, x] = 255
            case 1:
                picture[y : y + tall, x : x + wide] = 200
            case 2:
                picture[:] = 255
            case 3:
                picture[y] = 255
            case 4:
                picture[height // 4 : height - height // 4, width // 4 : width - width // 4] = 255
            case 5:
                picture[:] = rng.integers(0, 256, picture.shape)
            case 6:
                picture[:] = 255
                picture[height // 2, width // 5 : width - width // 5] = 120
            case _:
                for _ in range(4):
                    y, x = rng.integers(height), rng.integers(width)
                    picture[y : y + height // 6 + 1, x : x + width // 6 + 1] = 90 + kind
    return stack


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    "normalizer",
    [
        DigitNormalizer(),
        DigitNormalizer(min_stroke_width=3, max_stroke_width=3.5),
        DigitNormalizer(ink="light", erase=False, max_stroke_width=2),
    ],
    ids=["default", "narrow", "light"],
)
def test_alone_as_in_a_stack_bit_for_bit(shape, normalizer):
    stack = pictures(*shape)
    alone = np.concatenate([normalizer.transform([picture]) for picture in stack])
    for together in (stack, list(stack), np.asfortranarray(stack)):
        np.testing.assert_array_equal(normalizer.transform(together), alone)
    np.testing.assert_array_equal(normalizer.transform(stack[::-1])[::-1], alone)
    np.testing.assert_array_equal([normalizer.diagnose(picture).row for picture in stack], alone)


@pytest.mark.mnist
def test_mnist_alone_as_in_a_stack_bit_for_bit(mnist_home):
    X, _ = fetch_mnist("test", data_home=mnist_home, return_X_y=True)
    X = np.asarray(X[:500])
    alone = np.concatenate([DigitNormalizer().transform(row[None]) for row in X])
    np.testing.assert_array_equal(DigitNormalizer().transform(X), alone)


@pytest.mark.parametrize("most", [0.1, 2, 5])
@pytest.mark.parametrize("side", [20, 30, 60, 400])
@pytest.mark.parametrize("tall", [0.25, 0.5, 1])
@pytest.mark.parametrize("wide", [0.25, 0.5, 1])
def test_thick_ink_stays(side, tall, wide, most):
    """A bar of any thickness, up to the whole picture but for its corner."""
    picture = np.zeros((side, side))
    picture[: round(tall * side), : round(wide * side)] = 1
    picture[-1, -1] = 0
    normalizer = DigitNormalizer(ink="light", min_stroke_width=0, max_stroke_width=most)
    image = normalizer.transform([picture]).reshape(28, 28)
    rows, columns = (np.ptp(np.flatnonzero(image.any(axis))) + 1 for axis in (1, 0))
    assert image.max() == 255
    assert max(rows, columns) == 20
    assert (rows > columns) == (tall > wide) or tall == wide


def test_thick_ink_that_touches_the_border_becomes_thinner_on_all_sides():
    cross = np.zeros((28, 28))
    cross[9:19] = cross[:, 9:19] = 1
    touching, inside = DigitNormalizer().transform([cross, np.pad(cross, 5)]).astype(float)
    assert DigitNormalizer().diagnose(cross).stroke_width > 5
    assert touching.sum() == pytest.approx(inside.sum(), rel=0.02)


def test_a_stroke_made_thicker_stays_below_the_most():
    hairline = np.zeros((60, 60))
    hairline[10:50, 30] = 1
    rows = DigitNormalizer(min_stroke_width=3, max_stroke_width=3).transform([hairline])
    assert (rows.reshape(28, 28)[10:18] > 127).sum(1).max() <= 3
