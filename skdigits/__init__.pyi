from . import datasets, displays
from .classifier import CNNDigitClassifier
from .preprocessing import PixelScaler
from .settings import presets

__version__: str
__all__ = ["CNNDigitClassifier", "PixelScaler", "datasets", "displays", "presets"]
