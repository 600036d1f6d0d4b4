"""From any picture of a digit to an image of MNIST's form."""

from skdigits.normalizer._diagnosis import Diagnosis
from skdigits.normalizer._normalizer import (
    DigitNormalizer,
    find_normalizer,
    with_normalizer,
    without_normalizer,
)
from skdigits.normalizer._pictures import read_image
from skdigits.normalizer._sources import looks_like_one, refuse_one, shape_of

__all__ = [
    "Diagnosis",
    "DigitNormalizer",
    "find_normalizer",
    "looks_like_one",
    "read_image",
    "refuse_one",
    "shape_of",
    "with_normalizer",
    "without_normalizer",
]
