"""What "auto" means: an exact fit on a handful of images, a fast one on many."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from skdigits import training
from skdigits.augmentation import Distortion

EXACT_SAMPLES = 40
"""Up to this number of samples, the fit is exact: float64, full batches and no distortion, so that
a weight of two equals a repetition to the last digits. With more samples, batches and distortion
give a better network."""

MANY_SAMPLES = 10_000
"""From this number of samples on: larger batches, and bfloat16 if the processor supports it."""

EXACT_EPOCHS = 100


@dataclass
class Situation:
    """The conditions that the choices depend on.

    Parameters
    ----------
    n_samples : int
        Number of training images.
    image_shape : tuple of int
        Their ``(height, width)``.
    device : str, default="cpu"
        Device of the training.
    """

    n_samples: int
    image_shape: tuple
    device: str = "cpu"


def _patch_size(at):
    return 2 if min(at.image_shape) >= 20 else 1  # a quarter of the work, no less accurate


def _filters(at):
    return (32, 64, 128) if max(at.image_shape) <= 16 else (32, (64, 64))


def _max_epochs(at):
    if at.n_samples <= EXACT_SAMPLES:
        return EXACT_EPOCHS
    if at.n_samples < MANY_SAMPLES:
        return ceil(1_000 / sqrt(at.n_samples))
    return max(5, ceil(200_000 / at.n_samples))  # large batches mean fewer steps


def _batch_size(at):
    if at.n_samples <= EXACT_SAMPLES:
        return at.n_samples
    if at.n_samples < MANY_SAMPLES:
        return 32 if at.n_samples <= 1_000 else 64
    return 256


def _label_smoothing(at):
    return 0.0 if at.n_samples <= EXACT_SAMPLES else 0.1


def _augment(at):
    return at.n_samples > EXACT_SAMPLES and min(at.image_shape) >= 8


def _device(at):
    return training.find_device("auto")


def _precision(at):
    if at.n_samples <= EXACT_SAMPLES and not at.device.startswith("mps"):  # which lacks float64
        return "float64"
    return (
        "bfloat16"
        if at.n_samples >= MANY_SAMPLES and training.has_bfloat16(at.device)
        else "float32"
    )


RULES: dict[str, Callable[[Situation], Any]] = {
    "patch_size": _patch_size,
    "filters": _filters,
    "max_epochs": _max_epochs,
    "batch_size": _batch_size,
    "label_smoothing": _label_smoothing,
    "augment": _augment,
    "device": _device,
    "precision": _precision,
}
"""The rule for each parameter that may be "auto". Its choice becomes the attribute with the
parameter's name and an underscore."""


def choose(name, value, situation):
    """Return the value of a parameter or, if it is "auto", the choice of its rule."""
    chosen = RULES[name](situation) if is_text(value, "auto") else value
    return _MEANINGS[name](chosen) if name in _MEANINGS else chosen


def is_text(value, text):
    """Tell whether a parameter, which may also be an array, equals this text."""
    return isinstance(value, str) and value == text


def _as_distortion(augment):
    if is_text(augment, "paper"):
        return Distortion.paper()
    if isinstance(augment, Distortion):
        return augment
    return Distortion() if augment else None


def _as_blocks(filters):
    return tuple(
        tuple(map(int, block)) if hasattr(block, "__len__") else int(block) for block in filters
    )


_MEANINGS: dict[str, Callable] = {
    "augment": _as_distortion,
    "filters": _as_blocks,
    "device": lambda device: training.find_device(str(device)),
}
