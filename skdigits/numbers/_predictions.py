"""The methods of a fitted reader that read pictures."""

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

SYMBOLS = "0123456789.?"  # "?" for anything that is not a digit
KNOWN = ("length", "pattern", "allowed", "checksum", "min_value", "max_value")
CHUNK = 32  # pictures that are read at a time
RISK = 0.05  # probability, over the draw of the held-out strings, that max_error_rate is exceeded
N_HELD_OUT = 5_000  # most strings whose confidences are kept


class ReadingMixin(BaseEstimator):
    """Methods that read pictures, by `net_` or another engine."""

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
            The numbers, with "?" for digits that are too uncertain. A string is empty if the
            picture shows no number.

        Raises
        ------
        ValueError
            If a picture cannot be read; the message gives its index.
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
            The true text of each picture.
        sample_weight : array-like of shape (n_pictures,), default=None
            Weight of each picture. None means 1 for all.

        Returns
        -------
        share : float
            Share of correct strings, in [0, 1].
        """
        is_right = self.predict(pictures) == np.asarray(strings, dtype=str)
        return float(np.average(is_right, weights=sample_weight))

    def read(self, picture):
        """Read the number on a picture.

        Parameters
        ----------
        picture : path, open file, PIL image or array
            Anything that :class:`DigitNormalizer` reads.

        Returns
        -------
        reading : Reading
            The text, its confidence, the digits and their positions.

        Raises
        ------
        ValueError
            If the picture cannot be read.
        """
        check_is_fitted(self)
        return next(self._readings([self._line_in(picture)], self._constraint(), self._threshold()))

    def read_page(self, picture, *, gap=1.8):
        """Read all numbers on a page, such as a sheet, a column, a table or a form.

        The page may be rotated by up to 15 degrees and photographed at an angle. Constraints,
        `min_probability` and `max_error_rate` apply to each number, as in `read`.

        Digits that are closer together than `gap` form one number. So do the digits in neighbouring
        boxes of a form with one digit per box. If most boxes contain several digits, as in a table,
        each box is a number.

        Parameters
        ----------
        picture : path, open file, PIL image or array
            Anything that :class:`DigitNormalizer` reads. When the picture is scaled to a longer
            side of 2,048 pixels, digits should be at least 12 pixels high.
        gap : float, default=1.8
            Smallest distance between two numbers in a line, as a multiple of their digits' height.
            Must be above 0.

        Returns
        -------
        readings : list of Reading
            In reading order: line by line, from left to right. Boxes are in pixels of the picture.
            The list is empty if there is no number.

        Raises
        ------
        ValueError
            If the picture cannot be read, or `gap` is not a number above 0.

        Warns
        -----
        UserWarning
            If there are more than 1,000 groups of ink: only those with the most ink are read.

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
                "gap, the distance between two numbers as a multiple of a digit's height, must be "
                f"a number above 0, got {brief(gap)}."
            )
        constraint, threshold = self._constraint(), self._threshold()
        grey, shape = read_with_shape(picture, LONGEST_PAGE)
        lines = [self._see(line, grey, shape) for line in find_numbers(grey, gap)]
        readings = self._readings(lines, constraint, threshold)
        return [reading for reading in readings if reading.text]

    def read_many(self, pictures):
        """Read the numbers on many pictures, one chunk of pictures at a time.

        Parameters
        ----------
        pictures : iterable of pictures
            As for `fit`; it may be of any length.

        Returns
        -------
        readings : generator of Reading
            One for each picture, in order. If a picture cannot be read, the `error` of its reading
            says why.

        Raises
        ------
        ValueError
            If `pictures` is a single picture. Raised by the call, before the first reading.
        ImportError
            If the engine is not installed. Raised by the call, too.
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
        """Return the constraints on the numbers, built again only if a parameter changed."""
        known = [getattr(self, name) for name in KNOWN]
        before, made = self.__dict__.get("_made", (None, None))
        if before is None or any(a is not b for a, b in zip(before, known, strict=True)):
            made = constraint(*known)
            self._made = known, made
        return made

    def _threshold(self):
        """Return the least confidence of readings that are not rejected."""
        if self.max_error_rate is None:
            return 0.0
        confidence, is_right = self._held_out()
        threshold = choose_threshold(confidence, is_right, self.max_error_rate, RISK)
        if threshold == inf:
            raise ValueError(
                f"max_error_rate={self.max_error_rate:g} cannot be promised: of {len(is_right)} "
                "numbers held out, too few were read correctly. Set a larger rate, or call "
                "calibrate with more pictures."
            )
        return threshold

    def _held_out(self):
        """Return the engine's confidence on held-out pictures, and whether it was right."""
        if self.engine == "cnn":
            return self.held_out_confidence_, self.held_out_right_
        if hasattr(self, "ocr_confidence_"):
            return self.ocr_confidence_, self.ocr_right_
        raise ValueError(
            'max_error_rate with engine="rapidocr" needs a calibration: call calibrate with a few '
            "hundred pictures like yours and their strings."
        )

    def _readings(self, lines, constraint, threshold):
        """Yield a reading for each line; a line is None if its picture has no ink."""
        found = iter(self._log_probabilities([line for line in lines if line is not None]))
        for line in lines:
            if line is None:
                yield Reading("", 0.0)
            else:
                doubt = threshold, self.min_probability, self.separators
                yield interpret(line, next(found), constraint, *doubt)

    def _look(self, picture):
        """Return the line of a picture and None, or None and the reason why it cannot be read."""
        try:
            return self._line_in(picture), None
        except (OSError, TypeError, ValueError) as error:
            return None, str(error)

    def _line_in(self, picture):
        """Return the line in a picture as the engine sees it, or None if there is no ink."""
        grey, shape = read_with_shape(picture)
        line = find_line(grey)
        return None if line is None else self._see(line, grey, shape)

    def _see(self, line, grey, shape):
        """Return a line as the engine sees it, positioned in the picture before its reduction."""
        if self.engine == "cnn":
            return line.enlarged(shape)
        return replace(cut_strip(grey, line), line=line.enlarged(shape))

    def _log_probabilities(self, lines):
        """Return the log-probabilities of the symbols at each step, one array per line."""
        if not lines:
            return []
        if self.engine == "rapidocr":
            return log_probabilities(lines)
        return self.net_.log_probabilities([line.image for line in lines])

    def _learn_confidence(self, samples):
        """Store the network's confidence on held-out lines, and whether it is right."""
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
        """Store the confidence of PP-OCRv6 on pictures, and whether it is right."""
        anything = {**dict.fromkeys(KNOWN), "min_probability": 0, "max_error_rate": None}
        reader, pairs = clone(self).set_params(**anything, separators=False), []
        for index, reading in enumerate(reader.read_many(pictures)):
            if reading.error is not None:
                raise ValueError(f"pictures[{index}]: {reading.error}")
            pairs.append((reading.confidence, reading.text))
        if len(pairs) != len(strings):
            raise ValueError(
                f"There are {len(pairs)} pictures and {len(strings)} strings: give one string for "
                "each picture."
            )
        confidence, texts = zip(*pairs, strict=True)
        digits = [str(string).replace(".", "").replace(",", "") for string in strings]
        self.ocr_confidence_ = np.array(confidence, dtype=np.float32)
        self.ocr_right_ = np.array(texts) == np.array(digits)
