"""Find the ink in grey images: from 0 for paper to 1 for the strongest ink.

Every function takes a stack of images of one shape, and treats each image independently.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

WITHIN_IMAGE = np.zeros((3, 3, 3), dtype=bool)
WITHIN_IMAGE[1] = True
"""Neighbours, also diagonal ones, in the same image of a stack."""


LARGE = 40  # pixels; in smaller images, even a faint pixel may be part of a stroke
FAINTEST = 0.06  # of the contrast: fainter ink is an artefact of compression around strokes
WIDE, CLOSE = 0.5, 0.2  # of the smaller side: every window of this size shows some paper


class Ink(NamedTuple):
    """The ink found in n images.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)
        From 0 for paper to 1 for the strongest ink.
    inverted : ndarray of bool of shape (n,)
        Whether the ink was darker than the paper.
    contrast : ndarray of shape (n,)
        Difference between ink and paper, in grey levels from 0 to 1.
    noise : ndarray of shape (n,)
        Standard deviation of the paper, in the same grey levels.
    """

    ink: np.ndarray
    inverted: np.ndarray
    contrast: np.ndarray
    noise: np.ndarray


def find_ink(grey, ink="auto", window=WIDE):
    """Separate ink from paper.

    Parameters
    ----------
    grey : ndarray of shape (n, height, width)
        From 0 for black to 1 for white.
    ink : {"auto", "dark", "light"}, default="auto"
        Whether it is darker or lighter than the paper.
    window : float, default=0.5
        Side of a square window that no stroke fills, as a share of the image's smaller side.

    Returns
    -------
    found : Ink
        Images whose contrast is no stronger than the noise have no ink.
    """
    inverted = ink_is_dark(grey) if ink == "auto" else np.full(len(grey), ink == "dark")
    found = _find(grey, inverted, window)
    (empty,) = np.nonzero(~found.ink.any((1, 2)))
    if window <= CLOSE or not len(empty):
        return found
    # A shadow may be stronger than the ink. A smaller window finds the paper beside the strokes.
    # With the wrong polarity, that paper would count as ink and cover more than the strokes do.
    for is_dark in (True, False) if ink == "auto" else (ink == "dark",):
        closer = _find(grey[empty], np.full(len(empty), is_dark), CLOSE)
        filled, before = (each.sum((1, 2)) for each in (closer.ink, found.ink[empty]))
        better = (filled > 0) & ((filled < before) | (before == 0))
        for mine, its in zip(found, closer, strict=True):
            mine[empty[better]] = its[better]
    return found


def _find(grey, inverted, window):
    """Find ink of a known polarity, as `find_ink` does."""
    light = np.where(inverted[:, None, None], 1 - grey, grey)
    above = light - _ground(light, window)
    middle, noise = _paper(above)
    least = FAINTEST if max(grey.shape[1:]) > LARGE else 0.0
    strongest = _high(above)
    contrast = strongest - middle
    floor = middle + np.maximum(3 * noise, least * contrast)
    visible = (strongest - floor > 0.02) & (contrast > 6 * noise)
    spread = np.where(visible, strongest - floor, np.inf)
    clear = np.clip((above - floor[:, None, None]) / spread[:, None, None], 0, 1)
    return Ink(clear, inverted, contrast, noise)


def ink_is_dark(grey):
    """Tell for each image whether its ink is darker than its paper.

    Paper is the shade of most pixels, and of most at the border, except for a light card on a dark
    table.
    """
    low, high = grey.min((1, 2)), grey.max((1, 2))
    middle = ((low + high) / 2)[:, None, None]
    light = grey > middle
    edges = (light[:, 0], light[:, -1], light[:, 1:-1, 0], light[:, 1:-1, -1])
    border = np.concatenate(edges, axis=1)
    share, at_border = light.mean((1, 2)), border.mean(1)
    on_a_table = (share > 0.6) & (at_border < 0.1)
    return on_a_table | (share + at_border > 1)


def _ground(light, window):
    """Return the paper under light ink: the minimum of a window that no stroke fills."""
    size = max(3, round(window * min(light.shape[1:])))
    if light.max() == 0:
        return light
    return ndimage.minimum_filter(light, (0, size, size))


def _paper(above):
    """Return the level and the standard deviation of the darker half of the greys, the paper."""
    ordered = np.sort(above.reshape(len(above), -1), axis=1)
    middle = (ordered[:, 0] + ordered[:, -1]) / 2
    n_paper = (ordered <= middle[:, None]).sum(1)

    def quantile(share):
        return np.take_along_axis(ordered, (share * n_paper).astype(int)[:, None], 1)[:, 0]

    level = quantile(0.5)
    return level, (level - quantile(0.1)) / 1.2816


def _high(above):
    """Return the level of the strongest ink."""
    n_pixels = above[0].size
    rank = min(max(1, round(0.002 * n_pixels)), 20)  # a hairline in a photo has few pixels
    return np.partition(above.reshape(len(above), -1), n_pixels - rank, axis=1)[:, -rank]
