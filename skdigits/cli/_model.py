"""The argument MODEL."""

from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._files import refuse_url

MODEL_NAME = "model.safetensors"

ModelArgument = Annotated[
    Path,
    typer.Argument(metavar="MODEL", help="Model file, or the folder that `skdigits train` made."),
]


def open_model(path):
    """Return the classifier in a file, or in the folder that ``skdigits train`` made."""
    from skdigits.numbers import DigitReader

    model = _open(path)
    if isinstance(model, DigitReader):
        raise ValueError(
            f"{path} holds a DigitReader, which reads numbers: give it to skdigits read, and "
            "here a classifier of digits."
        )
    return model


def open_reader(path):
    """Return the reader of numbers in a file, or for None the one that comes with the package."""
    from skdigits.io import load_reader
    from skdigits.numbers import DigitReader

    if path is None:
        return load_reader()
    reader = _open(path)
    if not isinstance(reader, DigitReader):
        raise ValueError(
            f"{path} holds a {type(reader).__name__}, which reads no numbers: give the file of a "
            "DigitReader, or use skdigits predict."
        )
    return reader


def _open(path):
    from skdigits.io import load_model

    refuse_url(path)
    return load_model(path / MODEL_NAME if path.is_dir() else path)
