"""``skdigits predict``: the digits on pictures."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._answers import (
    CsvOption,
    ImagesArgument,
    JsonlOption,
    JsonOption,
    QuietOption,
    RecursiveOption,
    check_rate,
    find_form,
    find_images,
    print_answers,
)
from skdigits.cli._console import one_line, say
from skdigits.cli._device import DeviceOption, on_device
from skdigits.cli._explanation import save_steps
from skdigits.cli._model import open_model

COLUMNS = ["label", "probability", "score", "like_a_digit", "several", "rejected", "error"]


def predict(
    images: ImagesArgument,
    recursive: RecursiveOption = False,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL",
            help="Model file, or the folder that `skdigits train` made.",
            show_default="pretrained",
        ),
    ] = None,
    max_error_rate: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            help="Print ? for pictures that are not like a digit, and for uncertain ones, so that "
            "at most this share of the answers is wrong (0.01 = 1 %) on images like MNIST's.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Print what was done to each picture, and save its steps as NAME-steps.png in the "
            "current folder.",
        ),
    ] = False,
    device: DeviceOption = None,
    json: JsonOption = False,
    jsonl: JsonlOption = False,
    csv: CsvOption = False,
    quiet: QuietOption = False,
):
    """Print the digit on each picture, its probability and the two runners-up.

    Photos, scans and drawings of any size and colour can be read: the digit is found first and
    brought to the form of MNIST's images. If a file cannot be read, an error on stderr names it,
    the others are read, and the exit code is 1.

    For example:

    - `skdigits predict photo.jpg`
    - `skdigits predict scans --csv > digits.csv`
    - `skdigits predict photo.jpg --explain`
    - `skdigits predict scans --max-error-rate 0.01`
    - `skdigits predict scans --model skdigits-mnist`
    """
    form = find_form(json=json, jsonl=jsonl, csv=csv)
    check_rate(max_error_rate)
    if max_error_rate and model:
        raise typer.BadParameter(
            "--max-error-rate is for the pretrained model: wrap your own in SelectiveClassifier, "
            "and save that."
        )
    from skdigits.reading import Answer, Reader

    classifier = _open(model, max_error_rate, backend="torch" if device else "auto")
    reader = Reader(on_device(classifier, device), keep_diagnoses=explain)
    if explain and reader.normalizer is None:
        raise typer.BadParameter(
            "--explain shows how pictures become 28x28 pixels, but this model reads "
            f"{reader.image_shape[1]}x{reader.image_shape[0]}."
        )
    files, wrong = find_images(images, recursive=recursive, quiet=quiet)
    answers = chain(
        (Answer(name, error=error) for name, error in wrong.items()), reader.read(files)
    )
    told_of_several = quiet

    def finish(group):
        nonlocal told_of_several
        (answer,) = group
        if answer.several and not told_of_several:
            say(f"{answer.name} may hold several digits: use skdigits read to read numbers.")
            told_of_several = True
        if explain:
            path = save_steps(answer)
            if not quiet:
                say(f"The steps of {answer.name} are in {path}.")

    failed = print_answers(
        ([answer] for answer in answers),
        len(wrong) + len(files),
        form=form,
        quiet=quiet,
        document=Answer.to_dict,
        columns=COLUMNS,
        text=lambda answer: _text(answer, explain),
        finish=finish,
    )
    return int(failed)


def _open(model, max_error_rate, backend):
    from skdigits.io import load_pretrained

    if model:
        return open_model(model, backend)
    return load_pretrained(max_error_rate=max_error_rate, backend=backend)


def _text(answer, explain):
    """Return an answer for readers, with what the normaliser found if asked to explain."""
    lines = [f"{one_line(answer.name)}: {one_line(str(answer))}"]
    if explain:
        lines += [f"    {finding}" for finding in answer.findings or ["in MNIST's form already"]]
    return "\n".join(lines)
