"""Whether a model in a file is one that `fit` could have made: every value, and their fit."""

import math
import re
from itertools import pairwise
from numbers import Real

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skdigits.augmentation import Distortion
from skdigits.classifier import CNNDigitClassifier
from skdigits.io._error import ModelFileError, refuse_unless
from skdigits.normalizer import DigitNormalizer
from skdigits.preprocessing import PixelScaler
from skdigits.selective import SelectiveClassifier
from skdigits.training import DTYPES, OPTIMIZERS, cost_of

LARGEST_IMAGE = 2**20  # pixels
MOST_LAYERS, MOST_CLASSES, LARGEST_PATCH, LARGEST_KERNEL = 500, 10_000, 64, 31
LEAST_PRODUCTS, LEAST_VALUES = 10**9, 4 * 10**6  # for an image, whatever the size of the file
PER_BYTE = 500, 2  # of a larger file
LARGEST = float(np.finfo(np.float32).max)  # of a weight, whatever the precision
N_NORMAL = 28 * 28  # features that a normaliser gives


def is_whole(value, least=1):
    """Tell whether this is a whole number, and large enough."""
    return type(value) is int and value >= least


def is_number(value, low=-math.inf, high=math.inf):
    """Tell whether this is a finite number within limits."""
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    return is_real and math.isfinite(value) and low <= value <= high


def is_range(value, finite):
    """Tell whether these are two numbers in order."""
    if not isinstance(value, tuple) or len(value) != 2:
        return False
    allowed = is_number if finite else lambda end: is_number(end) or end in (-math.inf, math.inf)
    return all(map(allowed, value)) and value[0] <= value[1]


def is_shape(value):
    """Tell whether this is the height and width of an image."""
    return isinstance(value, tuple) and len(value) == 2 and all(map(is_whole, value))


def are_classes(value):
    """Tell whether these are labels as `numpy.unique` gives them."""
    if not isinstance(value, np.ndarray) or value.ndim != 1 or not len(value):
        return False
    if value.dtype.kind == "O" and not all(isinstance(label, str) for label in value):
        return False
    return value.dtype.kind in "biufUOmM" and bool((value[:-1] < value[1:]).all())


def are_names(value):
    """Tell whether these are the names of columns."""
    is_list = isinstance(value, np.ndarray) and value.ndim == 1
    return is_list and all(isinstance(name, str) for name in value.tolist())


def is_history(value):
    """Tell whether these are rows of a history."""
    names = ({"epoch", "train_loss", "learning_rate", "seconds"}, {"valid_loss", "valid_accuracy"})
    return isinstance(value, list) and all(
        isinstance(row, dict)
        and names[0] <= set(row) <= names[0] | names[1]
        and all(map(is_number, row.values()))
        and row["epoch"] == number
        for number, row in enumerate(value, start=1)
    )


def are_blocks(value):
    """Tell whether these are the filters of blocks."""
    blocks = [block if isinstance(block, tuple) else (block,) for block in value]
    return isinstance(value, tuple) and all(is_whole(size) for block in blocks for size in block)


def is_output(value):
    """Tell whether this is what `set_output` sets."""
    return value in [{"transform": kind} for kind in ("default", "pandas", "polars")]


def is_label(value):
    """Tell whether this is a label, or what stands for none."""
    return isinstance(value, str | bool) or is_number(value)


def is_device(value):
    """Tell whether this is a device of torch."""
    return isinstance(value, str) and re.fullmatch(r"cpu|mps|cuda(:\d{1,3})?", value) is not None


