"""The argument MODEL."""

from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._files import refuse_url

MODEL_NAME = "model.safetensors"

ModelArgument = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="A model file, the folder that `skdigits train` made, or the name of a pretrained "
        "model: `pretrained` reads digits, `reader` reads numbers.",
    ),
]


def open_model(path, backend="torch"):
    """Return the classifier that a MODEL argument means."""
    from skdigits.numbers import DigitReader

    model = open_any(path, backend)
    if isinstance(model, DigitReader):
        raise ValueError(
            f"{path} holds a DigitReader, which reads numbers: use it with skdigits read, and "
            "give a classifier of digits here."
        )
    return model


def open_reader(path):
    """Return the reader of numbers that a MODEL argument means."""
    from skdigits.numbers import DigitReader

    reader = open_any(Path("reader") if path is None else path, "auto")
    if not isinstance(reader, DigitReader):
        raise ValueError(
            f"{path} holds a {type(reader).__name__}, which reads single digits, not numbers: give "
            "the file of a DigitReader, or use skdigits predict."
        )
    return reader


def open_any(path, backend="torch"):
    """Return the classifier or reader that a MODEL argument means."""
    from skdigits import io

    refuse_url(path)
    shipped = {"pretrained": io.load_pretrained, "reader": io.load_reader}
    if str(path) in shipped and not path.exists():
        return shipped[str(path)](backend=backend)
    return io.load_model(path / MODEL_NAME if path.is_dir() else path, backend=backend)
