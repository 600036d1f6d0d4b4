from ._classifier import CNNDigitClassifier
from ._presets import presets

__all__ = ["CNNDigitClassifier", "presets"]
