"""A directive of Sphinx that writes the help of every command, from the commands themselves."""

import typer
from sphinx.util.docutils import SphinxDirective

from skdigits.cli import app
from skdigits.cli._help import arguments_of, name_of, options_of, paragraphs_of, rows_of


class Commands(SphinxDirective):
    """``.. commands::`` writes a section for each command."""

    def run(self):
        """Return the sections."""
        group = typer.main.get_command(app)
        context = typer.Context(group, **group.context_settings)
        sections = [section_of(name, each, context) for name, each in group.commands.items()]
        return self.parse_text_to_nodes("\n\n".join(sections), allow_section_headings=True)


def section_of(name, command, parent):
    """Return the section of a command, in reStructuredText."""
    context = typer.Context(command, parent=parent)
    arguments, options = arguments_of(command, context), options_of(command, context)
    usage = ["skdigits", name, "[OPTIONS]", *(name_of(command, each) for each in arguments)]
    return "\n\n".join(
        [
            f"{name}\n{'-' * len(name)}",
            code(" ".join(usage)),
            *(code(*examples) if examples else text for text, examples in paragraphs_of(command)),
            *(f"``{name}``\n   {text}" for name, text in rows_of(command, arguments)),
            f".. program:: skdigits {name}",
            *(f".. option:: {name}\n\n   {text}" for name, text in rows_of(command, options)),
        ]
    )


def code(*lines):
    """Return lines as a block of code."""
    return "\n".join([".. code-block:: shell", "", *(f"   {line}" for line in lines)])


def setup(app):
    """Tell Sphinx of the directive."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
