"""Rules and frames that touch the digit: thin lines from edge to edge of the image."""

import numpy as np
from scipy import ndimage

INK = 0.3
FULL = 0.95  # of the way from edge to edge
THICKEST, SLOPE, MARGIN = 0.12, 0.02, 0.08  # of the image's side


def erase_rules(ink):
    """Erase lines along the edges, in the outer quarters, but not the strokes that cross them.

    Where the ink besides the lines comes close to an edge, as in an image that is cropped to its
    digit, they are taken for strokes, and stay.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)

    Returns
    -------
    ink : ndarray of shape (n, height, width)
        The same array where no image has a rule.
    n_rules : ndarray of int of shape (n,)
    """
    marked = ink > INK
    across, down = _on_lines(marked), _on_lines(marked.swapaxes(1, 2))
    n_rules = _count(across) + _count(down)
    (some,) = np.nonzero(n_rules)
    lines = _pixels(marked[some], across[some])
    lines |= _pixels(marked[some].swapaxes(1, 2), down[some]).swapaxes(1, 2)
    besides = marked[some] & ~lines
    down, right = (round(MARGIN * side + 0.5) for side in ink.shape[1:])
    inside = besides[:, down:-down, right:-right]
    are_rules = inside.any((1, 2)) & (inside.sum((1, 2)) == besides.sum((1, 2)))
    n_rules[some[~are_rules]] = 0
    if not are_rules.any():
        return ink, n_rules
    ink = ink.copy()
    ink[some[are_rules]] *= ~lines[are_rules]
    return ink, n_rules


def _on_lines(marked):
    """Return which rows of each image lie on lines: an array of shape (n, height)."""
    height = marked.shape[1]
    near = ndimage.maximum_filter1d(marked, 2 * max(1, round(SLOPE * height)) + 1, axis=1)
    on_lines = near.mean(2) > FULL
    on_lines[:, height // 4 : -(height // 4)] = False
    return on_lines


def _count(on_lines):
    """Return the number of runs of rows on lines in each image."""
    return (on_lines & ~np.pad(on_lines, [(0, 0), (1, 0)])[:, :-1]).sum(1)


def _pixels(marked, on_lines):
    """Return the pixels on lines, with their faint neighbours, but not those of tall strokes."""
    height = marked.shape[1]
    tall = np.ones((1, round(THICKEST * height) + 2, 1), dtype=bool)
    strokes = ndimage.binary_opening(marked, tall)
    lines = marked & ~strokes & on_lines[:, :, None]
    return ndimage.binary_dilation(lines, np.ones((1, 3, 1), dtype=bool)) & ~strokes
