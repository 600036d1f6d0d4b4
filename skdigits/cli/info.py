"""``skdigits info``: what is installed, where training would compute, and where data is kept."""

from typing import Annotated

import typer

from skdigits.cli._console import print_json, tell
from skdigits.cli._environment import environment, environment_text


def info(
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
):
    """Print versions, device, threads, precision and the data cache.

    For example: `skdigits info --json`
    """
    report = environment()
    if json:
        print_json(report)
    else:
        tell(environment_text(report))
