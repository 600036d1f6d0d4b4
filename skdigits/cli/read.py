"""``skdigits read``: the numbers on pictures."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from skdigits._utils.wording import counted
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
from skdigits.cli._model import open_reader

COLUMNS = ["text", "confidence", "best_unconstrained", "rejected", "error"]


class Checksum(StrEnum):
    """Values of ``--checksum``."""

    luhn = "luhn"
    isbn10 = "isbn10"
    isbn13 = "isbn13"
    mod97 = "mod97"


class Engine(StrEnum):
    """Values of ``--engine``."""

    cnn = "cnn"
    rapidocr = "rapidocr"


def read(
    images: ImagesArgument,
    recursive: RecursiveOption = False,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL",
            help="File of a DigitReader, saved by save_model.",
            show_default="the pretrained reader",
        ),
    ] = None,
    length: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="Number of digits, such as 5, or 3-6 for anything from 3 to 6."
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="How the number is written, such as dd.dd.dddd or 19dd: d is any digit, 0 to 9 "
            "are themselves, and other signs are printed even if they are not on the paper.",
        ),
    ] = None,
    allowed: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Text file of the possible numbers, one on each line."),
    ] = None,
    checksum: Annotated[
        Checksum | None, typer.Option(help="The check digit that the numbers have.")
    ] = None,
    min_value: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Smallest possible value.")
    ] = None,
    max_value: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Largest possible value.")
    ] = None,
    separators: Annotated[
        bool, typer.Option("--separators", help="Print decimal marks, too, if there are some.")
    ] = False,
    max_error_rate: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            help="Print ? for uncertain numbers, so that at most this share of the answers is "
            "wrong (0.01 = 1 %) on pictures like those that the reader was tested on.",
        ),
    ] = None,
    page: Annotated[
        bool,
        typer.Option(
            "--page", help="Read all numbers on each picture, such as a form, a column or a table."
        ),
    ] = False,
    engine: Annotated[
        Engine | None,
        typer.Option(
            help="Network that reads: that of the reader, or PP-OCRv6 (pip install "
            '"skdigits[ocr]").',
            show_default="cnn",
        ),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Save each picture as PNG in this folder, with a box around each digit; boxes of "
            "uncertain digits have another colour.",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace pictures in an --annotate folder that is not empty."),
    ] = False,
    device: DeviceOption = None,
    json: JsonOption = False,
    jsonl: JsonlOption = False,
    csv: CsvOption = False,
    quiet: QuietOption = False,
):
    """Print the number on each picture and its probability; with --page, all numbers on it.

    Tell what you know of the numbers, such as their length: of all numbers that satisfy it, the
    most probable one is printed. ? stands for a digit that cannot be read.

    If a file cannot be read, an error on stderr names it, the others are read, and the exit code is
    1.

    For example:

    - `skdigits read photo.jpg`
    - `skdigits read scans --length 5 --csv > codes.csv`
    - `skdigits read scans --allowed codes.txt --annotate checked`
    - `skdigits read form.jpg --page --json`
    """
    form = find_form(json=json, jsonl=jsonl, csv=csv)
    check_rate(max_error_rate)
    if force and not annotate:
        raise typer.BadParameter("--force is for --annotate, which is not given.")
    reader = on_device(open_reader(model), device)
    _set_given(
        reader,
        length=length,
        pattern=pattern,
        allowed=allowed,
        checksum=checksum and checksum.value,
        min_value=min_value,
        max_value=max_value,
        separators=separators or None,
        max_error_rate=max_error_rate,
        engine=engine and engine.value,
    )
    files, wrong = find_images(images, recursive=recursive, quiet=quiet)
    annotations = None
    if annotate:
        from skdigits.cli._annotation import Annotations

        annotations = Annotations(annotate, files, force=force)
    failed = print_answers(
        _readings(reader, files, wrong, page),
        len(wrong) + len(files),
        form=form,
        quiet=quiet,
        document=lambda reading: reading.to_dict(),
        columns=COLUMNS,
        text=lambda reading: one_line(f"{reading.name}: {reading}"),
        finish=lambda readings: annotations and annotations.save(readings),
    )
    if annotations and not quiet:
        say(f"{counted(annotations.n_saved, 'picture')} with boxes in {annotate}.")
    return int(failed)


def _set_given(reader, length, **given):
    from skdigits.numbers import parse_length, set_given

    try:
        length = length and parse_length(length)
    except ValueError as error:
        raise typer.BadParameter(f"--{error}") from error
    try:
        set_given(reader, length=length, **given)
    except (ImportError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error


def _readings(reader, files, wrong, page):
    """Yield the readings of each file, after the errors of arguments that name none."""
    from skdigits.numbers import Reading

    for name, error in wrong.items():
        yield [Reading("", 0.0, name=name, error=error)]
    if page:
        for file in files:
            try:
                found = reader.read_page(file) or [Reading("", 0.0)]
            except (OSError, ValueError) as error:
                found = [Reading("", 0.0, error=str(error))]
            yield [replace(reading, name=str(file)) for reading in found]
    else:
        for file, reading in zip(files, reader.read_many(files), strict=True):
            yield [replace(reading, name=str(file))]
