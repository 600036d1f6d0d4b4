"""Pictures that a command reads, and what it prints of each."""

import csv as tables
import io
import warnings
from typing import Annotated

import typer

from skdigits.cli._console import one_line, print_json, print_json_list, progress, say, tell
from skdigits.cli._files import image_files

ImagesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="IMAGE",
        help="Image files of any size, folders, patterns such as `scans/*.png`, or - for stdin.",
        show_default=False,
    ),
]
RecursiveOption = Annotated[
    bool, typer.Option("--recursive", "-r", help="Read the sub-folders of folders, too.")
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print only answers and errors: no bar, no notes.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print a JSON list of objects, one on each line.")
]
JsonlOption = Annotated[
    bool, typer.Option("--jsonl", help="Print a JSON object per line, as soon as it is known.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print a table in CSV.")]


def find_form(**forms):
    """Return the name of the form that is asked for, or "text"."""
    chosen = [name for name, is_chosen in forms.items() if is_chosen]
    if len(chosen) > 1:
        raise typer.BadParameter(
            f"Give only one of {' and '.join(f'--{each}' for each in chosen)}."
        )
    return chosen[0] if chosen else "text"


def check_rate(max_error_rate):
    """Refuse a ``--max-error-rate`` that is no share."""
    if max_error_rate is not None and not 0 < max_error_rate < 1:
        raise typer.BadParameter(
            f"--max-error-rate is between 0 and 1 (0.01 = 1 %), not {max_error_rate:g}."
        )


def find_images(arguments, *, recursive, quiet):
    """Return the image files that arguments name, and errors of those that name none."""
    found = image_files(arguments, recursive=recursive)
    for note in () if quiet else found.notes():
        say(note)
    return found.files, found.wrong


def print_answers(answers, n_pictures, *, form, quiet, document, columns, text, finish):
    """Print answers as they come, and those that are errors on stderr.

    Parameters
    ----------
    answers : iterable of sequences of Answer or Reading
        Those of each picture.
    n_pictures : int
        How many there are.
    form : {"text", "json", "jsonl", "csv"}
        What is printed.
    quiet : bool
        Whether to show no progress bar.
    document : callable
        Returns an answer for JSON, without its name.
    columns : list of str
        Attributes of an answer that a table has.
    text : callable
        Returns an answer for readers, on one line or more.
    finish : callable
        Does what remains to be done for the answers of a picture that could be read. It may raise
        an OSError or ValueError.

    Returns
    -------
    failed : bool
        Whether there was an error.
    """
    documents, failed = [], False
    if form == "csv":
        _print_row(["file", *columns])
    # Warnings of libraries about odd files do not help: a file is read, or there is an error.
    with (
        warnings.catch_warnings(action="ignore"),
        progress("reading", n_pictures, quiet=quiet) as advance,
    ):
        for group in answers:
            for answer in group:
                if form == "json":
                    documents.append({"file": answer.name, **document(answer)})
                elif form == "jsonl":
                    print_json({"file": answer.name, **document(answer)}, indent=None)
                elif form == "csv":
                    _print_row([answer.name, *(getattr(answer, column) for column in columns)])
                elif not answer.error:
                    tell(text(answer))
            problem = group[0].error or _problem(finish, group)
            if problem:
                say(problem)
                failed = True
            advance()
    if form == "json":
        print_json_list(documents)
    return failed


def _problem(finish, group):
    try:
        finish(group)
    except (OSError, ValueError) as error:
        return str(error)
    return None


def _print_row(values):
    row = io.StringIO()
    cells = ["" if value is None else one_line(str(value)) for value in values]
    tables.writer(row, lineterminator="").writerow(cells)
    tell(row.getvalue())
