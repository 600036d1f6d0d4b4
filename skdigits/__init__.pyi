from . import datasets, displays
from .classifier import CNNDigitClassifier
from .diagnosing import Finding, diagnose
from .metrics import most_confused
from .normalizer import DigitNormalizer
from .persistence import ModelFileError, load_model, save_model
from .preprocessing import PixelScaler
from .pretrained import load_pretrained, pretrained_card
from .selective import SelectiveClassifier
from .settings import presets
from .showing import show

__version__: str
__all__ = [
    "CNNDigitClassifier",
    "DigitNormalizer",
    "Finding",
    "ModelFileError",
    "PixelScaler",
    "SelectiveClassifier",
    "datasets",
    "diagnose",
    "displays",
    "load_model",
    "load_pretrained",
    "most_confused",
    "presets",
    "pretrained_card",
    "save_model",
    "show",
]
