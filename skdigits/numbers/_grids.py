"""Rules, grids and frames on a level page, told from the writing in them."""

import numpy as np

from skdigits.numbers._parts import closed, runs

LONG = 2.5  # heights of a digit: no stroke is straight for so long
WIDE = 4  # heights of a digit, from which on connected ink may hold a rule
STRAIGHT, BAND = 0.8, 0.12  # of a frame's side: as much of it goes along as near to it
DENSEST = 0.4  # of a frame's box is ink
LEAST = 8  # pixels of a frame's side
MOST_FRAMES = 500  # that are looked for on a page, the largest


def find_rules(marked, labels, places, height):
    """Return the pixels of rules and frames, but for those that strokes cross.

    Parameters
    ----------
    marked : ndarray of bool of shape (height, width)
        Where there is ink.
    labels : ndarray of int of the same shape
        Of connected ink, from 1.
    places : list of tuple of slice
        Rows and columns of each.
    height : float
        Of a digit, in pixels.

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
    """Return the pixels of rules in a connected patch of ink."""
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
    """Tell whether connected ink goes along both its sides and its top or bottom, with corners."""
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
