"""A directive of Sphinx that writes the help of every command, from the commands themselves."""

from inspect import cleandoc

import typer
from sphinx.util.docutils import SphinxDirective

from skdigits.cli import app
from skdigits.cli._help import arguments_of, name_of, options_of, rows_of


class Commands(SphinxDirective):
    """``.. commands::`` writes a section for each command."""

    def run(self):
        """Return the sections."""
        group = typer.main.get_command(app)
        context = typer.Context(group, info_name="skdigits")
        text = "\n\n".join(
            section_of(name, command, context) for name, command in group.commands.items()
        )
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def section_of(name, command, parent):
    """Return the section of a command as text of reStructuredText."""
    context = typer.Context(command, info_name=name, parent=parent)
    arguments, options = arguments_of(command, context), options_of(command, context)
    usage = ["skdigits", name, "[OPTIONS]", *(name_of(command, each) for each in arguments)]
    rows = rows_of(command, arguments + options)
    return "\n\n".join(
        [
            f".. _command-{name}:",
            f"{name}\n{'-' * len(name)}",
            f".. code-block:: text\n\n   {' '.join(usage)}",
            escaped(cleandoc(command.help)),
            "\n".join(f"``{names}``\n   {escaped(text)}" for names, text in rows),
        ]
    )


def escaped(text):
    """Return a help text with what reStructuredText would take for markup escaped."""
    return text.replace("*", r"\*").replace("|", r"\|")


def setup(app):
    """Tell Sphinx of the directive."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
