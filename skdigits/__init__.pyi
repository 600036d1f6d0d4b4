from . import datasets, displays
from .classifier import CNNDigitClassifier
from .persistence import ModelFileError, load_model, save_model
from .preprocessing import PixelScaler
from .selective import SelectiveClassifier
from .settings import presets

__version__: str
__all__ = [
    "CNNDigitClassifier",
    "ModelFileError",
    "PixelScaler",
    "SelectiveClassifier",
    "datasets",
    "displays",
    "load_model",
    "presets",
    "save_model",
]
