"""The option ``--device``."""

from typing import Annotated

import typer

DeviceOption = Annotated[
    str | None,
    typer.Option(
        metavar="DEVICE",
        help="Run the network on this PyTorch device, such as cpu, cuda, cuda:1 or mps.",
    ),
]


def on_device(model, device):
    """Return a fitted model with its network on a device of PyTorch, if one is named."""
    if device is None:
        return model
    from skdigits import io

    try:
        return io.on_device(model, device)
    except (RuntimeError, ValueError) as error:
        raise typer.BadParameter(f"--{error}") from error
