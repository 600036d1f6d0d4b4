"""From any picture of a digit to an image of MNIST's form."""

from skdigits.normalizer._diagnosis import Diagnosis
from skdigits.normalizer._normalizer import (
    DigitNormalizer,
    find_normalizer,
    with_normalizer,
    without_normalizer,
)
from skdigits.normalizer._pictures import read_image

__all__ = [
    "Diagnosis",
    "DigitNormalizer",
    "find_normalizer",
    "read_image",
    "with_normalizer",
    "without_normalizer",
]
