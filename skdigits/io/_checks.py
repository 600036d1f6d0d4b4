"""Checks that `fit` could have made the model in a file: each value, and all together."""

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
from skdigits.io._error import refuse_unless
from skdigits.normalizer import DigitNormalizer
from skdigits.numbers import DigitReader
from skdigits.preprocessing import PixelScaler
from skdigits.selective import SelectiveClassifier
from skdigits.training import PRECISIONS

MOST_SIGNS = 2**20  # characters in all allowed codes
PIXELS = [np.dtype(code).name for code in "?bBhHiIlLqQefd"]
N_NORMAL = 28 * 28  # features that a normaliser returns


def is_whole(value, least=1):
    """Tell whether this is a whole number, and large enough."""
    return type(value) is int and value >= least


def is_number(value, low=-math.inf, high=math.inf):
    """Tell whether this is a finite number within limits."""
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    return is_real and math.isfinite(value) and low <= value <= high


def is_range(value, finite):
    """Tell whether these are two numbers in order, which may be infinite unless `finite`."""
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
    """Tell whether this can be a label."""
    return isinstance(value, str | bool) or is_number(value)


def are_shares(value):
    """Tell whether these are confidences of held-out samples."""
    is_list = isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype == np.float32
    return is_list and len(value) > 0 and bool(((value >= 0) & (value <= 1)).all())


def are_flags(value):
    """Tell whether these are booleans."""
    return isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype == bool


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
        "pixel_dtype_": lambda value: value in PIXELS,
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
        "precision_": lambda value: value in PRECISIONS,
        "history_": is_history,
        "n_epochs_": is_whole,
        "interrupted_": lambda value: isinstance(value, bool),
    },
    DigitReader: {
        "held_out_confidence_": are_shares,
        "held_out_right_": are_flags,
        "max_epochs_": is_whole,
        "device_": is_device,
        "precision_": lambda value: value in ("float32", "bfloat16"),
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
"""The attributes that `fit` sets, of each class that a file may hold, and a check of each."""


def check_learned(kind, learned):
    """Refuse learned attributes that `fit` never sets."""
    unknown = sorted(learned.keys() - LEARNED[kind].keys())
    reads_pictures = {"n_features_in_"} if kind in (DigitNormalizer, SelectiveClassifier) else set()
    missing = sorted(LEARNED[kind].keys() - learned.keys() - OPTIONAL - reads_pictures)
    refuse_unless(
        not unknown,
        f"has {', '.join(unknown)!s:.100} of {kind.__name__}, which this version of skdigits does "
        "not know: install a newer one",
    )
    refuse_unless(not missing, f"lacks {', '.join(missing)} of {kind.__name__}")
    for name, value in learned.items():
        is_right = passes(LEARNED[kind][name], value)
        refuse_unless(is_right, f"holds a value of {name} of {kind.__name__} that fit never sets")
    names = learned.get("feature_names_in_")
    refuse_unless(
        names is None or len(names) == learned.get("n_features_in_"),
        "does not have a name for each column",
    )


def check_constraints(parameters):
    """Refuse allowed codes that are not strings, or take much memory as an automaton."""
    allowed = parameters.get("allowed")
    if allowed is None:
        return
    refuse_unless(
        isinstance(allowed, list | tuple) and all(isinstance(code, str) for code in allowed),
        "has allowed codes that are not a list of strings",
    )
    n_signs, longest = sum(map(len, allowed)), max(map(len, allowed), default=0)
    refuse_unless(
        n_signs <= MOST_SIGNS and len(allowed) * longest <= 16 * MOST_SIGNS,
        f"has allowed codes of more than {MOST_SIGNS:,} characters",
    )


def passes(check, value):
    """Tell whether a value is as it must be."""
    try:
        return bool(check(value))
    except (TypeError, ValueError):  # the value cannot be compared
        return False


def check_whole(model):
    """Refuse a model whose parts do not fit together, or whose predictions are not finite."""
    parts = parts_of(model)
    networks = [part for part in parts if isinstance(part, CNNDigitClassifier | DigitReader)]
    refuse_unless(networks == parts[-1:], "does not have exactly one classifier, as its last step")
    n_epochs = parts[-1].n_epochs_
    refuse_unless(len(parts[-1].history_) == n_epochs, "counts other epochs than its history")
    if isinstance(parts[-1], DigitReader):
        _check_reader(parts[-1])
    else:
        _check_classifier(parts)


def _check_reader(reader):
    refuse_unless(
        len(reader.held_out_confidence_) == len(reader.held_out_right_),
        "has different numbers of confidences and held-out readings",
    )
    line = np.random.default_rng(0).integers(0, 256, (32, 64), dtype=np.uint8)
    with np.errstate(all="ignore"):
        (steps,) = reader.net_.log_probabilities([line])
    _check_answers(steps)


def _check_classifier(parts):
    classifier, n_features = parts[-1], None
    shape, length = classifier.image_shape_, classifier.n_features_in_
    fills = math.prod(shape) == length or shape == find_image_shape(length)
    refuse_unless(fills, "has rows that do not fill an image")
    for part, then in pairwise([*parts, None]):
        takes = getattr(part, "n_features_in_", None)
        if n_features is not None and takes is not None and not isinstance(part, DigitNormalizer):
            refuse_unless(takes == n_features, "has steps that take different numbers of features")
        if isinstance(part, PixelScaler):
            (low, high), (least, most) = part.pixel_range_, part.accepted_range_
            refuse_unless(least <= low and high <= most, "accepts only part of its pixel range")
        if isinstance(part, SelectiveClassifier):
            refuse_unless(
                np.array_equal(part.classes_, classifier.classes_)
                and part.reject_label_ not in part.classes_.tolist(),
                "rejects with a label that is a class, or has other classes than its classifier",
            )
            if isinstance(then, DigitNormalizer):
                continue
        n_features = N_NORMAL if isinstance(part, DigitNormalizer) else takes or n_features
    scale, mean = classifier.pixel_scale_, classifier.net_.pixel_mean
    probe = mean + scale * np.random.default_rng(0).normal(size=(1, *classifier.image_shape_))
    with np.errstate(all="ignore"):
        logits, scores = classifier.net_.logits_and_typical(probe)
    _check_answers(logits, scores)


def _check_answers(*arrays):
    are_numbers = all(np.isfinite(array).all() for array in arrays)
    refuse_unless(are_numbers, "gives predictions that are not finite numbers")


def parts_of(model):
    """Return the estimators of a model in order, a selective wrapper before what it wraps."""
    if isinstance(model, Pipeline):
        return [part for _, step in model.steps for part in parts_of(step)]
    if isinstance(model, FrozenEstimator):
        return parts_of(model.estimator)
    if isinstance(model, SelectiveClassifier):
        return [model, *parts_of(getattr(model, "estimator_", model.estimator))]
    return [model]
