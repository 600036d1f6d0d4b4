"""``skdigits serve``: digits and numbers read over HTTP, and a page to draw them on."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._console import say
from skdigits.cli._model import open_model, open_reader

TOKEN = "SKDIGITS_TOKEN"


def serve(
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65_535, help="Port; 0 means any free one.")
    ] = 8000,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Address to listen on; 0.0.0.0 lets other machines in."
        ),
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Host name that requests may use; can be given several times."
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(metavar="MODEL", help="Model file for digits.", show_default="pretrained"),
    ] = None,
    reader: Annotated[
        Path | None,
        typer.Option(metavar="MODEL", help="Model file for numbers.", show_default="reader"),
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
):
    """Read digits and numbers over HTTP, and show a page to draw them on.

    POST a picture to /v1/digits or /v1/numbers; /openapi.json describes both. Only this machine can
    send requests, unless you give --host and --allow-host. If the environment variable
    SKDIGITS_TOKEN is set, requests need the header `Authorization: Bearer TOKEN`. Each request is
    logged on stderr as a line of JSON, without its pictures. Ctrl-C stops the server. Install it
    with `pip install "skdigits[serve]"`.

    For example:

    - `skdigits serve --open`
    - `curl --data-binary @digit.png -H "Content-Type: image/png" localhost:8000/v1/digits`
    - `skdigits serve --host 0.0.0.0 --allow-host digits.example.org`
    """
    from skdigits.server import Settings, check_installed, run

    check_installed()
    token = os.environ.get(TOKEN) or None
    if token and not re.fullmatch("[!-~]+", token):
        raise ValueError(f"{TOKEN} may have only printable ASCII characters, and no spaces.")
    settings = Settings(
        host=host,
        port=port,
        allowed_hosts=tuple(allow_host or ()),
        token=token,
    )

    def started(address):
        say(f"listening on {address}; Ctrl-C stops it.")
        if browser:
            import webbrowser

            webbrowser.open(address)

    run(
        settings,
        model=open_model(model, backend="auto") if model else None,
        reader=open_reader(reader) if reader else None,
        started=started,
    )
