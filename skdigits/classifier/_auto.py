"""What "auto" means: an exact fit on little data, a fast one on much."""

from math import ceil

EXACT_SAMPLES = 512
"""Up to so many samples: float64, full batches and no distortion, so that a weight of two equals
a repetition to the last digits. It costs nothing there."""

MANY_SAMPLES = 10_000
"""From so many samples on: larger batches, and bfloat16 where the processor has it."""


def choose_filters(image_shape):
    """Return the filters of each block, more of them for images of at most 16 x 16 pixels."""
    return (32, 64, 128) if max(image_shape) <= 16 else (32, (64, 64))


def choose_patch_size(image_shape):
    """Return 2 where both sides have 20 pixels or more: a quarter of the work, as good."""
    return 2 if min(image_shape) >= 20 else 1


def choose_max_epochs(n_samples):
    """Return as many epochs as show about 300,000 images, from 5 to 100."""
    return min(100, max(5, ceil(300_000 / n_samples)))


def choose_batch_size(n_samples):
    """Return the size of a batch: all samples where the fit is exact, else 64 or 256."""
    if n_samples <= EXACT_SAMPLES:
        return n_samples
    return 64 if n_samples < MANY_SAMPLES else 256


def choose_precision(n_samples, *, has_float64, has_bfloat16):
    """Return the precision that the device is good at and the number of samples asks for."""
    if n_samples <= EXACT_SAMPLES and has_float64:
        return "float64"
    return "bfloat16" if n_samples >= MANY_SAMPLES and has_bfloat16 else "float32"


def choose_augment(n_samples, image_shape):
    """Tell whether to distort: not where the fit is exact, nor images below 8 x 8 pixels."""
    return n_samples > EXACT_SAMPLES and min(image_shape) >= 8


def choose_label_smoothing(n_samples):
    """Return how much to smooth labels: not at all where the fit is exact."""
    return 0.0 if n_samples <= EXACT_SAMPLES else 0.1
