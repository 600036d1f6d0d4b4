"""All steps from grey images to MNIST's form."""

from typing import NamedTuple

import numpy as np

from skdigits.normalizer._components import keep_digits
from skdigits.normalizer._ink import Ink, find_ink
from skdigits.normalizer._placing import Boxes, find_boxes, place
from skdigits.normalizer._ruled_lines import erase_frames, erase_rules
from skdigits.normalizer._strokes import even_out, near_strokes, stroke_width, widen

SIDE, INNER = 28, 20
WORKING_SIDE, MARGIN = 48, 8  # pixels; the ink of a larger picture is first reduced to this box


class Steps(NamedTuple):
    """The results of every step for n images of one shape.

    Parameters
    ----------
    grey : ndarray of shape (n, height, width)
        The images as given, from 0 for black to 1 for white.
    found : Ink
    digit : ndarray of shape (n, height, width)
        The ink without ruled lines, dots and specks.
    n_rules : ndarray of int of shape (n,)
        Number of erased ruled lines that may have touched the digit.
    kept, erased : list of list of Component
        Patches of ink in each image.
    boxes : Boxes
        Of the digits.
    stroke_width : ndarray of shape (n,)
        Before it was changed, in pixels of the 20 × 20 box.
    gained : ndarray of shape (n,)
        How much wider the strokes became, in the same pixels.
    normal : ndarray of shape (n, 28, 28)
        The images in MNIST's form, from 0 to 1.
    """

    grey: np.ndarray
    found: Ink
    digit: np.ndarray
    n_rules: np.ndarray
    kept: list
    erased: list
    boxes: Boxes
    stroke_width: np.ndarray
    gained: np.ndarray
    normal: np.ndarray


def normalize(grey, *, ink, min_stroke_width, max_stroke_width, erase):
    """Take every step with a stack of images of one shape.

    Parameters
    ----------
    grey : ndarray of shape (n, height, width)
        From 0 for black to 1 for white.
    ink, min_stroke_width, max_stroke_width, erase
        As for `DigitNormalizer`.

    Returns
    -------
    steps : Steps
    """
    found = find_ink(grey, ink)
    is_large = max(grey.shape[1:]) > 2 * INNER
    digit, n_rules = found.ink, np.zeros(len(grey), dtype=int)
    kept: list = []
    erased: list = []
    if erase and is_large:  # smaller images are cropped to their digit already
        digit, n_sides = erase_frames(digit)
        digit, n_rules = erase_rules(digit)
        n_rules += n_sides
    if erase:
        digit, kept, erased = keep_digits(near_strokes(digit))
    boxes = find_boxes(digit)
    strokes = digit
    if is_large:
        strokes = place(digit, boxes, WORKING_SIDE + 2 * MARGIN, WORKING_SIDE, by_mass=False)
    place_of = find_boxes(strokes)
    scale = INNER / np.maximum(np.maximum(place_of.height, place_of.width), 1)
    width = stroke_width(strokes) * scale
    gained = _gain(width, min_stroke_width, max_stroke_width)
    normal = _redraw(strokes, gained / scale)
    return Steps(grey, found, digit, n_rules, kept, erased, boxes, width, gained, normal)


def _gain(width, least, most):
    """Return how much wider strokes must become; thin ones end slightly above the least width."""
    thin = (width > 0) & (width < least)
    goal = np.where(thin, min(1.2 * least, most), np.minimum(width, most))
    return np.where(width > 0, goal - width, 0.0)


def _redraw(strokes, by):
    """Return images in MNIST's form, their strokes wider by so many pixels."""
    normal = np.empty((len(strokes), SIDE, SIDE), dtype=strokes.dtype)
    # Each image gets only the room that it needs itself, as if alone: rounding depends on it.
    room = np.where(by == 0, 0, 1 + np.ceil(np.maximum(by, 0) / 2)).astype(int)
    for margin in np.unique(room):
        some = room == margin
        drawn = strokes[some]
        if margin:
            drawn = np.pad(drawn, ((0, 0), (margin, margin), (margin, margin)))
            drawn = widen(even_out(drawn, 5), by[some])
        normal[some] = place(drawn, find_boxes(drawn), SIDE, INNER)
    return normal
