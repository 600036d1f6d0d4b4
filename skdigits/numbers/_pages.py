"""Find the numbers on a page, in reading order."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.sparse.csgraph import connected_components

from skdigits._utils.warning import warn_user
from skdigits.normalizer import find_ink
from skdigits.numbers._grids import WIDE, find_rules
from skdigits.numbers._levelling import find_levelling, level_page
from skdigits.numbers._lines import line_of
from skdigits.numbers._parts import (
    MARKED,
    NEIGHBOURS,
    around,
    heights,
    ink_beside_blocks,
    middles,
    widths,
)

LONGEST_PAGE = 2048  # pixels
MOST_PARTS = 3_000  # per page: those with the most ink
MOST_NUMBERS = 1_000  # per page: those with the most ink
MOST_POINTS = 5_000  # of parts, and of ruled lines, that are used to level a page
MOST_GRIDS = 50  # largest parts of a page that are examined for others inside
WINDOW = 0.2  # of the page's smaller side: shadows are wider
LEAST_HEIGHT = 5  # pixels: height of the smallest digit
TALL = 0.45  # of the usual height: a lower part is a mark, a speck or a scrap
LEAST_WIDTH = 0.6  # of a digit's height: even a 1 takes up this width
BESIDE = 0.5  # of the lower of two parts: if they overlap by this height, they share a line
RULED = 0.5  # of the common height of two digits: a longer ruled line separates them
COMB = 0.5  # largest share of a form's cells that may seem to contain several digits
ROOM = 0.35  # of a number's height: margin around it


@dataclass(frozen=True)
class Page:
    """The ink of a level page.

    Parameters
    ----------
    ink : ndarray of shape (height, width)
        From 0 for paper to 1 for the strongest ink.
    labels : ndarray of int of shape (height, width)
        Number of the part that each pixel belongs to, from 1; 0 for paper and ruled lines.
    parts : ndarray of shape (n_parts, 5)
        As returned by `find_parts`.
    rules : ndarray of bool of shape (height, width)
        Pixels of ruled lines and frames.
    to_picture : ndarray of shape (3, 3)
        Homography from the page to the picture.
    shape : tuple of int
        Height and width of the picture.
    """

    ink: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    rules: np.ndarray
    to_picture: np.ndarray
    shape: tuple


def find_numbers(grey, gap):
    """Find the numbers in a picture of a page.

    Parameters
    ----------
    grey : ndarray of shape (height, width)
        From 0 for black to 1 for white.
    gap : float
        Smallest distance between two numbers in a line, as a multiple of their digits' height.

    Returns
    -------
    lines : list of Line
        In reading order: line by line, from left to right.

    Warns
    -----
    UserWarning
        If there are too many numbers to read all of them.
    """
    page = _find_page(grey)
    if page is None:
        return []
    numbers = _group(page, gap)
    if len(numbers) > MOST_NUMBERS:
        warn_user(
            f"There are {len(numbers):,} groups of ink on the page, but only the {MOST_NUMBERS:,} "
            "with the most ink are read: crop the picture, or split it into several."
        )
        numbers.sort(key=lambda number: -page.parts[number, 4].sum())
        numbers = numbers[:MOST_NUMBERS]
    numbered = np.zeros(1 + len(page.parts), dtype=bool)
    numbered[1 + np.concatenate(numbers)] = True
    return [_cut_out(page, number, numbered) for number in _in_order(page.parts, numbers)]


def _find_page(grey):
    """Return the level page with its parts, or None if there is no ink."""
    ink = ink_beside_blocks(grey, lambda grey: find_ink(grey[None], window=WINDOW).ink[0])
    if not ink.any():
        return None
    homography = _levelling(ink)
    if not np.array_equal(homography, np.eye(3)):
        ink, homography = level_page(ink, homography)
    marked = ink > MARKED
    labels, places = _connected(marked)
    if not places:
        return None
    height = _usual_height(_measure(ink, labels, places))
    rules = find_rules(marked, labels, places, height)
    if rules.any():
        labels, places = _connected(marked & ~rules)
        if not places:
            return None
    parts = _measure(ink, labels, places)
    return Page(ink, labels, parts, rules, homography, grey.shape)


def _levelling(ink):
    """Return the homography from the level page to the picture."""
    labels, places = _connected(ink > MARKED)
    if not places:
        return np.eye(3)
    parts = _measure(ink, labels, places)
    height = _usual_height(parts)
    large = np.maximum(heights(parts), widths(parts)) > WIDE * height
    tall = parts[~large & (heights(parts) >= TALL * height)]
    points = middles(tall)[:: 1 + len(tall) // MOST_POINTS]
    y, x = np.nonzero(np.append(False, large)[labels])
    step = 1 + len(y) // MOST_POINTS
    rules = np.column_stack([x, y])[::step]
    # A piece of a ruled line as long as a digit is high counts about as much as a digit.
    return find_levelling(points, rules, step / (3 * height), height, ink.shape)


def _connected(marked):
    """Label connected pixels; return the labels, and the rows and columns of each part."""
    labels, _ = ndimage.label(marked, NEIGHBOURS)
    return labels, ndimage.find_objects(labels)


def _measure(ink, labels, places):
    """Return the parts, one for each label."""
    mass = np.bincount(labels.ravel(), ink.ravel(), len(places) + 1)[1:]
    boxes = [(rows.start, columns.start, rows.stop, columns.stop) for rows, columns in places]
    return np.column_stack([np.array(boxes, dtype=float), mass])


def _usual_height(parts):
    """Return the median height, weighted by ink, of the parts that may be digits."""
    written = parts[(heights(parts) >= LEAST_HEIGHT) & (widths(parts) < WIDE * heights(parts))]
    if not len(written):
        written = parts
    x, y = middles(written).T
    largest = np.argsort(-heights(written) * widths(written))[:MOST_GRIDS]
    grids = [
        index
        for index, (top, left, bottom, right, _) in zip(largest, written[largest], strict=True)
        if ((x > left) & (x < right) & (y > top) & (y < bottom)).sum() > 3
    ]
    if len(grids) < len(written):
        written = np.delete(written, grids, axis=0)
    order = np.argsort(heights(written))
    share = np.cumsum(written[order, 4] / heights(written)[order])
    return heights(written)[order][np.searchsorted(share, share[-1] / 2)]


def _group(page, gap):
    """Return the parts of each number."""
    parts = page.parts
    (tall,) = np.nonzero(heights(parts) >= TALL * _usual_height(parts))
    tall = np.sort(tall[np.argsort(-parts[tall, 4])[:MOST_PARTS]])
    top, left, bottom, right, _ = parts[tall].T
    height, (middle, _) = bottom - top, middles(parts[tall]).T
    beside = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    half = np.maximum(right - left, LEAST_WIDTH * height) / 2
    between = np.abs(np.subtract.outer(middle, middle)) - np.add.outer(half, half)
    near = beside >= BESIDE * np.minimum.outer(height, height)
    near &= between < gap * np.add.outer(height, height) / 2
    n_numbers, number = connected_components(near, directed=False)
    inside = near & ~_ruled_off(page.rules, parts[tall], near)
    n_cells, cell = connected_components(inside, directed=False)
    if n_cells > n_numbers:
        # Each cell of a table contains a number; each cell of a form contains only one digit.
        _, first = np.unique(cell, return_index=True)
        beside_others = np.bincount(number[first])[number[first]] > 1
        n_digits = np.bincount(cell, np.maximum(1, np.rint((right - left) / height)))
        if (n_digits[beside_others] > 1).mean() > COMB:
            n_numbers, number = n_cells, cell
    return [tall[number == index] for index in range(n_numbers)]


def _ruled_off(rules, parts, near):
    """Tell which pairs of near parts have an upright ruled line between them."""
    ruled_off = np.zeros_like(near)
    if not rules.any():
        return ruled_off
    x = middles(parts)[:, 0].astype(int)
    for i, j in zip(*np.nonzero(near), strict=True):
        if x[i] < x[j]:
            top, bottom = max(parts[i, 0], parts[j, 0]), min(parts[i, 2], parts[j, 2])
            strip = rules[int(top) : int(bottom), x[i] : x[j]]
            ruled_off[i, j] = ruled_off[j, i] = strip.any(axis=1).mean() > RULED
    return ruled_off


def _in_order(parts, numbers):
    """Sort numbers in reading order: line by line, from left to right."""
    boxes = np.array([around(parts[number]) for number in numbers])
    middle, height = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 2] - boxes[:, 0]
    rows: list = []
    for index in np.argsort(middle):
        row = rows[-1] if rows else []
        if row and middle[index] - middle[row].mean() < 0.5 * height[[*row, index]].mean():
            row.append(index)
        else:
            rows.append([index])
    return [numbers[index] for row in rows for index in sorted(row, key=lambda at: boxes[at, 1])]


def _cut_out(page, number, numbered):
    """Return the line of a number, without ruled lines and parts of other numbers around it."""
    parts = page.parts[number]
    top, left, bottom, right = around(parts)
    room = ROOM * (bottom - top)
    rows = slice(max(0, int(top - room)), int(np.ceil(bottom + room)))
    columns = slice(max(0, int(left - room)), int(np.ceil(right + room)))
    ink, labels = page.ink[rows, columns], page.labels[rows, columns]
    foreign = page.rules[rows, columns] | (numbered[labels] & ~np.isin(labels, 1 + number))
    foreign |= ndimage.binary_dilation(foreign, NEIGHBOURS, iterations=2) & (labels == 0)
    ink = np.where(foreign, 0, ink)
    shift = np.array([[1, 0, columns.start], [0, 1, rows.start], [0, 0, 1]])
    return line_of(ink / ink.max()).within(page.to_picture @ shift, page.shape)
