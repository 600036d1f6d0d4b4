"""The result of reading a picture of a number."""

from dataclasses import dataclass, field, fields

import numpy as np

from skdigits._utils.wording import percent

OF_DIGITS = ("label", "probability", "doubtful", "box")  # attributes of each digit in JSON


@dataclass(frozen=True)
class Digit:
    """One digit of a number.

    Parameters
    ----------
    label : str
        The most probable digit, "0" to "9".
    probability : float
        Probability of the label at this position, in [0, 1], among all numbers with the same number
        of digits that satisfy the constraints.
    box : tuple of int
        ``(left, top, right, bottom)`` in pixels of the picture; the last two are exclusive.
    doubtful : bool, default=False
        Whether the text shows "?" instead of this digit.
    probabilities : tuple of float, default=()
        Probabilities of "0" to "9" at this position, computed like `probability`. If their sum is
        below 1, the difference is the probability of a letter, a sign or a scribble.
    columns : tuple of int, default=None
        ``(first, last)`` in columns of the reading's `line`; the last is exclusive.

    Examples
    --------
    >>> from skdigits import Digit
    >>> digit = Digit("7", 0.93, (12, 4, 30, 41))
    >>> digit.label, digit.probability
    ('7', 0.93)
    """

    label: str
    probability: float
    box: tuple
    doubtful: bool = False
    probabilities: tuple = field(default=(), repr=False)
    columns: tuple | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Reading:
    """The number read from a picture, as returned by `DigitReader.read`.

    Its text (``str``) is a short summary, as in the examples below.

    Parameters
    ----------
    text : str
        The number, with "?" for each digit that is too uncertain. If `rejected`, all digits are
        "?". Empty if there is no number.
    confidence : float
        Probability of the most probable number, in [0, 1], compared with all other numbers that
        satisfy the constraints and with the possibility that there is no number. 0 if no number
        satisfies the constraints.
    digits : tuple of Digit, default=()
        The digits of the most probable number, from left to right.
    best_unconstrained : str, default=""
        The most probable number without any constraints.
    rejected : bool, default=False
        Whether the number is too uncertain for ``max_error_rate``, or the picture shows no number
        that satisfies the constraints.
    box : tuple of int, default=None
        ``(left, top, right, bottom)`` of the number in pixels of the picture.
    name : str, default="picture"
        Path of the picture, or its position in the list, as in ``"pictures[3]"``.
    error : str, default=None
        Why the picture could not be read; None if it was read.
    line : ndarray of uint8 of shape (32, width), default=None
        The line as the network sees it, levelled and scaled, from 0 for paper to 255 for ink. None
        if there is no ink.

    See Also
    --------
    DigitReader.read : Reads a picture.

    Examples
    --------
    >>> from skdigits import Reading
    >>> str(Reading("1948", 0.97))
    '1948 (97 %)'
    >>> str(Reading("19?8", 0.61))
    '19?8 (61 %)'
    """

    text: str
    confidence: float
    digits: tuple = ()
    best_unconstrained: str = ""
    rejected: bool = False
    box: tuple | None = None
    name: str = "picture"
    error: str | None = None
    line: np.ndarray | None = field(default=None, repr=False, compare=False)

    def to_dict(self):
        """Return the reading as a dict of plain values, for JSON.

        Returns
        -------
        values : dict
            All attributes except `name` and `line`. Each digit has "label", "probability",
            "doubtful" and "box".
        """
        names = [each.name for each in fields(self) if each.name not in ("name", "line")]
        digits = [{name: getattr(digit, name) for name in OF_DIGITS} for digit in self.digits]
        return {name: getattr(self, name) for name in names} | {"digits": digits}

    def __str__(self):
        if self.error is not None:
            return self.error
        if self.rejected:
            return f"{self.text} (best guess {self.best_unconstrained})"
        if not self.text:
            return "no number found"
        return f"{self.text} ({percent(self.confidence)})"
