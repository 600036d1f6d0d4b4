"""Find the box of the ink, and place the ink in an image of MNIST's form.

Every function takes a stack of images of one shape, and treats each image independently.
"""

from typing import NamedTuple

import numpy as np


class Boxes(NamedTuple):
    """The box of the ink in each image: arrays of int of shape (n,)."""

    top: np.ndarray
    left: np.ndarray
    height: np.ndarray
    width: np.ndarray


def find_boxes(ink):
    """Return the tight box of the ink in each image; without ink, its height and width are 0.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)

    Returns
    -------
    boxes : Boxes
    """
    (top, height), (left, width) = (_extent((ink > 0).any(axis)) for axis in (2, 1))
    return Boxes(top, left, height, width)


def _extent(marked):
    """Return the first marked position of each row, and the length up to the last one."""
    first = marked.argmax(1)
    last = marked.shape[1] - 1 - marked[:, ::-1].argmax(1)
    return first, np.where(marked.any(1), last - first + 1, 0)


def place(ink, boxes, side, inner, *, by_mass=True):
    """Fit each box's content into a square in the middle of a new image.

    Parameters
    ----------
    ink : ndarray of float32 of shape (n, height, width)
    boxes : Boxes
    side : int
        Height and width of the new images in pixels.
    inner : int
        New length of the longer side of each box in pixels; the other keeps the proportions.
    by_mass : bool, default=True
        Whether to put the centre of mass in the middle, to the nearest pixel. If False, the centre
        of the box.

    Returns
    -------
    images : ndarray of float32 of shape (n, side, side)
        The strongest ink is 1; images with an empty box are 0.

    References
    ----------
    Yadav & Bottou, "Cold Case: The Lost MNIST Digits", NeurIPS 2019.
    """
    scale = inner / np.maximum(np.maximum(boxes.height, boxes.width), 1)
    weights = []
    for axis, start, length in ((1, boxes.top, boxes.height), (2, boxes.left, boxes.width)):
        n_source = ink.shape[axis]
        cells = np.maximum(np.rint(length * scale), 1)
        first = (side - cells) // 2
        if by_mass:
            at_zero = area_weights(start, length, n_source, np.zeros_like(cells), cells, side)
            mass = (at_zero @ ink.sum(3 - axis)[:, :, None])[:, :, 0]
            centre = mass @ np.arange(side) / np.maximum(mass.sum(1), 1e-12)
            first = np.clip(np.rint(side / 2 - centre), 0, side - cells)
        weights.append(area_weights(start, length, n_source, first, cells, side))
    images = weights[0] @ ink @ weights[1].swapaxes(1, 2)
    strongest = images.max((1, 2), keepdims=True)
    return np.divide(images, strongest, out=np.zeros_like(images), where=strongest > 0)


def area_weights(start, length, n_source, first, cells, n_target):
    """Return the share of each source pixel in each target pixel, along one axis.

    `length` source pixels from `start` on are resampled to `cells` target pixels from `first` on.

    Returns
    -------
    weights : ndarray of float32 of shape (n, n_target, n_source)
    """
    step = (length / cells)[:, None]
    edges = start[:, None] + (np.arange(n_target + 1) - first[:, None]) * step
    edges = np.clip(edges, start[:, None], (start + length)[:, None]).astype(np.float32)
    covered = np.clip(edges[:, :, None] - np.arange(n_source, dtype=np.float32), 0, 1)
    return np.diff(covered, axis=1) / np.maximum(step, 1e-12)[:, :, None].astype(np.float32)
