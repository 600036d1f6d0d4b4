"""Turn the constraints on a number into finite automata."""

from numbers import Integral
from typing import NamedTuple

import numpy as np

from skdigits._utils.wording import brief
from skdigits.numbers._automaton import Automaton, NothingFits, explore, intersect
from skdigits.numbers._codes import DIGITS, MAX_LENGTH, automaton_of, read_codes


class Constraint(NamedTuple):
    """All constraints on a number, and the form in which it is written.

    Parameters
    ----------
    automaton : Automaton
        Accepts the possible numbers.
    pattern : str or None
        Pattern in which the number is written.
    codes : dict of str to str
        The allowed codes as written, by their digits; empty if all numbers are allowed.
    """

    automaton: Automaton
    pattern: str | None
    codes: dict

    def write(self, digits, shown=None):
        """Return a number as written in the list of codes, or in the form of the pattern.

        Parameters
        ----------
        digits : str
            The digits that were read. If they do not fit the form, `shown` is returned unchanged.
        shown : str, default=None
            Character to show for each digit, such as "1?3". None means the digits themselves.
        """
        shown = digits if shown is None else shown
        form = self.codes.get(digits, self.pattern)
        if form is None or len(shown) != _n_digits(form):
            return shown
        remaining = iter(shown)
        return "".join([next(remaining) if _is_digit(symbol) else symbol for symbol in form])


def constraint(
    length=None, pattern=None, allowed=None, checksum=None, min_value=None, max_value=None
):
    """Combine all constraints on a number.

    Parameters
    ----------
    length : int or tuple of (int, int), default=None
        Number of digits, or the minimum and maximum number.
    pattern : str, default=None
        Form such as "dddd-dd-dd" or "19dd": d stands for any digit, and 0 to 9 stand for
        themselves. Other characters are written in the text, whether or not they are on the paper.
        The text cannot contain the letter d itself.
    allowed : iterable of str, str or path-like, default=None
        All possible numbers, or the path of a text file with one number per line. They are written
        with the spaces, dashes and points that they have there.
    checksum : {"luhn", "isbn10", "isbn13", "mod97"} or Automaton, default=None
        Rule that the digits must satisfy, see `check_digits`.
    min_value : int, default=None
        Minimum of the digits as a whole number; leading zeros are allowed.
    max_value : int, default=None
        Maximum.

    Returns
    -------
    constraint : Constraint
        One automaton for all constraints, and the form of the text.

    Raises
    ------
    ValueError
        If a value is invalid, no number satisfies all constraints, or their combination needs an
        automaton of more than 500,000 states.
    OSError
        If the file cannot be read.
    """
    codes = {} if allowed is None else read_codes(allowed)
    automata = {}
    if length is not None:
        automata["length"] = of_length(length)
    if pattern is not None:
        automata["pattern"] = of_pattern(pattern)
    if allowed is not None:
        automata["allowed"] = automaton_of(codes)
    if checksum is not None:
        automata["checksum"] = check_digits(checksum)
    if min_value is not None or max_value is not None:
        automata["min_value and max_value"] = between(min_value, max_value)
    try:
        automaton = intersect(automata.values())
    except NothingFits as error:
        together = " together" if len(automata) > 1 else ""
        raise ValueError(
            f"No number satisfies {', '.join(automata)}{together}: relax one of them."
        ) from error
    return Constraint(automaton, pattern, codes)


def of_length(length):
    """Return the automaton of the numbers of a length, an int or the minimum and maximum."""
    least, most = length if isinstance(length, (tuple, list)) and len(length) == 2 else [length] * 2
    if not (_is_whole(least) and _is_whole(most) and 0 <= least <= most and most >= 1):
        raise ValueError(
            f"length={brief(length)} is not a number of digits: expected a whole number of at "
            "least 1, or the minimum and maximum, such as (4, 6)."
        )
    if most > MAX_LENGTH:
        raise ValueError(
            f"length={brief(length)} is too large: expected at most {MAX_LENGTH} digits."
        )
    after = np.append(np.arange(1, most + 1), -1)
    return Automaton(np.tile(after[:, None], 10), np.arange(most + 1) >= least)


