"""Whether a model in a file is one that `fit` could have made: every value, and their fit."""

import math
import re
from itertools import pairwise
from numbers import Real

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skdigits._utils.images import find_image_shape
from skdigits.augmentation import Distortion
from skdigits.classifier import CNNDigitClassifier
from skdigits.io._error import ModelFileError, refuse_unless
from skdigits.normalizer import DigitNormalizer
from skdigits.preprocessing import PixelScaler
from skdigits.selective import SelectiveClassifier
from skdigits.training import DTYPES, OPTIMIZERS, cost_of

MOST = {"pixels": 2**20, "patch_size": 64, "kernel_size": 31, "layers": 200, "classes": 10_000}
LEAST_WORK, LEAST_VALUES = 10**9, 4 * 10**6  # for an image, whatever the size of the file
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
    """Tell whether these are two numbers in order, of finite distance or with infinite ends."""
    if not isinstance(value, tuple) or len(value) != 2:
        return False
    low, high = value
    if finite:
        return is_number(low) and is_number(high) and 0 <= high - low < math.inf
    return all(is_number(end) or end in (-math.inf, math.inf) for end in value) and low <= high


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


OPTIONAL = {"feature_names_in_", "_sklearn_output_config"}
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
    reads_pictures = {"n_features_in_"} if kind in (DigitNormalizer, SelectiveClassifier) else set()
    missing = sorted(LEARNED[kind].keys() - learned.keys() - OPTIONAL - reads_pictures)
    refuse_unless(
        not unknown,
        f"has {', '.join(unknown)!s:.100} of {kind.__name__}, which this version does not know: "
        "install a newer one",
    )
    refuse_unless(not missing, f"lacks {', '.join(missing)} of {kind.__name__}")
    for name, value in learned.items():
        is_right = _passes(LEARNED[kind][name], value)
        refuse_unless(is_right, f"holds {name} of {kind.__name__} that fit never gives")
    names = learned.get("feature_names_in_")
    refuse_unless(
        names is None or len(names) == learned.get("n_features_in_"),
        "does not have a name for each column",
    )


ARCHITECTURE = {
    "image_shape": is_shape,
    "n_classes": is_whole,
    "patch_size": is_whole,
    "filters": are_blocks,
    "kernel_size": lambda value: is_whole(value) and value % 2 == 1,
    "hidden_layer_sizes": lambda value: isinstance(value, tuple) and all(map(is_whole, value)),
    "n_estimators": is_whole,
}
RECIPE = {
    "architecture": lambda value: isinstance(value, dict),
    "precision": lambda value: value in DTYPES,
    "device": is_device,
    "optimizer": lambda value: value in OPTIMIZERS,
    "weight_decay": is_number,
    "momentum": is_number,
    "nesterov": lambda value: isinstance(value, bool),
}
"""What a network is made of, and what each must be."""


def _check_values(checks, values, optional=frozenset()):
    """Refuse a part of a recipe that lacks something, or holds what no recipe does."""
    refuse_unless(
        isinstance(values, dict)
        and checks.keys() - optional <= values.keys() <= checks.keys()
        and all(_passes(checks[name], value) for name, value in values.items()),
        "describes no network",
    )


def _passes(check, value):
    """Tell whether a value is as it must be."""
    try:
        return bool(check(value))
    except (TypeError, ValueError):  # what cannot be compared at all
        return False


def check_network(recipe, learned, tensors):
    """Refuse a network that is not the classifier's, or that costs more than its file lets expect.

    Parameters
    ----------
    recipe : dict
    learned : dict
        Checked.
    tensors : dict of str to ndarray
    """
    _check_values(RECIPE, recipe, optional={"weight_decay", "momentum", "nesterov"})
    architecture = recipe["architecture"]
    _check_values(ARCHITECTURE, architecture)
    for name, expected in {
        "image_shape": learned["image_shape_"],
        "n_classes": len(learned["classes_"]),
        "patch_size": learned["patch_size_"],
        "filters": learned["filters_"],
    }.items():
        refuse_unless(architecture[name] == expected, f"states {name} in two ways")
    n_networks, n_hidden = architecture["n_estimators"], len(architecture["hidden_layer_sizes"])
    blocks = [block if isinstance(block, tuple) else (block,) for block in architecture["filters"]]
    sizes = architecture | {
        "pixels": math.prod(architecture["image_shape"]),
        "layers": n_networks * (sum(max(1, len(block)) for block in blocks) + n_hidden + 1),
        "classes": n_networks * architecture["n_classes"],
    }
    side = max(architecture["image_shape"])
    refuse_unless(
        all(sizes[name] <= most for name, most in MOST.items())
        and architecture["patch_size"] <= side
        and architecture["kernel_size"] <= 2 * side + 1,
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
        cost.work <= max(LEAST_WORK, PER_BYTE[0] * size)
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
    shape, length = classifier.image_shape_, classifier.n_features_in_
    fills = math.prod(shape) == length or shape == find_image_shape(length)
    refuse_unless(fills, "has rows that fill no image")
    refuse_unless(
        len(classifier.history_) == classifier.n_epochs_, "counts epochs that its history has not"
    )
    for part, then in pairwise([*parts, None]):
        takes = getattr(part, "n_features_in_", None)
        if n_features is not None and takes is not None and not isinstance(part, DigitNormalizer):
            refuse_unless(takes == n_features, "has steps of different numbers of features")
        if isinstance(part, PixelScaler):
            (low, high), (least, most) = part.pixel_range_, part.accepted_range_
            refuse_unless(least <= low and high <= most, "accepts no pixels of its own range")
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
