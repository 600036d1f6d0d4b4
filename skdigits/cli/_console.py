"""What goes to stderr, to stdout and into report files."""

import itertools
import json
import sys
from contextlib import contextmanager, suppress

import typer

from skdigits._utils.bars import find_view
from skdigits._utils.files import write_whole


def say(message):
    """Print one line on stderr, however many lines the message has."""
    with suppress(OSError):  # nobody can be told that stderr is full or gone
        typer.echo(f"skdigits: {one_line(' '.join(str(message).split()))}", err=True)


def one_line(text):
    """Return a text with its line breaks, and what else does not print, escaped.

    The names of files may hold anything.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def tell(text=""):
    """Print a line on stdout."""
    if sys.stdout is None:
        raise OSError("What this command found cannot be printed: standard output is closed.")
    try:
        typer.echo(text)
    except BrokenPipeError:  # who reads it, as `head`, wants no more
        raise
    except OSError as error:
        raise type(error)(
            f"What this command found cannot be printed: {error.strerror}."
        ) from error


@contextmanager
def progress(what, total):
    """Show a bar where `find_view` has a place for it; give a function that moves it on by one."""
    view, count = find_view(total, what), itertools.count(1)
    try:
        yield lambda: view.move(next(count), what)
    finally:
        view.close()


def to_json(document):
    """Return a document for machines; what JSON does not know is written as Python shows it."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=repr)


def print_json(document):
    """Print a document for machines on stdout."""
    # Bytes in the names of files that are no text become JSON's own escapes.
    tell(to_json(document).encode(errors="backslashreplace").decode())


def write_report(folder, document, text):
    """Write ``report.json`` and ``report.txt``."""
    write_whole(folder / "report.json", f"{to_json(document)}\n".encode())
    write_whole(folder / "report.txt", text.encode())
