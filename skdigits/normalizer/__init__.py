"""Turn any picture of a digit into an image that looks like MNIST's."""

from skdigits.normalizer._colours import read_colours
from skdigits.normalizer._diagnosis import Diagnosis
from skdigits.normalizer._ink import find_ink
from skdigits.normalizer._normalizer import (
    DigitNormalizer,
    find_normalizer,
    with_normalizer,
    without_normalizer,
)
from skdigits.normalizer._pictures import read_image, read_picture, read_with_shape
from skdigits.normalizer._sources import check_pictures

__all__ = [
    "Diagnosis",
    "DigitNormalizer",
    "check_pictures",
    "find_ink",
    "find_normalizer",
    "read_colours",
    "read_image",
    "read_picture",
    "read_with_shape",
    "with_normalizer",
    "without_normalizer",
]
