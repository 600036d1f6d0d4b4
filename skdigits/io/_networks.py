"""Checks of the network in a file, and of its cost, before it is built."""

import math
from collections.abc import Callable

import numpy as np

from skdigits.classifier import CNNDigitClassifier
from skdigits.io._checks import are_blocks, is_device, is_number, is_shape, is_whole, passes
from skdigits.io._error import refuse_unless
from skdigits.network import cost_of
from skdigits.numbers import DigitReader
from skdigits.training import OPTIMIZERS, PRECISIONS

MOST = {"pixels": 2**20, "patch_size": 64, "kernel_size": 31, "layers": 200, "classes": 10_000}
LEAST_WORK, LEAST_VALUES = 10**9, 4 * 10**6  # for an image, whatever the size of the file
PER_BYTE = 500, 2  # of a larger file
LARGEST = float(np.finfo(np.float32).max)  # of a weight, whatever the precision
N_SYMBOLS = 13  # of a line: blank, ten digits, decimal mark and anything else
MOST_BLOCKS = 4  # each halves the 16 rows of patches
TOO_LARGE = "describes a network that is too large"


def _are_sizes(value):
    """Tell whether these are numbers of filters or units."""
    return isinstance(value, tuple) and all(map(is_whole, value))


ARCHITECTURES: dict[type, dict] = {
    CNNDigitClassifier: {
        "image_shape": is_shape,
        "n_classes": is_whole,
        "patch_size": is_whole,
        "filters": are_blocks,
        "kernel_size": lambda value: is_whole(value) and value % 2 == 1,
        "hidden_layer_sizes": _are_sizes,
        "knows_outliers": lambda value: isinstance(value, bool),
    },
    DigitReader: {
        "n_symbols": lambda value: is_whole(value) and value == N_SYMBOLS,
        "filters": lambda value: (
            isinstance(value, tuple)
            and 0 < len(value) <= MOST_BLOCKS
            and all(_are_sizes(block) and block for block in value)
        ),
        "context": _are_sizes,
    },
}
PRECISIONS_OF: dict[type, tuple[str, ...]] = {
    CNNDigitClassifier: PRECISIONS,
    DigitReader: ("float32", "bfloat16"),
}
RECIPE = {
    "architecture": lambda value: isinstance(value, dict),
    "precision": lambda value: value in PRECISIONS,
    "device": is_device,
    "optimizer": lambda value: value in OPTIMIZERS,
    "weight_decay": is_number,
    "momentum": is_number,
    "nesterov": lambda value: isinstance(value, bool),
}
"""The entries of a recipe, and a check of each."""


def check_network(kind, recipe, learned, tensors):
    """Refuse a network that does not match its estimator, or costs too much for its file.

    Parameters
    ----------
    kind : {CNNDigitClassifier, DigitReader}
    recipe : dict
    learned : dict
        Checked.
    tensors : dict of str to ndarray
    """
    _check_values(RECIPE, recipe, optional={"weight_decay", "momentum", "nesterov"})
    _check_values(ARCHITECTURES[kind], recipe["architecture"])
    refuse_unless(recipe["precision"] in PRECISIONS_OF[kind], "does not describe a network")
    _CHECK_SIZES[kind](recipe["architecture"], learned)
    cost = cost_of(recipe)
    found = {name: (array.shape, array.dtype.name) for name, array in tensors.items()}
    refuse_unless(found == cost.tensors, "holds tensors that are not those of its network")
    size = sum(array.nbytes for array in tensors.values())
    refuse_unless(
        cost.work <= max(LEAST_WORK, PER_BYTE[0] * size)
        and cost.n_values <= max(LEAST_VALUES, PER_BYTE[1] * size),
        "describes a network that takes too much work for its size",
    )
    for name, array in tensors.items():
        least = 0 if name.endswith(("running_var", "tightness")) else -math.inf
        above = 0 if name in ("temperature", "pixel_scale") else -math.inf
        refuse_unless(
            (np.abs(array) <= LARGEST).all() and (array >= least).all() and (array > above).all(),
            f"holds values in {name} that training never produces",
        )


def _check_values(checks, values, optional=frozenset()):
    """Refuse a part of a recipe in which entries are missing, unknown or invalid."""
    refuse_unless(
        isinstance(values, dict)
        and checks.keys() - optional <= values.keys() <= checks.keys()
        and all(passes(checks[name], value) for name, value in values.items()),
        "does not describe a network",
    )


def _check_classifier_sizes(architecture, learned):
    for name, expected in {
        "image_shape": learned["image_shape_"],
        "n_classes": len(learned["classes_"]),
        "patch_size": learned["patch_size_"],
        "filters": learned["filters_"],
    }.items():
        refuse_unless(architecture[name] == expected, f"states two different values of {name}")
    blocks = [block if isinstance(block, tuple) else (block,) for block in architecture["filters"]]
    sizes = architecture | {
        "pixels": math.prod(architecture["image_shape"]),
        "layers": sum(max(1, len(block)) for block in blocks)
        + len(architecture["hidden_layer_sizes"])
        + 1,
        "classes": architecture["n_classes"],
    }
    side = max(architecture["image_shape"])
    refuse_unless(
        all(sizes[name] <= most for name, most in MOST.items())
        and architecture["patch_size"] <= side
        and architecture["kernel_size"] <= 2 * side + 1,
        TOO_LARGE,
    )


def _check_reader_sizes(architecture, learned):
    n_layers = sum(map(len, architecture["filters"])) + len(architecture["context"]) + 1
    refuse_unless(n_layers <= MOST["layers"], TOO_LARGE)


_CHECK_SIZES: dict[type, Callable] = {
    CNNDigitClassifier: _check_classifier_sizes,
    DigitReader: _check_reader_sizes,
}
