"""Layouts and costs, told without a network, are those of the network."""

import itertools
import math

import pytest
import torch
from torch import nn

from skdigits.network import DigitCNN, LineCNN, cost_of

DIGITS = [
    {
        "image_shape": image_shape,
        "n_classes": 3,
        "knows_outliers": len(filters) > 1,
        "patch_size": patch_size,
        "filters": filters,
        "kernel_size": kernel_size,
        "hidden_layer_sizes": (5, 6)[: len(filters)],
    }
    for image_shape, filters, patch_size, kernel_size in itertools.product(
        [(28, 28), (8, 8), (1, 1), (1, 50), (31, 7)],
        [(), (4,), (4, 5, 6, 7), ((4, 5), 6, (7, 8, 9))],
        [1, 3],
        [1, 3, 5],
    )
]
LINES = [
    {"n_symbols": 13, "filters": filters, "context": context}
    for filters in [((4,),), ((4, 5), (6,)), ((4, 5), (6, 7), (8,)), ((4,), (5,), (6,), (7,))]
    for context in [(), (8,), (8, 9)]
]


def measured(network, shape):
    """Return work and values as hooks count them in a network that sees an image."""
    layers = []

    def count(layer, inputs, output):
        layers.append((layer.weight[0].numel(), output.shape[1], math.prod(output.shape[2:])))

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(count)
    network.eval()(torch.zeros(1, 1, *shape))
    values = [places * (inputs + outputs) for inputs, outputs, places in layers]
    products = sum(math.prod(layer) for layer in layers)
    return products + 10 * sum(values), max(values)


@pytest.mark.parametrize("precision", ["bfloat16", "float64"])
@pytest.mark.parametrize("architecture", [*DIGITS, *LINES], ids=str)
def test_cost(architecture, precision):
    is_line = "n_symbols" in architecture
    network = (LineCNN if is_line else DigitCNN)(**architecture)
    if precision == "float64":
        network = network.double()
    cost = cost_of({"architecture": architecture, "precision": precision})
    assert cost.tensors == {
        name: (tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for name, tensor in network.state_dict().items()
    }
    shape = (32, 256) if is_line else architecture["image_shape"]
    assert (cost.work, cost.n_values) == measured(network.float(), shape)
