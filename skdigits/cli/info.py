"""``skdigits info``: what is installed, where training would compute, and where data is kept."""

from typing import Annotated

import typer

from skdigits.cli._console import print_json, tell
from skdigits.environment import describe_environment, find_environment


def info(
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
):
    """Print platform, versions, device, threads, precision and the data cache.

    For example: `skdigits info --json`
    """
    report = find_environment()
    if json:
        print_json(report)
    else:
        tell(describe_environment(report))
