"""Numbers, colours and opacity as grey levels from 0 for black to 1 for white."""

import numpy as np

SCALES = 1.0, 255.0, 65_535.0  # of numbers other than bytes and words
OVERSHOOT = 1.25  # times its scale: so far do the numbers of a resampled picture reach
LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def to_unit(images):
    """Return images on a scale from 0 to 1: each on its own, or bytes and words on theirs.

    An image of nothing but 0 and 1 is black and white, whatever its dtype.

    Parameters
    ----------
    images : ndarray of shape (n, ...)
        Not empty, finite.

    Returns
    -------
    images : ndarray of float32 of the same shape
    """
    axes = tuple(range(1, images.ndim))
    low, high = (limit(axes, keepdims=True) for limit in (images.min, images.max))
    return scale(images, low, high)


def scale(images, low, high):
    """Return images from 0 to 1 that have these least and largest numbers."""
    if images.dtype.kind == "u" and images.dtype.itemsize <= 2:
        top = np.where(high > 1, np.iinfo(images.dtype).max, 1)
        return images / top.astype(np.float32)
    low, high = (np.asarray(limit, dtype=float) for limit in (low, high))
    known = (low >= 0) & (high <= SCALES[-1])
    top = np.select([high <= OVERSHOOT * largest for largest in SCALES], SCALES, high)
    low, high = np.where(known, 0.0, low), np.where(known, np.maximum(top, high), high)
    return ((images - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)


def split_opacity(array, premultiplied=False):
    """Return colours of shape (height, width, 1 or 3), times their opacity, and that opacity."""
    if array.ndim == 2:
        array = array[:, :, None]
    if array.shape[2] < 4:
        return array, np.ones(array.shape[:2], dtype=np.float32)
    opacity = array[:, :, 3]
    return array[:, :, :3] * (1 if premultiplied else opacity[:, :, None]), opacity


def to_grey(colours, opacity):
    """Return grey levels of colours that were multiplied by their opacity."""
    if opacity.min() < 1:
        colours = colours + (1 - opacity)[:, :, None] * _behind(colours, opacity)
    if colours.shape[2] == 1:
        return colours[:, :, 0]
    axis = _axis(colours.reshape(-1, 3)[:: 1 + colours.size // 60_000])
    return colours @ axis - np.minimum(axis, 0).sum()


def _behind(colours, opacity):
    """Return the colour of paper that is to show through.

    Where most of the picture is opaque, that is its paper, else its ink.
    """
    opaque = opacity > 0.5
    if opaque.mean() > 0.5:
        return np.median(colours[opaque], axis=0)
    return float(colours.sum() < 0.5 * colours.shape[2] * opacity.sum())


def _axis(colours):
    """Return the weights of red, green and blue whose sum differs most among some colours."""
    if np.ptp(colours, axis=1).max() < 0.1:
        return LUMINANCE
    _, axes = np.linalg.eigh(np.cov(colours.T))
    axis = axes[:, -1]
    axis = axis * (1 if axis @ LUMINANCE >= 0 else -1)
    return (axis / np.abs(axis).sum()).astype(np.float32)


def reduce_to(grey, longest):
    """Return grey levels reduced by a whole factor until no side is longer."""
    factor = -(-max(grey.shape) // longest)
    return grey if factor == 1 else block_means(grey, factor)


def block_means(grey, factor):
    """Return the means of whole blocks of pixels; a strip is less than a block across."""
    down, right = (min(factor, side) for side in grey.shape)
    height, width = grey.shape[0] // down, grey.shape[1] // right
    blocks = grey[: height * down, : width * right].reshape(height, down, width, right)
    return blocks.mean((1, 3))
