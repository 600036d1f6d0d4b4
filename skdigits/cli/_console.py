"""What goes to stderr, to stdout and into report files."""

import json
import sys
from contextlib import contextmanager, nullcontext

import typer

from skdigits._utils.files import write_whole


def say(message):
    """Print one line on stderr, however many lines the message has."""
    typer.echo(f"skdigits: {one_line(' '.join(str(message).split()))}", err=True)


def one_line(text):
    """Return a text with its line breaks, and what else does not print, escaped.

    The names of files may hold anything.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


@contextmanager
def progress(what, total):
    """Show a bar on stderr if that is a terminal, and give a function that moves it on by one."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    # What goes to the same terminal is printed above the bar, what goes elsewhere is left alone.
    bar = Progress(console=console, transient=True, redirect_stdout=sys.stdout.isatty())
    task = bar.add_task(what, total=total)
    with bar if sys.stderr.isatty() else nullcontext():
        yield lambda: bar.advance(task)


def to_json(document):
    """Return a document for machines; what JSON does not know is written as Python shows it."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=repr)


def print_json(document):
    """Print a document for machines on stdout."""
    # Bytes in the names of files that are no text become JSON's own escapes.
    typer.echo(to_json(document).encode(errors="backslashreplace").decode())


def write_report(folder, document, text):
    """Write ``report.json`` and ``report.txt``."""
    write_whole(folder / "report.json", f"{to_json(document)}\n".encode())
    write_whole(folder / "report.txt", text.encode())
