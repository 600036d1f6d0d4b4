"""Turn the network's probabilities for a line into a reading, under the constraints."""

from itertools import pairwise

import numpy as np

from skdigits.numbers._decoding import best_text, confidence_among_all, decode, without_others
from skdigits.numbers._reading import Digit, Reading

FITTING = 1e-6  # if all numbers that satisfy the constraints are less probable, none is read


def interpret(seen, log_probabilities, constraint, threshold, min_probability, keep_marks):
    """Return the reading of a line.

    Parameters
    ----------
    seen : Line or Strip
        The line as the engine sees it.
    log_probabilities : ndarray of shape (n_steps, 13)
        Of the blank, the digits, the decimal mark, and anything that is not a digit.
    constraint : Constraint
        All constraints on the number.
    threshold : float
        Numbers with a lower confidence are rejected.
    min_probability : float
        Digits with a lower probability are doubtful.
    keep_marks : bool
        Whether decimal marks are part of the text.
    """
    line = seen.line
    log_probabilities, log_number = without_others(log_probabilities)
    decoding = decode(log_probabilities, constraint.automaton, keep_marks=keep_marks)
    free = best_text(log_probabilities, keep_marks=keep_marks)
    if decoding.text is None or decoding.support < FITTING:
        place = line.box(0, line.image.shape[1])
        length = constraint.automaton._lattice.length or len(free) or 1
        return Reading("?" * length, 0.0, (), free, True, place, line=line.image)
    digits = [symbol for symbol in decoding.text if symbol != "."]
    columns = _around_each(seen.middles(decoding.spans), line.image.shape[1])
    steps = _around_each([sum(span) // 2 for span in decoding.spans], len(log_number))
    boxes = [line.box(*each) for each in columns]
    shares = [np.exp(log_number[slice(*each)].sum()) for each in steps]
    marginals = [
        tuple((row * share).tolist()) for row, share in zip(decoding.marginals, shares, strict=True)
    ]
    probabilities = [row[int(digit)] for row, digit in zip(marginals, digits, strict=True)]
    confidence = confidence_among_all(decoding, log_number)
    rejected = confidence < threshold
    doubtful = [rejected or probability < min_probability for probability in probabilities]
    shown = "".join("?" if doubt else digit for digit, doubt in zip(digits, doubtful, strict=True))
    text = constraint.write("".join(digits), shown)
    if keep_marks and constraint.pattern is None and not constraint.codes:
        remaining = iter(shown)
        text = "".join(s if s == "." else next(remaining) for s in decoding.text)
    return Reading(
        text,
        confidence,
        tuple(map(Digit, digits, probabilities, boxes, doubtful, marginals, columns)),
        free,
        rejected,
        _around(boxes),
        line=line.image,
    )


def _around_each(middles, end):
    """Return the start and the end of the interval around each place, half-way to the next."""
    if not middles:
        return []
    edges = [0, *((a + b) // 2 for a, b in pairwise(middles)), end]
    return [(first, max(first + 1, last)) for first, last in pairwise(edges)]


def _around(boxes):
    if not boxes:
        return None
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)
