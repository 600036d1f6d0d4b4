"""``skdigits predict``: the digits on pictures."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._answers import (
    CsvOption,
    ImagesArgument,
    JsonOption,
    check_options,
    print_answers,
)
from skdigits.cli._console import one_line, say
from skdigits.cli._explanation import save_steps
from skdigits.cli._files import image_files
from skdigits.cli._model import open_model

COLUMNS = ["label", "probability", "score", "like_a_digit", "several", "rejected", "error"]


def predict(
    images: ImagesArgument,
    model: Annotated[
        Path | None,
        typer.Option(
            help="Model file, or the folder that `skdigits train` made.",
            show_default="the one that comes with the package",
        ),
    ] = None,
    max_error_rate: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            help="Print ? for what is not like a digit, and for uncertain images, so that at most "
            "this share of the answers is wrong (0.01 = 1 %), on images like MNIST's.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Say what the normaliser found, and leave a picture NAME-steps.png of what it did "
            "in the current folder, numbered where there is one.",
        ),
    ] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
):
    """Print the digit on each picture, its probability and the two runners-up.

    The ink is found and brought to the form of MNIST's images first. Files that cannot be read are
    named on stderr, and the exit code is 1; the others are read all the same.

    For example:

    - `skdigits predict photo.jpg`
    - `skdigits predict scans --csv > digits.csv`
    - `skdigits predict photo.jpg --explain`
    - `skdigits predict scans --max-error-rate 0.01`
    - `skdigits predict scans --model skdigits-mnist`
    """
    check_options(json=json, csv=csv, max_error_rate=max_error_rate)
    if max_error_rate and model:
        raise typer.BadParameter(
            "--max-error-rate is for the model that comes with the package: wrap your own in "
            "SelectiveClassifier and save that."
        )
    from skdigits.reading import Answer, Reader

    reader = Reader(
        open_model(model, backend="auto") if model else None,
        max_error_rate=max_error_rate,
        keep_diagnoses=explain,
    )
    if explain and reader.normalizer is None:
        raise typer.BadParameter(
            "--explain shows how pictures become 28x28 pixels, but this model reads "
            f"{reader.image_shape[1]}x{reader.image_shape[0]}."
        )
    files, wrong = image_files(images)
    answers = chain(
        (Answer(name, error=error) for name, error in wrong.items()), reader.read(files)
    )
    any_several = False

    def finish(group):
        nonlocal any_several
        (answer,) = group
        any_several |= bool(answer.several)
        return save_steps(answer) if explain else None

    failed = print_answers(
        ([answer] for answer in answers),
        len(wrong) + len(files),
        document=Answer.to_dict,
        columns=COLUMNS,
        text=lambda answer: _text(answer, explain),
        finish=finish,
        json=json,
        csv=csv,
    )
    if any_several:
        say("If a picture holds a number of several digits, use skdigits read.")
    return int(failed)


def _text(answer, explain):
    """Return an answer for readers, with what the normaliser found if it is to explain."""
    lines = [f"{one_line(answer.name)}: {one_line(str(answer))}"]
    if explain:
        lines += [f"    {finding}" for finding in answer.findings or ["in MNIST's form already"]]
    return "\n".join(lines)
