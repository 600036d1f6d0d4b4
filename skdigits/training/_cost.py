"""What a network holds and what it costs, told from its recipe before it is built."""

import math
from typing import NamedTuple

import torch
from torch import nn

from skdigits.training._batches import DTYPES
from skdigits.training._devices import undisturbed
from skdigits.training._state import empty_module

LINE = (32, 256)  # pixels of a line of about ten digits
PER_VALUE = 10  # multiplications that take as long as a value's way through memory


class Cost(NamedTuple):
    """What a network takes.

    Parameters
    ----------
    tensors : dict of str to tuple
        Shape and name of the dtype of each tensor of its state.
    work : int
        Multiplications for one image or line, and `PER_VALUE` for each value that a layer reads or
        writes.
    n_values : int
        Values of the largest layer for it, unfolded to a matrix.
    """

    tensors: dict
    work: int
    n_values: int


@undisturbed
def cost_of(recipe):
    """Return the cost of the network that a recipe describes; nothing is allocated.

    Parameters
    ----------
    recipe : dict
        As for `new_net`.

    Returns
    -------
    cost : Cost
    """
    module = empty_module(recipe).to(DTYPES[recipe["precision"]]).eval().requires_grad_(False)
    costs = [(0, 0)]

    def count(layer, inputs, output):
        n_places = math.prod(output.shape[2:])
        n_values = n_places * (layer.weight[0].numel() + output.shape[1])
        costs.append((n_places * layer.weight.numel() + PER_VALUE * n_values, n_values))

    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(count)
    shape = recipe["architecture"].get("image_shape", LINE)
    with torch.inference_mode():
        module(torch.empty(1, 1, *shape, dtype=DTYPES[recipe["precision"]], device="meta"))
    tensors = {
        name: (tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for name, tensor in module.state_dict().items()
    }
    work, values = zip(*costs, strict=True)
    return Cost(tensors, sum(work), max(values))
