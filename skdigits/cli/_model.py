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
    """Return the model in a file, or in the folder that ``skdigits train`` made."""
    from skdigits.io import load_model

    refuse_url(path)
    return load_model(path / MODEL_NAME if path.is_dir() else path)
