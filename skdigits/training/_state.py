"""Nets made from a recipe, from a state, or as a copy."""

import functools

import numpy as np
import torch

from skdigits.training._batches import DTYPES
from skdigits.training._devices import is_available, undisturbed
from skdigits.training._line_net import LineNet
from skdigits.training._net import DigitNet, map_leaves

BETAS = (0.8, 0.95)
"""Of Adam, lower than torch's: they suit trainings of a few hundred batches."""

OPTIMIZERS = {
    "adam": functools.partial(torch.optim.Adam, betas=BETAS, fused=True),
    "adamw": functools.partial(torch.optim.AdamW, betas=BETAS, fused=True),
    "sgd": functools.partial(torch.optim.SGD, fused=True),
}


@undisturbed
def new_net(recipe, samples, seed):
    """Return an untrained net.

    Parameters
    ----------
    recipe : dict
        `architecture` (the parameters of `DigitCNN` or `LineCNN`), `precision`, `device`,
        `optimizer` and the parameters of the optimizer.
    samples : Samples
        Samples whose mean and spread standardise the pixels.
    seed : int
        Seed of all random numbers.
    """
    try:
        module = empty_module(recipe).to_empty(device="cpu")
    except RuntimeError as error:
        raise ValueError(
            "There is not enough memory for the network: lower filters, hidden_layer_sizes, "
            "kernel_size or patch_size."
        ) from error
    net = _as_net(module, **recipe)
    net.generator.manual_seed(seed)
    net.draw_weights(samples)
    return net.initialize()


def copy_net(net, recipe):
    """Return a copy of a net for more training, with a recipe of the same architecture."""
    return from_state({**net.state, "recipe": recipe})


@undisturbed
def from_state(state):
    """Return the net of a `state`, in eval mode; on the CPU if its device is missing.

    The states of the optimizer and of the generator may be missing; both then start fresh. An
    optimizer also starts fresh if the recipe names another one.
    """
    recipe = state["recipe"]
    if not is_available(recipe["device"]):
        recipe = {**recipe, "device": "cpu"}
    module = empty_module(recipe)
    # Wrong shapes are found before memory is allocated for the recipe.
    module.load_state_dict(map_leaves(_to_tensor, state["weights"]), assign=True)
    net = _as_net(module, **recipe).initialize()
    net.module_.eval()
    optimizer = state.get("optimizer")
    if optimizer and optimizer["name"] == recipe["optimizer"]:
        memories = map_leaves(_to_tensor, optimizer["memories"])
        net.optimizer_.load_state_dict({**net.optimizer_.state_dict(), "state": memories})
    if "generator" in state:
        net.generator.set_state(torch.tensor(state["generator"]))
    return net


def empty_module(recipe):
    """Return the network of a recipe, without memory for its weights."""
    with torch.device("meta"):  # draws no weights, so torch's generator is not used
        return kind_of(recipe).network(**recipe["architecture"])


def kind_of(recipe):
    """Return the class of the nets that a recipe describes."""
    return LineNet if "n_symbols" in recipe["architecture"] else DigitNet


def _as_net(module, architecture, *, precision, device, optimizer, **optimizer_parameters):
    module = module.to(DTYPES[precision]).to(memory_format=torch.channels_last)
    kind = kind_of({"architecture": architecture})
    net = kind(
        module,
        precision=precision,
        criterion=kind.loss(reduction="none"),
        optimizer=OPTIMIZERS[optimizer],
        iterator_train=kind.batches,
        iterator_valid=kind.batches,
        device=device,
        verbose=0,
        **{f"optimizer__{name}": value for name, value in optimizer_parameters.items()},
    )
    net.generator = torch.Generator()
    net.recipe = {
        "architecture": architecture,
        "precision": precision,
        "device": device,
        "optimizer": optimizer,
        **optimizer_parameters,
    }
    return net


def _to_tensor(leaf):
    return torch.tensor(leaf) if isinstance(leaf, np.ndarray) else leaf