OPTIONAL = {"n_features_in_", "feature_names_in_", "_sklearn_output_config"}
_ROWS = {
    "n_features_in_": is_whole,
    "feature_names_in_": are_names,
    "_sklearn_output_config": is_output,
}
LEARNED: dict[type, dict] = {
    PixelScaler: {
        **_ROWS,
        "pixel_range_": lambda value: is_range(value, finite=True),
        "accepted_range_": lambda value: is_range(value, finite=False),
        "pixel_dtype_": lambda value: isinstance(value, np.dtype),
        "peak_": lambda value: is_number(value, 0),
        "whole_": lambda value: isinstance(value, bool),
    },
    DigitNormalizer: _ROWS,
    CNNDigitClassifier: {
        **_ROWS,
        "classes_": are_classes,
        "image_shape_": is_shape,
        "patch_size_": is_whole,
        "filters_": are_blocks,
        "max_epochs_": is_whole,
        "batch_size_": is_whole,
        "label_smoothing_": lambda value: is_number(value, 0) and value < 1,
        "augment_": lambda value: value is None or isinstance(value, Distortion),
        "device_": is_device,
        "precision_": lambda value: value in DTYPES,
        "history_": is_history,
        "n_epochs_": is_whole,
        "interrupted_": lambda value: isinstance(value, bool),
    },
    SelectiveClassifier: {
        **_ROWS,
        "classes_": are_classes,
        "reject_label_": is_label,
        "threshold_": lambda value: is_number(value, 0, 1) or value == math.inf,
        "coverage_": lambda value: is_number(value, 0, 1),
    },
}
"""What `fit` sets of each class that a file may hold, and what each must be."""


def check_learned(kind, learned):
    """Refuse learned attributes that `fit` never sets."""
    unknown = sorted(learned.keys() - LEARNED[kind].keys())
    missing = sorted(LEARNED[kind].keys() - learned.keys() - OPTIONAL)
    refuse_unless(
        not unknown,
        f"has {', '.join(unknown)} of {kind.__name__}, which this version does not know: install "
        "a newer one",
    )
    refuse_unless(not missing, f"lacks {', '.join(missing)} of {kind.__name__}")
    for name, value in learned.items():
        try:
            is_right = LEARNED[kind][name](value)
        except (TypeError, ValueError):  # what cannot be compared at all
            is_right = False
        refuse_unless(is_right, f"holds {name} of {kind.__name__} that fit never gives")
    names = learned.get("feature_names_in_")
    refuse_unless(
        names is None or len(names) == learned.get("n_features_in_"),
        "does not have a name for each column",
    )


