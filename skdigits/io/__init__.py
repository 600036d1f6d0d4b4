"""Models in files: those of one's own, and those that come with the package."""

from skdigits.io._error import ModelFileError
from skdigits.io._model_file import load_model, save_model
from skdigits.io._pretrained import load_pretrained, load_reader, pretrained_card

__all__ = [
    "ModelFileError",
    "load_model",
    "load_pretrained",
    "load_reader",
    "pretrained_card",
    "save_model",
]
