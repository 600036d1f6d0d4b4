"""``skdigits predict``: the digits on pictures."""

import csv as tables
import io
import warnings
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._console import one_line, print_json, progress, say, tell
from skdigits.cli._explanation import save_steps
from skdigits.cli._files import image_files
from skdigits.cli._model import open_model

KEYS = (
    *("label", "probability", "runners_up", "score", "like_a_digit", "several"),
    *("rejected", "findings", "error"),
)
COLUMNS = [key for key in KEYS if key not in ("runners_up", "findings")]


def predict(
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE",
            help="Image files of any size, folders (not what is hidden or in sub-folders), or "
            "patterns such as `scans/*.png` and `scans/**/*.png`.",
            show_default=False,
        ),
    ],
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
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a table with commas.")] = False,
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
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other.")
    from skdigits.reading import Answer, Reader

    _check(max_error_rate, model)
    reader = Reader(
        open_model(model) if model else None,
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
    documents, failed = [], False
    if csv:
        _print_row(["file", *COLUMNS])
    # A file is read or not, whatever libraries find odd about it.
    with (
        warnings.catch_warnings(action="ignore"),
        progress("reading", len(wrong) + len(files)) as advance,
    ):
        for answer in answers:
            if json:
                documents.append(
                    {"file": answer.name, **{key: getattr(answer, key) for key in KEYS}}
                )
            elif csv:
                _print_row([answer.name, *(getattr(answer, column) for column in COLUMNS)])
            elif not answer.error:
                tell(_text(answer, explain))
            problem = answer.error or (explain and save_steps(answer))
            if problem:
                say(problem)
                failed = True
            advance()
    if json:
        print_json(documents)
    return int(failed)


def _check(max_error_rate, model):
    if max_error_rate is None:
        return
    if model:
        raise typer.BadParameter(
            "--max-error-rate is for the model that comes with the package: wrap your own in "
            "SelectiveClassifier and save that."
        )
    if not 0 < max_error_rate < 1:
        raise typer.BadParameter(f"--max-error-rate is between 0 and 1, not {max_error_rate}.")


def _print_row(values):
    row = io.StringIO()
    cells = ["" if value is None else one_line(str(value)) for value in values]
    tables.writer(row, lineterminator="").writerow(cells)
    tell(row.getvalue())


def _text(answer, explain):
    """Return an answer for readers, with what the normaliser found if it is to explain."""
    lines = [f"{one_line(answer.name)}: {one_line(str(answer))}"]
    if explain:
        lines += [f"    {finding}" for finding in answer.findings or ["in MNIST's form already"]]
    return "\n".join(lines)
