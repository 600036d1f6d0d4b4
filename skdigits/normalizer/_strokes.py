"""Measure and change the width of strokes.

Every function takes a stack of images of one shape, and treats each image independently.
"""

import itertools

import numpy as np
from scipy import ndimage

CLEAR = 0.2  # of the strongest ink; traces of compression and creases are fainter
BESIDE = 0.07  # of an image's side: largest distance of a stroke's faint edge from clear ink


def near_strokes(ink):
    """Erase faint ink that is not close to clear ink.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)
        From 0 to 1.

    Returns
    -------
    ink : ndarray of shape (n, height, width)
    """
    size = 2 * max(1, round(BESIDE * max(ink.shape[1:]))) + 1
    return np.where(ndimage.maximum_filter(ink, (0, size, size)) > CLEAR, ink, 0)


def stroke_width(ink):
    """Return the mean width of strokes: twice their area divided by the length of their outline.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)
        From 0 to 1.

    Returns
    -------
    width : ndarray of shape (n,)
        In pixels; 0 if there is no ink.
    """
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    down = padded[:, 1:, :-1] - padded[:, :-1, :-1]
    right = padded[:, :-1, 1:] - padded[:, :-1, :-1]
    outline = np.sqrt(down**2 + right**2).sum((1, 2))
    return 2 * ink.sum((1, 2)) / np.maximum(outline, 1e-12)


def widen(ink, by):
    """Make strokes wider, or thinner if `by` is negative.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)
        From 0 to 1; there must be room around it.
    by : ndarray of shape (n,)
        Change of the width in pixels.

    Returns
    -------
    ink : ndarray of shape (n, height, width)
    """
    thinner = (by < 0)[:, None, None]
    grown = _grow(np.where(thinner, 1 - ink, ink), np.abs(by) / 2)
    return np.where(thinner, 1 - grown, grown)


def _grow(ink, radius):
    """Return the strongest ink near each pixel, weakened by distance: a grey dilation by cones."""
    reach = int(np.ceil(radius.max()))
    padded = np.pad(ink, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    height, width = ink.shape[1:]
    result = ink
    for down, right in itertools.product(range(2 * reach + 1), repeat=2):
        distance = np.hypot(down - reach, right - reach)
        share = np.clip(radius + 1 - distance, 0, 1)[:, None, None]
        if distance and share.any():
            near = padded[:, down : down + height, right : right + width]
            result = np.maximum(result, near * share.astype(ink.dtype))
    return result


def even_out(ink, size):
    """Strengthen faint parts of strokes: divide by the strongest ink nearby, or 0.3 if larger."""
    strongest = ndimage.maximum_filter(ink, (0, size, size))
    return np.clip(ink / np.maximum(strongest, 0.3), 0, 1)