def of_pattern(pattern):
    """Return the automaton of the digits of a pattern, see `constraint`."""
    if not isinstance(pattern, str) or not 0 < _n_digits(pattern) <= MAX_LENGTH:
        raise ValueError(
            f"pattern={brief(pattern)} is not a pattern: expected a string with a d for each digit "
            f"and at most {MAX_LENGTH} digits, such as 'dddd-dd-dd'."
        )
    symbols = [symbol for symbol in pattern if _is_digit(symbol)]
    transitions = np.full((len(symbols) + 1, 10), -1)
    for state, symbol in enumerate(symbols):
        transitions[state, slice(None) if symbol == "d" else int(symbol)] = state + 1
    return Automaton(transitions, np.arange(len(transitions)) == len(symbols))


def check_digits(checksum):
    """Return the automaton of a checksum.

    Parameters
    ----------
    checksum : {"luhn", "isbn10", "isbn13", "mod97"} or Automaton
        "luhn" (ISO/IEC 7812, payment cards): every second digit, starting with the last but one, is
        replaced by the sum of the digits of its double; the sum of all is a multiple of 10.
        "isbn10": ten digits with the weights 10 to 1; their weighted sum is a multiple of 11.
        Numbers with the check digit X cannot be read. "isbn13": 13 digits with the weights 1 and 3
        in turn; their weighted sum is a multiple of 10, as in any EAN-13. "mod97" (ISO 7064, MOD
        97-10): the remainder of the number divided by 97 is 1. This holds for an IBAN if its first
        four characters are moved to its end and letters are written as numbers. All need at least
        one digit. An automaton is returned unchanged.
    """
    if isinstance(checksum, Automaton):
        return checksum
    if not isinstance(checksum, str) or checksum not in CHECKSUMS:
        raise ValueError(
            f"checksum={brief(checksum)} is unknown: expected 'luhn', 'isbn10', 'isbn13', 'mod97' "
            "or an Automaton."
        )
    return CHECKSUMS[checksum]()


def _luhn():
    # The sum if the last digit is the check digit, and the sum if one more digit follows.
    def step(sums, digit):
        here, before = sums or (0, 0)
        return (before + digit) % 10, (here + sum(divmod(2 * digit, 10))) % 10

    return explore(None, step, lambda sums: sums is not None and sums[0] == 0)


def _weighted(weights, modulus):
    def step(state, digit):
        n_read, total = state
        if n_read == len(weights):
            return None
        return n_read + 1, (total + weights[n_read] * digit) % modulus

    return explore((0, 0), step, lambda state: state == (len(weights), 0))


def _mod97():
    return explore(0, lambda rest, digit: (10 * rest + digit) % 97, lambda rest: rest == 1)


CHECKSUMS = {
    "luhn": _luhn,
    "isbn10": lambda: _weighted(range(10, 0, -1), 11),
    "isbn13": lambda: _weighted([1, 3] * 6 + [1], 10),
    "mod97": _mod97,
}


def between(min_value=None, max_value=None):
    """Return the automaton of the numbers in a range, with any number of leading zeros."""
    for name, value in (("min_value", min_value), ("max_value", max_value)):
        if value is not None and not (_is_whole(value) and 0 <= value < 10**MAX_LENGTH):
            raise ValueError(
                f"{name}={brief(value)} is not possible: expected a whole number of at least 0, "
                f"with at most {MAX_LENGTH} digits."
            )
    if min_value is not None and max_value is not None and min_value > max_value:
        raise ValueError(
            f"min_value={brief(min_value)} is larger than max_value={brief(max_value)}: swap them."
        )
    automata = [_compared(min_value or 0, at_least=True)]
    if max_value is not None:
        automata.append(_compared(max_value, at_least=False))
    return intersect(automata)


def _compared(value, at_least):
    """Return the automaton of the numbers of at least, or at most, a value."""
    bound = str(int(value)).lstrip("0")

    # The state: the number of digits read after leading zeros (at most one more than the bound
    # has), and the sign of their difference from as many digits of the bound.
    def step(state, digit):
        n_read, sign = state or (0, 0)
        if n_read == 0 and digit == 0:
            return 0, 0
        if n_read >= len(bound):
            return (len(bound) + 1, 0) if at_least else None
        return n_read + 1, sign or np.sign(digit - int(bound[n_read]))

    def accepts(state):
        n_read, sign = state or (0, 0)
        if n_read != len(bound):
            sign = n_read - len(bound)
        return state is not None and (sign >= 0 if at_least else sign <= 0)

    return explore(None, step, accepts)


def _is_whole(value):
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_digit(symbol):
    """Tell whether a character of a pattern or a code stands for a digit."""
    return symbol == "d" or symbol in DIGITS


def _n_digits(form):
    return sum(map(_is_digit, form))
