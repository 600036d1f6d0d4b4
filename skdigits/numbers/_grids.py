"""Find ruled lines, grids and frames on a level page, and separate them from the writing."""

import numpy as np

from skdigits.numbers._parts import closed, runs

LONG = 2.5  # heights of a digit: no stroke is straight for this length
WIDE = 4  # heights of a digit: wider connected ink may contain a ruled line
STRAIGHT, BAND = 0.8, 0.12  # of a frame's side: this much of it has ink within this distance
DENSEST = 0.4  # largest share of ink in a frame's box
LEAST = 8  # pixels: shortest side of a frame
MOST_FRAMES = 500  # largest parts of a page that are examined


def find_rules(marked, labels, places, height):
    """Return the pixels of ruled lines and frames, except where strokes cross them.

    Parameters
    ----------
    marked : ndarray of bool of shape (height, width)
        Whether each pixel is ink.
    labels : ndarray of int of the same shape
        Number of each patch of connected ink, from 1.
    places : list of tuple of slice
        Rows and columns of each patch.
    height : float
        Height of a digit in pixels.

    Returns
    -------
    rules : ndarray of bool of the same shape
    """
    rules = np.zeros_like(marked)
    sides = np.array([[part.stop - part.start for part in place] for place in places])
    large = np.flatnonzero(sides.max(1) >= height)
    for index in large[np.argsort(-sides[large].max(1))][:MOST_FRAMES]:
        part = labels[places[index]] == index + 1
        rules[places[index]] |= _rules_of(part, height)
    return rules


def _rules_of(part, height):
    """Return the pixels of ruled lines in a connected patch of ink."""
    (down, across), long = part.shape, round(LONG * height)
    none = np.zeros_like(part)
    if is_frame(part):
        lengths = round(min(STRAIGHT * down, long)), round(min(STRAIGHT * across, long))
    elif max(down, across) >= WIDE * height:
        lengths = long, long
    else:
        return none
    level = runs(part, lengths[1], axis=1) & part if lengths[1] <= across else none
    upright = runs(part, lengths[0], axis=0) & part if lengths[0] <= down else none
    besides = part & ~level & ~upright
    reach = max(3, round(0.15 * height))
    crossed = level & ~upright & closed(besides, reach, axis=0)
    crossed |= upright & ~level & closed(besides, reach, axis=1)
    return (level | upright) & ~crossed


def is_frame(part):
    """Tell whether connected ink fills both its sides and its top or bottom, with corners."""
    down, across = (max(2, round(BAND * side)) for side in part.shape)
    if min(part.shape) < LEAST or part.mean() > DENSEST:
        return False
    left, right, top, bottom = (
        edge.any(axis).mean() >= STRAIGHT
        for edge, axis in (
            (part[:, :across], 1),
            (part[:, -across:], 1),
            (part[:down], 0),
            (part[-down:], 0),
        )
    )
    corners = [
        part[rows, columns].any()
        for rows in (slice(down), slice(-down, None))
        for columns in (slice(across), slice(-across, None))
    ]
    return left and right and (top or bottom) and sum(corners) >= 3
