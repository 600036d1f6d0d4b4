"""The commands. Each imports what it needs when it runs, so that help is quick."""

import sys
from typing import Annotated

import typer

from skdigits._utils.versions import versions
from skdigits.cli._console import say
from skdigits.cli._errors import describe
from skdigits.cli._help import Command, Group
from skdigits.cli._process import own_surroundings
from skdigits.cli._usage import explain
from skdigits.cli.doctor import doctor
from skdigits.cli.evaluate import evaluate
from skdigits.cli.export import export
from skdigits.cli.predict import predict
from skdigits.cli.read import read
from skdigits.cli.serve import serve
from skdigits.cli.train import train

__all__ = ["app", "main"]

INTERRUPTED = 130  # typer's code for Ctrl-C

app = typer.Typer(
    cls=Group,
    help="Read handwritten digits and numbers; train and evaluate a classifier of digits.",
    epilog="Begin with 'skdigits predict digit.jpg', 'skdigits read number.jpg' or "
    "'skdigits train'.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (train, evaluate, predict, read, export, serve, doctor):
    app.command(cls=Command)(command)


def _print_version(wanted: bool):
    if wanted:
        typer.echo(f"skdigits {versions()['skdigits']}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
):
    pass


def main(args=None):
    """Run a command.

    Parameters
    ----------
    args : list of str, default=None
        The arguments after ``skdigits``. If None, those of `sys.argv`.

    Returns
    -------
    code : int
        0 if all went well, 1 if something could not be done or `doctor` found a problem, 2 if the
        command line was wrong.
    """
    args = (sys.argv[1:] if args is None else args) or ["--help"]
    command = typer.main.get_command(app)  # calling `app` would replace sys.excepthook
    with own_surroundings():
        try:
            code = command(args, prog_name="skdigits", standalone_mode=False) or 0
        except KeyboardInterrupt:
            code = INTERRUPTED
        except SystemExit:  # nobody reads stdout any more
            return 1
        except Exception as error:
            if hasattr(error, "format_message"):  # wrong usage, of any kind
                say(explain(error, args, command))
                return 2
            say(describe(error))
            return 1
        if code == INTERRUPTED:
            say("interrupted")
            return 1
        return code
