"""The classes that skops may create when it opens a model of this package."""

from skdigits.augmentation import Distortion
from skdigits.classifier import CNNDigitClassifier
from skdigits.normalizer import DigitNormalizer
from skdigits.numbers import Automaton, DigitReader
from skdigits.preprocessing import PixelScaler
from skdigits.selective import SelectiveClassifier

TRUSTED_TYPES = [
    f"{kind.__module__}.{kind.__qualname__}"
    for kind in (
        Automaton,
        CNNDigitClassifier,
        DigitNormalizer,
        DigitReader,
        Distortion,
        PixelScaler,
        SelectiveClassifier,
    )
]
"""For ``skops.io.load(file, trusted=TRUSTED_TYPES)``: none of these runs code from the file."""
