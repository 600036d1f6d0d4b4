"""Factors between the usual scales of pixels, in words."""

import pytest

from skdigits._utils.scales import rescaling


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (255, "Multiply X by 255"),
        (245, "Multiply X by 255"),
        (257, "Multiply X by 257"),
        (16, "Multiply X by 16"),
        (15.9375, "Multiply X by 255 / 16"),
        (65_535, "Multiply X by 65535"),
        (1 / 255, "Divide X by 255"),
        (1 / 240, "Divide X by 255"),
        (1 / 16, "Divide X by 16"),
        (1 / 65_535, "Divide X by 65535"),
        (2, None),
        (0.5, None),
        (1, None),
        (3_000, None),
    ],
)
def test_the_nearest_usual_factor(factor, words):
    assert rescaling(factor) == words


@pytest.mark.parametrize(
    ("factor", "largest", "words"),
    [
        (258, 256, "Multiply X by 255"),
        (258, 100, None),
        (16, 15.95, "Multiply X by 255 / 16"),
        (1 / 255, 1 / 100, "Divide X by 255"),
        (1 / 255, 1 / 1000, None),
    ],
)
def test_no_factor_beyond_what_is_accepted(factor, largest, words):
    assert rescaling(factor, largest) == words
