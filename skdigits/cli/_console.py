"""What goes to stderr, to stdout and into report files."""

import itertools
import json
import sys
from contextlib import contextmanager, suppress

import typer

from skdigits._utils.bars import Pipe, find_view
from skdigits._utils.files import write_whole


def say(message):
    """Print one line on stderr, however many lines the message has."""
    with suppress(OSError):  # stderr is full or closed, and nobody can be told
        typer.echo(f"skdigits: {one_line(' '.join(str(message).split()))}", err=True)


def one_line(text):
    """Return a text with its line breaks and other unprintable characters escaped.

    Names of files may hold anything.
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
    except BrokenPipeError:  # the reader, such as `head`, wants no more
        raise
    except OSError as error:
        raise type(error)(
            f"What this command found cannot be printed: {error.strerror}."
        ) from error


@contextmanager
def progress(what, total, *, quiet=False):
    """Show a bar where there is a place for it; give a function that moves it on by one."""
    view, count = Pipe() if quiet else find_view(total, what), itertools.count(1)
    try:
        yield lambda: view.move(next(count), what)
    finally:
        view.close()


def to_json(document, indent=2):
    """Return a document as JSON; values that JSON does not know are written as Python shows them.

    Bytes in the names of files that are no text become escapes.
    """
    text = json.dumps(document, indent=indent, ensure_ascii=False, default=repr)
    return text.encode(errors="backslashreplace").decode()


def print_json(document, indent=2):
    """Print a document as JSON on stdout."""
    tell(to_json(document, indent))


def print_json_list(documents):
    """Print a JSON list on stdout, with one document on each line."""
    tell("[" + ",".join(f"\n{to_json(each, indent=None)}" for each in documents) + "\n]")


def write_report(folder, document, text):
    """Write ``report.json`` and ``report.txt``."""
    write_whole(folder / "report.json", f"{to_json(document)}\n".encode())
    write_whole(folder / "report.txt", text.encode())
