"""The help of the commands, as plain text."""

from enum import Enum
from inspect import cleandoc
from textwrap import fill
from types import NoneType
from typing import Annotated, get_args, get_origin, get_type_hints

from typer.core import TyperCommand, TyperGroup

WIDEST = 24  # characters of a name beside its text


class Command(TyperCommand):
    """A command whose help is its docstring, then its arguments and options."""

    def collect_usage_pieces(self, ctx):
        """Return what follows the name of the command in the usage line."""
        return ["[OPTIONS]", *(name_of(self, argument) for argument in arguments_of(self, ctx))]

    def format_help_text(self, ctx, formatter):
        """Write the docstring, and its examples as lines that can be copied."""
        for text, examples in paragraphs_of(self):
            lines = [_fill(formatter, text), *(f"  {example}" for example in examples)]
            formatter.write("\n".join(["", *filter(None, lines), ""]))

    def format_options(self, ctx, formatter):
        """Write a row for each argument and option."""
        _write(formatter, "Arguments", rows_of(self, arguments_of(self, ctx)))
        _write(formatter, "Options", rows_of(self, options_of(self, ctx)))


class Group(TyperGroup):
    """The commands, each with the first paragraph of its help."""

    def format_options(self, ctx, formatter):
        """Write a row for each command and option."""
        commands = {name: summary_of(command) for name, command in self.commands.items()}
        _write(formatter, "Commands", [*commands.items()])
        _write(formatter, "Options", rows_of(self, options_of(self, ctx)))


def _write(formatter, title, rows):
    """Write a table of names and texts, if there are any."""
    if not rows:
        return
    formatter.write(f"\n{title}:\n")
    width = min(WIDEST, max(len(name) for name, _ in rows))
    for name, text in rows:
        if len(name) > width:
            formatter.write(f"  {name}\n")
            name = ""
        formatter.write(_fill(formatter, text, f"  {name:{width}}  ") + "\n")


def _fill(formatter, text, start=""):
    """Return a text without backticks in lines that fit the terminal, to the right of `start`."""
    return fill(
        text.replace("`", ""),
        formatter.width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
        break_long_words=False,
    )


def paragraphs_of(command):
    """Yield each paragraph of a command's help as a text, or as a list of examples."""
    for paragraph in cleandoc(command.help).split("\n\n"):
        lines = paragraph.splitlines()
        if lines[0].startswith("- "):
            yield "", [line.removeprefix("- ").strip("`") for line in lines]
        else:
            yield " ".join(lines), []


def summary_of(command):
    """Return the first paragraph of a command's help."""
    return next(paragraphs_of(command))[0]


def arguments_of(command, ctx):
    """Return the arguments of a command."""
    return [param for param in command.get_params(ctx) if param.param_type_name == "argument"]


def options_of(command, ctx):
    """Return the options of a command, ``--help`` as the last."""
    return [param for param in command.get_params(ctx) if param.param_type_name == "option"]


def rows_of(command, params):
    """Return the name and the help of each of some parameters."""
    return [(name_of(command, param), f"{param.help}{_default_of(param)}") for param in params]


def name_of(command, param):
    """Return what is typed for a parameter."""
    metavar = param.metavar or "|".join(choices_of(command, param)) or param.name.upper()
    if param.param_type_name == "argument":
        metavar = metavar if param.required else f"[{metavar}]"
        return metavar if param.nargs == 1 else f"{metavar}..."
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag else f"{names} {metavar}"


def _default_of(param):
    default = param.show_default
    if default is True and not isinstance(param.default, bool) and param.default:
        default = getattr(param.default, "value", param.default)
    return "" if isinstance(default, bool) else f" (default: {default})"


def choices_of(command, param):
    """Return the words that a parameter takes, if it takes only some."""
    kind, _ = declaration_of(command, param)
    return [choice.value for choice in kind] if issubclass(kind, Enum) else []


def declaration_of(command, param):
    """Return the type of a parameter and its typer.Option; object and None of ``--help``."""
    hint = get_type_hints(command.callback, include_extras=True).get(param.name)
    if get_origin(hint) is not Annotated:
        return object, None
    annotation, described = get_args(hint)
    kind, *_ = (each for each in get_args(annotation) or [annotation] if each is not NoneType)
    return kind if isinstance(kind, type) else object, described
