"""What is said of a picture of a number."""

from dataclasses import dataclass, field, fields

import numpy as np

from skdigits._utils.wording import percent

OF_DIGITS = ("label", "probability", "doubtful", "box")  # what JSON has of each


@dataclass(frozen=True)
class Digit:
    """A digit of a number.

    Parameters
    ----------
    label : str
        The most probable digit, "0" to "9".
    probability : float
        That it stands here, in [0, 1], among the readings of as many digits that satisfy the
        constraints.
    box : tuple of int
        ``(left, top, right, bottom)`` in pixels of the picture; the last two are exclusive.
    doubtful : bool, default=False
        Whether "?" stands for it in the text.
    probabilities : tuple of float, default=()
        Those of "0" to "9" here, as `probability` is that of the label. What they lack of 1 is
        that of a letter, a sign or a scribble.
    columns : tuple of int, default=None
        ``(first, last)`` in columns of the reading's line; the last is exclusive.

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
    """What is said of a picture of a number; as text, one sentence.

    Parameters
    ----------
    text : str
        The number, with "?" for each digit that is too uncertain; all "?" if `rejected`; empty if
        there is no number.
    confidence : float
        Probability of the most probable number, in [0, 1], among all that satisfy the constraints
        and that there is no number; 0 if none satisfies them.
    digits : tuple of Digit, default=()
        From left to right, those of the most probable number.
    best_unconstrained : str, default=""
        The most probable number if nothing but the picture is known.
    rejected : bool, default=False
        Whether the number is too uncertain to keep to ``max_error_rate``, or nothing that satisfies
        the constraints stands there.
    box : tuple of int, default=None
        ``(left, top, right, bottom)`` of the number in pixels of the picture.
    name : str, default="picture"
        The path of the picture, or its place, as in ``"pictures[3]"``.
    error : str, default=None
        Why the picture could not be read.
    line : ndarray of uint8 of shape (32, width), default=None
        The line as the network sees it, levelled and scaled, from 0 for paper to 255 for ink. None
        if there is no ink.

    See Also
    --------
    DigitReader.read : Gives it.

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
        """Return plain values, for JSON.

        Returns
        -------
        values : dict
            The attributes by their names, without `name` and `line`; of each digit "label",
            "probability", "doubtful" and "box".
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
