from . import datasets, displays
from .augmentation import Distortion
from .classifier import CNNDigitClassifier, presets
from .diagnosing import Finding, diagnose
from .environment import show_versions
from .io import (
    TRUSTED_TYPES,
    ModelFileError,
    load_model,
    load_pretrained,
    load_reader,
    pretrained_card,
    save_model,
    to_onnx,
)
from .metrics import expected_calibration_error, most_confused
from .normalizer import Diagnosis, DigitNormalizer
from .numbers import Automaton, Digit, DigitReader, Reading
from .preprocessing import PixelScaler
from .reading import Answer, read_digits
from .selective import SelectiveClassifier
from .showing import show

__version__: str
__all__ = [
    "TRUSTED_TYPES",
    "Answer",
    "Automaton",
    "CNNDigitClassifier",
    "Diagnosis",
    "Digit",
    "DigitNormalizer",
    "DigitReader",
    "Distortion",
    "Finding",
    "ModelFileError",
    "PixelScaler",
    "Reading",
    "SelectiveClassifier",
    "datasets",
    "diagnose",
    "displays",
    "expected_calibration_error",
    "load_model",
    "load_pretrained",
    "load_reader",
    "most_confused",
    "presets",
    "pretrained_card",
    "read_digits",
    "save_model",
    "show",
    "show_versions",
    "to_onnx",
]
