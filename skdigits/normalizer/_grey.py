"""Convert numbers, colours and opacity to grey levels, from 0 for black to 1 for white."""

import numpy as np

SCALES = 1.0, 255.0, 65_535.0  # white, in numbers other than uint8 and uint16
OVERSHOOT = 1.25  # times white: the largest number that resampling may give
LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def to_unit(images):
    """Scale images to the range from 0 to 1, each by itself.

    The scale of uint8 and uint16 is that of their dtype. An image of 0 and 1 only is black and
    white, whatever its dtype.

    Parameters
    ----------
    images : ndarray of shape (n, ...)
        Finite, and not empty.

    Returns
    -------
    images : ndarray of float32 of the same shape
    """
    axes = tuple(range(1, images.ndim))
    low, high = (limit(axes, keepdims=True) for limit in (images.min, images.max))
    return scale(images, low, high)


def scale(images, low, high):
    """Scale images with this minimum and maximum to the range from 0 to 1."""
    if images.dtype.kind == "u" and images.dtype.itemsize <= 2:
        top = np.where(high > 1, np.iinfo(images.dtype).max, 1)
        return images / top.astype(np.float32)
    low, high = (np.asarray(limit, dtype=float) for limit in (low, high))
    known = (low >= 0) & (high <= SCALES[-1])
    top = np.select([high <= OVERSHOOT * largest for largest in SCALES], SCALES, high)
    low, high = np.where(known, 0.0, low), np.where(known, np.maximum(top, high), high)
    return ((images - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)


def split_opacity(array, premultiplied=False):
    """Return colours of shape (height, width, 1 or 3) times their opacity, and the opacity."""
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
    """Return the colour of the paper behind transparent pixels.

    If most of the picture is opaque, the opaque part is paper, otherwise it is ink, which contrasts
    with the paper.
    """
    opaque = opacity > 0.5
    if opaque.mean() > 0.5:
        return np.median(colours[opaque], axis=0)
    return float(colours.sum() < 0.5 * colours.shape[2] * opacity.sum())


def _axis(colours):
    """Return the weights of red, green and blue whose weighted sum varies most."""
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
    """Return the means of whole blocks of pixels; the block of a thin strip is as thin."""
    down, right = (min(factor, side) for side in grey.shape)
    height, width = grey.shape[0] // down, grey.shape[1] // right
    blocks = grey[: height * down, : width * right].reshape(height, down, width, right)
    return blocks.mean((1, 3))
