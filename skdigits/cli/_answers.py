"""Pictures that a command reads, and what it prints of each."""

import csv as tables
import io
import warnings
from typing import Annotated

import typer

from skdigits.cli._console import one_line, print_json, progress, say, tell

ImagesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="IMAGE",
        help="Image files of any size, folders (not what is hidden or in sub-folders), or "
        "patterns such as `scans/*.png` and `scans/**/*.png`.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print a table with commas.")]


def check_options(*, json, csv, max_error_rate):
    """Refuse what cannot be asked for."""
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other.")
    if max_error_rate is not None and not 0 < max_error_rate < 1:
        raise typer.BadParameter(f"--max-error-rate is between 0 and 1, not {max_error_rate}.")


def print_answers(answers, n_pictures, *, document, columns, text, finish, json, csv):
    """Print answers as they come, and those that are errors on stderr.

    Parameters
    ----------
    answers : iterable of sequences of Answer or Reading
        Those of each picture.
    n_pictures : int
        How many there are.
    document : callable
        What JSON has of an answer, without its name.
    columns : list of str
        Attributes that a table has.
    text : callable
        An answer for readers, on one line or more.
    finish : callable
        What else is done with the answers of a picture that could be read. It returns a problem in
        a sentence, or None.
    json, csv : bool
        The form.

    Returns
    -------
    failed : bool
        Whether there was an error or a problem.
    """
    documents, failed = [], False
    if csv:
        _print_row(["file", *columns])
    # A file is read or not, whatever libraries find odd about it.
    with (
        warnings.catch_warnings(action="ignore"),
        progress("reading", n_pictures) as advance,
    ):
        for group in answers:
            for answer in group:
                if json:
                    documents.append({"file": answer.name, **document(answer)})
                elif csv:
                    _print_row([answer.name, *(getattr(answer, column) for column in columns)])
                elif not answer.error:
                    tell(text(answer))
            problem = group[0].error or finish(group)
            if problem:
                say(problem)
                failed = True
            advance()
    if json:
        print_json(documents)
    return failed


def _print_row(values):
    row = io.StringIO()
    cells = ["" if value is None else one_line(str(value)) for value in values]
    tables.writer(row, lineterminator="").writerow(cells)
    tell(row.getvalue())
