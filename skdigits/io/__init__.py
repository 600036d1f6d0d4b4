"""Saving and loading of models, and the pretrained models."""

from skdigits.io._device import on_device
from skdigits.io._error import ModelFileError
from skdigits.io._model_file import load_model, save_model
from skdigits.io._onnx_files import Comparison, to_onnx
from skdigits.io._pretrained import load_pretrained, load_reader, pretrained_card
from skdigits.io._trusted import TRUSTED_TYPES

__all__ = [
    "TRUSTED_TYPES",
    "Comparison",
    "ModelFileError",
    "load_model",
    "load_pretrained",
    "load_reader",
    "on_device",
    "pretrained_card",
    "save_model",
    "to_onnx",
]
