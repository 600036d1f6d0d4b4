"""What goes to stderr, to stdout and into report files."""

import json

import typer


def say(message):
    """Print one line on stderr, however many lines the message has."""
    typer.echo(f"skdigits: {' '.join(str(message).split())}", err=True)


def to_json(document):
    """Return a document for machines; what JSON does not know is written as Python shows it."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=repr)


def print_json(document):
    """Print a document for machines on stdout."""
    typer.echo(to_json(document))


def write_report(folder, document, text):
    """Write ``report.json`` and ``report.txt``."""
    (folder / "report.json").write_text(to_json(document) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(text, encoding="utf-8")
