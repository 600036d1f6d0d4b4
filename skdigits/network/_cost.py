"""The tensors and the cost of a network, computed from its sizes before it is built."""

import math
from typing import NamedTuple

from skdigits.network._layout import layout_of_digits, layout_of_lines

N_AXES = 16  # of `Typicality`; model files hold this many
WIDTH = 256  # pixels, of a line of about ten digits
PER_VALUE = 10  # multiplications that take as long as reading or writing a value
NORM = "weight", "bias", "running_mean", "running_var"
COUNT = "num_batches_tracked"  # of batch normalisation


class Cost(NamedTuple):
    """Tensors and cost of a network.

    Parameters
    ----------
    tensors : dict of str to tuple
        Shape and name of the dtype of each tensor of its state.
    work : int
        Multiplications for one image or line, plus `PER_VALUE` for each value that a layer reads or
        writes.
    n_values : int
        Number of values of the largest layer for one image or line, unfolded to a matrix.
    """

    tensors: dict
    work: int
    n_values: int


def cost_of(recipe):
    """Return the cost of the network that a recipe describes; nothing is allocated.

    Parameters
    ----------
    recipe : dict
        As for `training.new_net`.

    Returns
    -------
    cost : Cost
    """
    of_kind = _of_lines if "n_symbols" in recipe["architecture"] else _of_digits
    shapes, layers = of_kind(**recipe["architecture"])
    work, largest = 0, 0
    for n_inputs, n_outputs, n_places in layers:
        n_values = n_places * (n_inputs + n_outputs)
        work += n_places * n_inputs * n_outputs + PER_VALUE * n_values
        largest = max(largest, n_values)
    dtype = "float64" if recipe["precision"] == "float64" else "float32"
    tensors = {
        name: (shape, "int64" if name.endswith(COUNT) else dtype) for name, shape in shapes.items()
    }
    return Cost(tensors, work, largest)


def _of_digits(image_shape, n_classes, knows_outliers, **sizes):
    """Return the shapes of all tensors, and the inputs, outputs and places of each layer."""
    _, layers, units = layout_of_digits(image_shape, **sizes)
    tensors, costs = _of_convolutions(layers, "network.convolutions")
    outputs = [*units[1:], n_classes + knows_outliers]
    names = [*(f"network.hidden.{i}" for i in range(len(units) - 1)), "network.output"]
    for name, n_inputs, n_outputs in zip(names, units, outputs, strict=True):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = (n_outputs, n_inputs), (n_outputs,)
        costs.append((n_inputs, n_outputs, 1))
    n_features = units[-1]
    tensors |= {
        "typicality.means": (n_classes, n_features),
        "typicality.axes": (n_features, min(N_AXES, n_features)),
        "typicality.tightness": (),
        "typicality.direction": (n_features,),
    }
    for name in ("pixel_mean", "pixel_scale", "temperature", "least_typical"):
        tensors[name] = ()
    return tensors, costs


def _of_lines(n_symbols, filters, context):
    *layers, output = layout_of_lines(n_symbols, filters, context, WIDTH)
    tensors, costs = _of_convolutions(layers, "convolutions")
    shape = n_symbols, output.in_channels, *output.kernel_size
    tensors |= {"output.weight": shape, "output.bias": (n_symbols,), "temperature": ()}
    return tensors, [*costs, _cost_of_convolution(output)]


def _of_convolutions(layers, name):
    tensors: dict = {}
    for i, layer in enumerate(layers):
        prefix, n_filters = f"{name}.{i}", layer.out_channels
        tensors[f"{prefix}.conv.weight"] = (n_filters, layer.in_channels, *layer.kernel_size)
        tensors |= {f"{prefix}.norm.{part}": (n_filters,) for part in NORM}
        tensors[f"{prefix}.norm.{COUNT}"] = ()
    return tensors, [_cost_of_convolution(layer) for layer in layers]


def _cost_of_convolution(layer):
    n_inputs = layer.in_channels * math.prod(layer.kernel_size)
    return n_inputs, layer.out_channels, math.prod(layer.shape)
