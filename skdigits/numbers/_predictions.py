"""What a fitted reader says of pictures."""

from dataclasses import replace
from itertools import islice, pairwise
from math import inf
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skdigits._utils.wording import brief
from skdigits.normalizer import check_pictures, read_with_shape
from skdigits.numbers._constraints import constraint
from skdigits.numbers._decoding import best_path, confidence_among_all, decode, without_others
from skdigits.numbers._lines import find_line
from skdigits.numbers._pages import LONGEST_PAGE, find_numbers
from skdigits.numbers._reading import Digit, Reading
from skdigits.selective import choose_threshold

SYMBOLS = "0123456789.?"  # "?" for what is no digit
KNOWN = ("length", "pattern", "allowed", "checksum", "min_value", "max_value")
CHUNK = 32  # pictures that are read at a time
FITTING = 1e-6  # least probability of all numbers together that satisfy the constraints
RISK = 0.05  # that max_error_rate may be missed, over the draw of the held-out strings
N_HELD_OUT = 5_000  # strings, at most, whose confidences are kept


class ReadingMixin(BaseEstimator):
    """Reading of pictures by `net_`."""

    net_: Any

    def predict(self, pictures):
        """Read the number on each picture.

        Parameters
        ----------
        pictures : iterable of pictures
            As for `fit`.

        Returns
        -------
        strings : ndarray of str of shape (n_pictures,)
            With "?" for digits that are too uncertain; empty where there is no number.

        Raises
        ------
        ValueError
            If a picture cannot be read; its place is named.
        """
        readings = list(self.read_many(pictures))
        for index, reading in enumerate(readings):
            if reading.error is not None:
                raise ValueError(f"pictures[{index}]: {reading.error}")
        return np.array([reading.text for reading in readings], dtype=str)

    def score(self, pictures, strings, sample_weight=None):
        """Return the share of pictures that are read exactly.

        Parameters
        ----------
        pictures : iterable of pictures
            As for `fit`.
        strings : array-like of str of shape (n_pictures,)
            What stands on each.
        sample_weight : array-like of shape (n_pictures,), default=None
            What each picture counts.

        Returns
        -------
        share : float
            In [0, 1].
        """
        is_right = self.predict(pictures) == np.asarray(strings, dtype=str)
        return float(np.average(is_right, weights=sample_weight))

    def read(self, picture):
        """Read the number on a picture.

        Parameters
        ----------
        picture : path, open file, PIL image or array
            What :class:`DigitNormalizer` takes.

        Returns
        -------
        reading : Reading
            Text, confidence, digits and their places.

        Raises
        ------
        ValueError
            If the picture cannot be read.
        """
        check_is_fitted(self)
        return next(self._readings([_line_in(picture)], self._constraint(), self._threshold()))

    def read_page(self, picture, *, gap=1.8):
        """Read all numbers on a page: a sheet, a column, a table, a form.

        The page may be turned by up to 15 degrees and photographed at an angle. What is known of
        numbers, "?" and `max_error_rate` hold for each number, as in `read`.

        Digits that stand closer than `gap` are one number. So are those in the boxes of a form that
        hold one digit each; if most boxes hold several, as in a table, each box is a number.

        Parameters
        ----------
        picture : path, open file, PIL image or array
            What :class:`DigitNormalizer` takes. Its digits should be 12 pixels high or more when
            its longer side is 2,048 pixels.
        gap : float, default=1.8
            Distance from which on two neighbours in a line are two numbers, in heights of their
            digits; more than 0.

        Returns
        -------
        readings : list of Reading
            From the first line to the last, each from left to right, with boxes in pixels of the
            picture. Empty if there is no number.

        Raises
        ------
        ValueError
            If the picture cannot be read, or `gap` is not a number above 0.

        Warns
        -----
        UserWarning
            If there are more than 1,000 groups of ink: only those of the most ink are read.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.datasets import load_digits
        >>> from skdigits import DigitReader
        >>> from skdigits.datasets import compose_strings
        >>> X, y = load_digits(return_X_y=True)
        >>> pictures, strings = compose_strings(X, y, 40, lengths=3, random_state=0)
        >>> reader = DigitReader(length=3, max_epochs=25, random_state=0).fit(pictures, strings)
        >>> pictures, strings = compose_strings(
        ...     X, y, 3, lengths=3, heights=24, rules=0, scraps=0, shading=0, random_state=0
        ... )
        >>> column = np.full((300, 200), 255, dtype=np.uint8)
        >>> for row, picture in zip((30, 130, 230), pictures):
        ...     column[row : row + len(picture), 20 : 20 + picture.shape[1]] = picture
        >>> [reading.box[1] // 100 for reading in reader.read_page(column)]  # from above
        [0, 1, 2]
        """
        check_is_fitted(self)
        if not isinstance(gap, Real) or isinstance(gap, bool) or not 0 < gap < np.inf:
            raise ValueError(
                f"gap is {brief(gap)}: expected a number above 0, the distance between two numbers "
                "in heights of a digit."
            )
        constraint, threshold = self._constraint(), self._threshold()
        grey, shape = read_with_shape(picture, LONGEST_PAGE)
        lines = [line.enlarged(shape) for line in find_numbers(grey, gap)]
        readings = self._readings(lines, constraint, threshold)
        return [
            reading if reading.box else replace(reading, box=line.box(0, line.image.shape[1]))
            for line, reading in zip(lines, readings, strict=True)
            if reading.text
        ]

    def read_many(self, pictures):
        """Read the numbers on pictures, in chunks.

        Parameters
        ----------
        pictures : iterable of pictures
            Of any length.

        Returns
        -------
        readings : generator of Reading
            One for each picture, in their order. If a picture cannot be read, its `error` says why.

        Raises
        ------
        ValueError
            If `pictures` is a single picture; at once, not with the first reading.
        """
        check_pictures(pictures)
        check_is_fitted(self)
        return self._read(pictures)

    def _read(self, pictures):
        constraint, threshold = self._constraint(), self._threshold()
        numbered = iter(pictures)
        while chunk := list(islice(numbered, CHUNK)):
            looks = [_look(picture) for picture in chunk]
            lines = [line for line, error in looks if error is None]
            readings = self._readings(lines, constraint, threshold)
            for _, error in looks:
                yield next(readings) if error is None else Reading("", 0.0, error=error)

    def _constraint(self):
        """Return what is known of the numbers."""
        known = [getattr(self, name) for name in KNOWN]
        before, made = self.__dict__.get("_made", (None, None))
        if before is None or any(a is not b for a, b in zip(before, known, strict=True)):
            made = constraint(*known)
            self._made = known, made
        return made

    def _threshold(self):
        """Return the least confidence at which readings are given."""
        if self.max_error_rate is None:
            return 0.0
        confidence, is_right = self.held_out_confidence_, self.held_out_right_
        threshold = choose_threshold(confidence, is_right, self.max_error_rate, RISK)
        if threshold == inf:
            raise ValueError(
                f"max_error_rate={self.max_error_rate:g} cannot be promised: of {len(is_right)} "
                "numbers held out, too few were read correctly to show it. Ask for a larger one, "
                "or calibrate with more pictures."
            )
        return threshold

    def _readings(self, lines, constraint, threshold):
        """Yield a reading for each of some lines, of which those without ink are None."""
        images = [line.image for line in lines if line is not None]
        found = iter(self.net_.log_probabilities(images) if images else ())
        for line in lines:
            if line is None:
                yield Reading("", 0.0)
            else:
                yield self._reading(line, next(found), constraint, threshold)

    def _reading(self, line, log_probabilities, constraint, threshold):
        log_probabilities, log_number = without_others(log_probabilities)
        decoding = decode(log_probabilities, constraint.automaton, keep_marks=self.separators)
        free = best_path(log_probabilities, keep_marks=self.separators).text
        if decoding.text is None or decoding.support < FITTING:
            place = line.box(0, line.image.shape[1])
            length = constraint.automaton._lattice.length or len(free) or 1
            return Reading("?" * length, 0.0, (), free, True, place, line=line.image)
        digits = [symbol for symbol in decoding.text if symbol != "."]
        columns = _columns(line, decoding.spans)
        boxes = [line.box(*each) for each in columns]
        here = [np.exp(log_number[first // 2 : last // 2].sum()) for first, last in columns]
        marginals = [
            tuple((row * share).tolist())
            for row, share in zip(decoding.marginals, here, strict=True)
        ]
        probabilities = [row[int(digit)] for row, digit in zip(marginals, digits, strict=True)]
        confidence = confidence_among_all(decoding, log_number)
        rejected = confidence < threshold
        doubtful = [rejected or probability < self.min_probability for probability in probabilities]
        shown = "".join(
            "?" if doubt else digit for digit, doubt in zip(digits, doubtful, strict=True)
        )
        text = constraint.write("".join(digits), shown)
        if self.separators and constraint.pattern is None and not constraint.codes:
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

    def _learn_confidence(self, samples):
        """Keep how sure the network is of held-out lines, and whether it is right."""
        lines = list(samples.images[:N_HELD_OUT])
        pairs = []
        for found, label in zip(self.net_.log_probabilities(lines), samples.y, strict=False):
            log_probabilities, log_number = without_others(found)
            decoding = best_path(log_probabilities)
            text = "".join(SYMBOLS[position - 1] for position in label).replace(".", "")
            pairs.append((confidence_among_all(decoding, log_number), decoding.text == text))
        confidence, is_right = zip(*pairs, strict=True)
        self.held_out_confidence_ = np.array(confidence, dtype=np.float32)
        self.held_out_right_ = np.array(is_right)


def _line_in(picture):
    """Return the line of a picture, or None if it has no ink."""
    grey, shape = read_with_shape(picture)
    line = find_line(grey)
    return None if line is None else line.enlarged(shape)


def _look(picture):
    """Return the line of a picture and None, or None and why it cannot be read."""
    try:
        return _line_in(picture), None
    except (OSError, TypeError, ValueError) as error:
        return None, str(error)


def _columns(line, spans):
    """Return the columns of the digits that were read at some steps of a line: all of them."""
    if not spans:
        return []
    middles = [first + last for first, last in spans]  # columns: a step is two of them
    edges = [0, *((a + b) // 2 for a, b in pairwise(middles))]
    edges.append(line.image.shape[1])
    return [(first, max(first + 1, last)) for first, last in pairwise(edges)]


def _around(boxes):
    if not boxes:
        return None
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)
