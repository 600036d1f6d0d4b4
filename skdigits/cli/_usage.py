"""What is said of a command line that is wrong."""

import os
from difflib import get_close_matches
from itertools import pairwise

from skdigits._utils.wording import either
from skdigits.cli._help import choices_of, declaration_of

NUMBERS = {int: "a whole number", float: "a number"}


def explain(error, args, app):
    """Return what is wrong with a command line, and where the help is.

    Parameters
    ----------
    error : Exception
        Raised by typer, or a ``typer.BadParameter`` of a command.
    args : list of str
        The command line.
    app : Group
        The commands.
    """
    name = args[0] if args[0] in app.commands else None
    param = getattr(error, "param", None)
    value = param and _given(param, args)
    if value is not None:
        said = _refuse(error, app.commands[name], param, value)
    elif hasattr(error, "possibilities"):  # an option that does not exist
        said = f"{error.message}.{did_you_mean(error.option_name, error.possibilities or ())}"
    elif hasattr(error, "param") and param is None:  # a command has raised it
        said = error.message
    else:
        said = error.format_message()
    if name is None and os.path.exists(args[0]):
        return f"{said} To read a digit: skdigits predict {args[0]}"
    command = f"skdigits {name} --help" if name else "skdigits --help"
    return f"{said} Try '{command}'."


def _given(param, args):
    """Return the last value that is given to an option, or None."""
    values = [value for option, value in pairwise(args) if option in param.opts]
    split = [arg.partition("=") for arg in args]
    values += [value for option, equals, value in split if equals and option in param.opts]
    return values[-1] if values else None


def _refuse(error, command, param, value):
    """Say what an option takes instead of a value."""
    option = max(param.opts, key=len)
    if choices := choices_of(command, param):
        return f"{option} takes {either(choices)}, not {value!r}.{did_you_mean(value, choices)}"
    kind, described = declaration_of(command, param)
    if kind not in NUMBERS:
        return error.format_message()
    return f"{option} takes {NUMBERS[kind]}{_limits(described)}, not {value!r}."


def _limits(described):
    if described.max is not None:
        return f" from {described.min} to {described.max}"
    return "" if described.min is None else f" of at least {described.min}"


def did_you_mean(word, words):
    """Return a question that names the most similar of some words, or nothing."""
    close = get_close_matches(word, words)
    return f" Did you mean {' or '.join(close)}?" if close else ""
