"""Erase ruled lines and frames that touch the digit: thin lines from edge to edge of the image."""

import numpy as np
from scipy import ndimage

INK = 0.3
FULL = 0.95  # of the way from edge to edge
THICKEST, SLOPE, MARGIN = 0.07, 0.02, 0.08  # of the image's side
SIDE = 0.7  # of the way from edge to edge: long enough for a side of a frame
TOUCH = 2  # pixels
OUTSIDE = 0.3  # of the ink within a frame: if there is more outside, it is not a frame


def erase_frames(ink):
    """Erase frames around a digit, and all ink outside them.

    A frame has three or four sides, in the outer thirds of the image. The digit may touch or cross
    one of them. If the ink inside touches several, they are straight strokes of the digit itself.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)

    Returns
    -------
    ink : ndarray of shape (n, height, width)
        The same array if no image has a frame.
    n_sides : ndarray of int of shape (n,)
        Number of sides erased in each image.
    """
    marked = ink > INK
    n_sides = np.zeros(len(ink), dtype=int)
    _, height, width = ink.shape
    across, down = _sides(marked), _sides(marked.swapaxes(1, 2))
    (top, bottom), (left, right) = (_inner_edges(sides) for sides in (across, down))
    n_found = (top > 0).astype(int) + (bottom < height) + (left > 0) + (right < width)
    erased = ink
    for i in np.flatnonzero(n_found >= 3):
        inner = slice(top[i], bottom[i]), slice(left[i], right[i])
        inside = marked[i][inner]
        besides = marked[i] & ~across[i][:, None] & ~down[i]
        n_outside = besides.sum() - besides[inner].sum()
        edges = inside[:TOUCH], inside[-TOUCH:], inside[:, :TOUCH], inside[:, -TOUCH:]
        found = top[i] > 0, bottom[i] < height, left[i] > 0, right[i] < width
        n_touched = sum(edge.any() for edge, is_side in zip(edges, found, strict=True) if is_side)
        if not inside.any() or n_outside > OUTSIDE * inside.sum() or n_touched > 1:
            continue
        if erased is ink:
            erased = ink.copy()
        erased[i] = 0
        erased[i][inner] = ink[i][inner]
        n_sides[i] = n_found[i]
    return erased, n_sides


def _sides(marked):
    """Tell which rows of each image may be sides of a frame: an array of shape (n, height)."""
    rows = _near(marked).mean(2) > SIDE
    third = max(1, rows.shape[1] // 3)
    rows[:, third:-third] = False
    return rows


def _inner_edges(rows):
    """Return the row below the lowest upper side, or 0, and the highest lower side, or height."""
    height = rows.shape[1]
    third = max(1, height // 3)
    above, below = rows[:, third - 1 :: -1], rows[:, height - third :]
    first = np.where(above.any(1), third - above.argmax(1), 0)
    last = np.where(below.any(1), height - third + below.argmax(1), height)
    return first, last


def erase_rules(ink):
    """Erase ruled lines in the outer quarters of the image, but not the strokes that cross them.

    If other ink comes close to an edge, as in an image that is cropped to its digit, the lines are
    taken for strokes and are kept.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)

    Returns
    -------
    ink : ndarray of shape (n, height, width)
        The same array if no image has a ruled line.
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
    """Tell which rows of each image are ruled lines: an array of shape (n, height)."""
    height = marked.shape[1]
    on_lines = _near(marked).mean(2) > FULL
    on_lines[:, height // 4 : -(height // 4)] = False
    return on_lines


def _near(marked):
    """Mark the pixels above and below marked ones too: lines may be slightly slanted."""
    size = 2 * max(1, round(SLOPE * marked.shape[1])) + 1
    return ndimage.maximum_filter1d(marked, size, axis=1)


def _count(on_lines):
    """Return the number of lines in each image: runs of adjacent marked rows."""
    return (on_lines & ~np.pad(on_lines, [(0, 0), (1, 0)])[:, :-1]).sum(1)


def _pixels(marked, on_lines):
    """Return the pixels of lines and their faint neighbours, but not those of tall strokes."""
    height = marked.shape[1]
    tall = np.ones((1, round(THICKEST * height) + 2, 1), dtype=bool)
    strokes = ndimage.binary_opening(marked, tall)
    lines = marked & ~strokes & on_lines[:, :, None]
    return ndimage.binary_dilation(lines, np.ones((1, 3, 1), dtype=bool)) & ~strokes