def check_network(recipe, learned, tensors):
    """Refuse a network that is not the classifier's, or that costs more than its file lets expect.

    Parameters
    ----------
    recipe : dict
    learned : dict
        Checked.
    tensors : dict of str to ndarray
    """
    names = ["architecture", "precision", "device", "optimizer"]
    refuse_unless(isinstance(recipe, dict) and list(recipe)[:4] == names, "lacks a recipe")
    refuse_unless(recipe["optimizer"] in list(OPTIMIZERS), "names an unknown optimizer")
    for name in recipe.keys() - set(names):
        refuse_unless(
            name in ("weight_decay", "momentum", "nesterov") and is_label(recipe[name]),
            "has an optimizer with other parameters",
        )
    architecture = recipe["architecture"]
    refuse_unless(
        isinstance(architecture, dict)
        and architecture.keys()
        == {
            *("image_shape", "n_classes", "patch_size", "filters", "kernel_size"),
            *("hidden_layer_sizes", "n_estimators"),
        },
        "describes no network",
    )
    for name, expected in {
        "image_shape": learned["image_shape_"],
        "n_classes": len(learned["classes_"]),
        "patch_size": learned["patch_size_"],
        "filters": learned["filters_"],
    }.items():
        same = type(architecture[name]) is type(expected) and architecture[name] == expected
        refuse_unless(same, f"states {name} in two ways")
    hidden, n_networks = architecture["hidden_layer_sizes"], architecture["n_estimators"]
    kernel_size = architecture["kernel_size"]
    refuse_unless(
        isinstance(hidden, tuple)
        and all(map(is_whole, hidden))
        and is_whole(n_networks)
        and is_whole(kernel_size)
        and kernel_size % 2 == 1,
        "describes no network",
    )
    blocks = [block if isinstance(block, tuple) else (block,) for block in architecture["filters"]]
    n_layers = n_networks * (sum(max(1, len(block)) for block in blocks) + len(hidden) + 1)
    refuse_unless(
        n_layers <= MOST_LAYERS
        and n_networks * architecture["n_classes"] <= MOST_CLASSES
        and architecture["patch_size"] <= LARGEST_PATCH
        and kernel_size <= LARGEST_KERNEL
        and math.prod(architecture["image_shape"]) <= LARGEST_IMAGE,
        "describes a network that is too large",
    )
    try:
        cost = cost_of(recipe)
    except (RuntimeError, OverflowError) as error:  # sizes that torch cannot hold
        raise ModelFileError("describes a network that is too large") from error
    found = {name: (array.shape, array.dtype.name) for name, array in tensors.items()}
    refuse_unless(found == cost.tensors, "holds tensors that are not those of its network")
    size = sum(array.nbytes for array in tensors.values())
    refuse_unless(
        cost.n_products <= max(LEAST_PRODUCTS, PER_BYTE[0] * size)
        and cost.n_values <= max(LEAST_VALUES, PER_BYTE[1] * size),
        "describes a network that takes too much work for its size",
    )
    for name, array in tensors.items():
        least = 0 if name.endswith(("running_var", "tightness")) else -math.inf
        above = 0 if name in ("temperature", "pixel_scale") else -math.inf
        refuse_unless(
            (np.abs(array) <= LARGEST).all() and (array >= least).all() and (array > above).all(),
            f"holds values in {name} that training never gives",
        )


def check_whole(model):
    """Refuse a model whose parts do not fit together, or whose answers are no numbers."""
    parts, n_features = parts_of(model), None
    classifiers = [part for part in parts if isinstance(part, CNNDigitClassifier)]
    refuse_unless(classifiers == parts[-1:], "does not end in the one classifier of a model")
    classifier = parts[-1]
    n_pixels = math.prod(classifier.image_shape_)
    refuse_unless(classifier.n_features_in_ <= n_pixels, "has rows that fill no image")
    refuse_unless(
        len(classifier.history_) == classifier.n_epochs_, "counts epochs that its history has not"
    )
    for part, then in pairwise([*parts, None]):
        takes = getattr(part, "n_features_in_", None)
        if n_features is not None and takes is not None and not isinstance(part, DigitNormalizer):
            refuse_unless(takes == n_features, "has steps of different numbers of features")
        if isinstance(part, SelectiveClassifier):
            refuse_unless(
                np.array_equal(part.classes_, classifier.classes_)
                and part.reject_label_ not in part.classes_.tolist(),
                "rejects by a label of its classes, or has others than its classifier",
            )
            if isinstance(then, DigitNormalizer):
                continue
        n_features = N_NORMAL if isinstance(part, DigitNormalizer) else takes or n_features
    scale, mean = classifier.pixel_scale_, float(classifier.net_.module_.pixel_mean)
    probe = mean + scale * np.random.default_rng(0).normal(size=(1, *classifier.image_shape_))
    with np.errstate(all="ignore"):
        logits, scores = classifier.net_.logits_and_typical(probe)
    refuse_unless(
        np.isfinite(logits).all() and np.isfinite(scores).all(), "gives answers that are no numbers"
    )


def parts_of(model):
    """Return the estimators that rows go through, a selective wrapper before what is inside it."""
    if isinstance(model, Pipeline):
        return [part for _, step in model.steps for part in parts_of(step)]
    if isinstance(model, FrozenEstimator):
        return parts_of(model.estimator)
    if isinstance(model, SelectiveClassifier):
        return [model, *parts_of(getattr(model, "estimator_", model.estimator))]
    return [model]
