"""The option ``--device``."""

from typing import Annotated

import typer

from skdigits._utils.nested import first_with

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
    from skdigits.training import copy_net, find_device

    try:
        found = find_device(device)
    except (RuntimeError, ValueError) as error:
        raise typer.BadParameter(f"--{error}") from error
    holder = first_with("net_", model)
    holder = getattr(holder, "estimator", holder)  # a FrozenEstimator only forwards
    holder.net_ = copy_net(holder.net_, {**holder.net_.recipe, "device": found})
    holder.device_ = found
    return model
