"""What a fitted reader says of pictures."""

from dataclasses import replace
from itertools import islice
from math import inf
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from skdigits._utils.threads import n_threads
from skdigits._utils.wording import brief
from skdigits.normalizer import check_pictures, read_with_shape
from skdigits.numbers._constraints import constraint
from skdigits.numbers._decoding import best_path, confidence_among_all, without_others
from skdigits.numbers._interpreting import interpret
from skdigits.numbers._lines import find_line
from skdigits.numbers._ocr import cut_strip, load_recogniser, log_probabilities
from skdigits.numbers._pages import LONGEST_PAGE, find_numbers
from skdigits.numbers._reading import Reading
from skdigits.selective import choose_threshold

SYMBOLS = "0123456789.?"  # "?" for what is no digit
KNOWN = ("length", "pattern", "allowed", "checksum", "min_value", "max_value")
CHUNK = 32  # pictures that are read at a time
RISK = 0.05  # that max_error_rate may be missed, over the draw of the held-out strings
N_HELD_OUT = 5_000  # strings, at most, whose confidences are kept


class ReadingMixin(BaseEstimator):
    """Reading of pictures by `net_`."""

    engine: str
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
        return next(self._readings([self._line_in(picture)], self._constraint(), self._threshold()))

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
        if not isinstance(gap, Real) or isinstance(gap, bool) or not 0 < float(gap) < inf:
            raise ValueError(
                f"gap is {brief(gap)}: expected a number above 0, the distance between two numbers "
                "in heights of a digit."
            )
        constraint, threshold = self._constraint(), self._threshold()
        grey, shape = read_with_shape(picture, LONGEST_PAGE)
        lines = [self._see(line, grey, shape) for line in find_numbers(grey, gap)]
        readings = self._readings(lines, constraint, threshold)
        return [reading for reading in readings if reading.text]

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
        ImportError
            If the engine is not installed; at once as well.
        """
        check_pictures(pictures)
        check_is_fitted(self)
        if self.engine == "rapidocr":
            load_recogniser(n_threads())
        return self._read(pictures)

    def _read(self, pictures):
        constraint, threshold = self._constraint(), self._threshold()
        numbered = iter(pictures)
        while chunk := list(islice(numbered, CHUNK)):
            looks = [self._look(picture) for picture in chunk]
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
        confidence, is_right = self._held_out()
        threshold = choose_threshold(confidence, is_right, self.max_error_rate, RISK)
        if threshold == inf:
            raise ValueError(
                f"max_error_rate={self.max_error_rate:g} cannot be promised: of {len(is_right)} "
                "numbers held out, too few were read correctly to show it. Ask for a larger one, "
                "or calibrate with more pictures."
            )
        return threshold

    def _held_out(self):
        """Return how sure the engine was of pictures it had not seen, and where it was right."""
        if self.engine == "cnn":
            return self.held_out_confidence_, self.held_out_right_
        if hasattr(self, "ocr_confidence_"):
            return self.ocr_confidence_, self.ocr_right_
        raise ValueError(
            'max_error_rate with engine="rapidocr" needs to know how sure it is: call '
            "calibrate with some hundreds of pictures like yours and their strings."
        )

    def _readings(self, lines, constraint, threshold):
        """Yield a reading for each of some lines, of which those without ink are None."""
        found = iter(self._log_probabilities([line for line in lines if line is not None]))
        for line in lines:
            if line is None:
                yield Reading("", 0.0)
            else:
                doubt = threshold, self.min_probability, self.separators
                yield interpret(line, next(found), constraint, *doubt)

    def _look(self, picture):
        """Return the line of a picture and None, or None and why it cannot be read."""
        try:
            return self._line_in(picture), None
        except (OSError, TypeError, ValueError) as error:
            return None, str(error)

    def _line_in(self, picture):
        """Return what the engine sees of the line in a picture, or None if there is no ink."""
        grey, shape = read_with_shape(picture)
        line = find_line(grey)
        return None if line is None else self._see(line, grey, shape)

    def _see(self, line, grey, shape):
        """Return what the engine sees of a line, placed in the picture before it was reduced."""
        if self.engine == "cnn":
            return line.enlarged(shape)
        return replace(cut_strip(grey, line), line=line.enlarged(shape))

    def _log_probabilities(self, lines):
        """Return log-probabilities of the symbols at each step of lines, an array each."""
        if not lines:
            return []
        if self.engine == "rapidocr":
            return log_probabilities(lines)
        return self.net_.log_probabilities([line.image for line in lines])

    def _learn_confidence(self, samples):
        """Keep how sure the network is of held-out lines, and whether it is right."""
        lines = list(samples.images[:N_HELD_OUT])
        pairs = []
        for found, label in zip(self.net_.log_probabilities(lines), samples.y, strict=False):
            log_probabilities, log_number = without_others(found)
            decoding = best_path(log_probabilities)
            text = "".join(SYMBOLS[position - 1] for position in label).replace(".", "")
            pairs.append((confidence_among_all(decoding, log_number), decoding.text == text))
        self._keep_confidence(*zip(*pairs, strict=True))

    def _keep_confidence(self, confidence, is_right):
        self.held_out_confidence_ = np.array(confidence, dtype=np.float32)
        self.held_out_right_ = np.array(is_right, dtype=bool)

    def _learn_ocr_confidence(self, pictures, strings):
        """Keep how sure PP-OCRv6 is of pictures, and whether it is right."""
        anything = {**dict.fromkeys(KNOWN), "min_probability": 0, "max_error_rate": None}
        reader, pairs = clone(self).set_params(**anything, separators=False), []
        for index, reading in enumerate(reader.read_many(pictures)):
            if reading.error is not None:
                raise ValueError(f"pictures[{index}]: {reading.error}")
            pairs.append((reading.confidence, reading.text))
        if len(pairs) != len(strings):
            raise ValueError(
                f"There are {len(pairs)} pictures and {len(strings)} strings: give as many."
            )
        confidence, texts = zip(*pairs, strict=True)
        digits = [str(string).replace(".", "").replace(",", "") for string in strings]
        self.ocr_confidence_ = np.array(confidence, dtype=np.float32)
        self.ocr_right_ = np.array(texts) == np.array(digits)
