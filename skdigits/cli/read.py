"""``skdigits read``: the numbers on pictures."""

from dataclasses import replace
from enum import StrEnum
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
from skdigits.cli._console import one_line
from skdigits.cli._files import image_files
from skdigits.cli._model import open_reader

COLUMNS = ["text", "confidence", "best_unconstrained", "rejected", "error"]


class Checksum(StrEnum):
    """What ``--checksum`` takes."""

    luhn = "luhn"
    isbn10 = "isbn10"
    isbn13 = "isbn13"
    mod97 = "mod97"


class Engine(StrEnum):
    """What ``--engine`` takes."""

    cnn = "cnn"
    rapidocr = "rapidocr"


def read(
    images: ImagesArgument,
    model: Annotated[
        Path | None,
        typer.Option(
            help="File of a DigitReader, saved by save_model, instead of the one that comes with "
            "the package."
        ),
    ] = None,
    length: Annotated[
        str | None,
        typer.Option(metavar="N", help="How many digits the number has: 5, or from 3 to 6: 3-6."),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="How the number is written, such as dddd-dd-dd or 19dd: d is any digit, 0 to 9 "
            "are themselves, and other signs are printed whether they are on the paper or not.",
        ),
    ] = None,
    allowed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Text file of the numbers that are possible, one on each line."
        ),
    ] = None,
    checksum: Annotated[
        Checksum | None, typer.Option(help="The check digits that the number has.")
    ] = None,
    min_value: Annotated[int | None, typer.Option(min=0, help="Least value.")] = None,
    max_value: Annotated[int | None, typer.Option(min=0, help="Largest value.")] = None,
    separators: Annotated[
        bool, typer.Option("--separators", help="Print decimal marks where they are seen.")
    ] = False,
    max_error_rate: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            help="Print ? for uncertain numbers, so that at most this share of the others is wrong "
            "(0.01 = 1 %), on pictures like those that the reader was tested on.",
        ),
    ] = None,
    page: Annotated[
        bool,
        typer.Option(
            "--page",
            help="Read all numbers on each picture, in reading order: sheets, columns, tables.",
        ),
    ] = False,
    engine: Annotated[
        Engine | None,
        typer.Option(help="rapidocr reads with PP-OCRv6: pip install 'skdigits\\[ocr]'."),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for a PNG of each picture, with a box around each digit; doubtful ones "
            "have another colour.",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace pictures in an --annotate folder that is not empty."),
    ] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
):
    """Print the number on each picture, or with --page the numbers, and how probable they are.

    What you know of the numbers is used exactly: of all that satisfy it, the most probable one is
    printed. ? stands for a digit that cannot be read.

    Files that cannot be read are named on stderr, and the exit code is 1; the others are read all
    the same.

    For example:

    - `skdigits read photo.jpg`
    - `skdigits read scans --length 5 --csv > codes.csv`
    - `skdigits read scans --allowed codes.txt --annotate checked`
    - `skdigits read sheet.jpg --page --json`
    """
    check_options(json=json, csv=csv, max_error_rate=max_error_rate)
    if force and not annotate:
        raise typer.BadParameter("--force goes with --annotate.")
    reader = open_reader(model)
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
    files, wrong = image_files(images)
    annotations = None
    if annotate:
        from skdigits.cli._annotation import Annotations

        annotations = Annotations(annotate, files, force=force)
    failed = print_answers(
        _readings(reader, files, wrong, page),
        len(wrong) + len(files),
        document=lambda reading: reading.to_dict(),
        columns=COLUMNS,
        text=lambda reading: one_line(f"{reading.name}: {reading}"),
        finish=lambda readings: annotations and annotations.save(readings),
        json=json,
        csv=csv,
    )
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
    """Yield the readings of each file, after those of the names that are wrong."""
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
