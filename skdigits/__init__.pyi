from . import datasets, displays
from .classifier import CNNDigitClassifier
from .preprocessing import PixelScaler

__version__: str
__all__ = ["CNNDigitClassifier", "PixelScaler", "datasets", "displays"]
