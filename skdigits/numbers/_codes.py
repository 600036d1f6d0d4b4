"""Read a list of possible codes, and build the smallest automaton that accepts only these."""

from os import PathLike
from pathlib import Path
from unicodedata import category

import numpy as np

from skdigits._utils.wording import brief
from skdigits.numbers._automaton import N_DIGITS, Automaton

MAX_LENGTH = 1000
"""Maximum number of digits; more are considered a mistake."""
DIGITS = "0123456789"
END = N_DIGITS  # follows a code's last digit


def read_codes(allowed):
    """Return the codes as written, by their digits.

    Parameters
    ----------
    allowed : iterable of str, str or path-like
        Codes, or the path of a text file (UTF-8) with one code per line. A code may contain spaces,
        dashes and points. Repeated codes and empty lines are allowed.

    Raises
    ------
    ValueError
        If there are no codes, if one is invalid, or if two different codes have the same digits.
    OSError
        If the file cannot be read.
    """
    codes: dict = {}
    for code in _lines(allowed):
        if not isinstance(code, str):
            raise ValueError(
                f"allowed contains {brief(code)}, which is not a string: write codes as strings, "
                "because numbers lose leading zeros."
            )
        code = code.strip()
        if not code:
            continue
        digits = "".join([symbol for symbol in code if symbol in DIGITS])
        if len(digits) != len(code):
            _check_literals(code)
        if not 0 < len(digits) <= MAX_LENGTH:
            raise ValueError(
                f"The allowed code {brief(code)} has {len(digits)} digits: expected 1 to "
                f"{MAX_LENGTH}."
            )
        if codes.setdefault(digits, code) != code:
            raise ValueError(
                f"The allowed codes {brief(codes[digits])} and {brief(code)} have the same digits "
                "and cannot be told apart: leave one of them out."
            )
    if not codes:
        raise ValueError("allowed contains no codes: give at least one.")
    return codes


def _lines(allowed):
    """Return the codes given, or the lines of the file."""
    if isinstance(allowed, (str, PathLike)):
        try:
            return Path(allowed).read_text(encoding="utf-8-sig").splitlines()
        except OSError as error:
            raise type(error)(
                f"allowed={brief(str(allowed))} cannot be read ({error.strerror}): give a list of "
                "codes, or the path of a text file with one code per line."
            ) from error
        except ValueError as error:  # not UTF-8, or a zero byte in the path
            raise ValueError(
                f"allowed={brief(str(allowed))} is not a text file in UTF-8: save it in UTF-8, "
                "with one code per line."
            ) from error
    try:
        return iter(allowed)
    except TypeError:
        raise ValueError(
            f"allowed={brief(allowed)} is not a list of codes: give a list of strings, or the path "
            "of a text file with one code per line."
        ) from None


def _check_literals(code):
    """Raise a ValueError for a character other than a digit, a space, a dash or a point."""
    for symbol in code:
        if not (symbol in DIGITS or symbol == "." or symbol.isspace() or category(symbol) == "Pd"):
            raise ValueError(
                f"The allowed code {brief(code)} contains {symbol!r}: expected only digits, "
                "spaces, dashes and points."
            )


def automaton_of(codes):
    """Return the minimal automaton that accepts these strings of digits and no others."""
    edges, ends = _prefix_tree(_sorted_rows(codes))
    n_states = 1 + sum(len(children) for _, _, children in edges)
    children_of = np.full((n_states, N_DIGITS), -1)
    height = np.zeros(n_states, int)  # most digits that may follow: equal in mergeable states
    accepting = np.zeros(n_states, bool)
    accepting[ends] = True
    for parents, digits, children in reversed(edges):
        children_of[parents, digits] = children
        np.maximum.at(height, parents, height[children] + 1)

    merged = np.full(n_states + 1, -1)  # the last one is for refused digits
    made: list = []
    for level in range(height[0] + 1):
        states = np.flatnonzero(height == level)
        rows = np.column_stack([merged[children_of[states]], accepting[states]])
        rows, same = np.unique(rows, axis=0, return_inverse=True)
        merged[states] = len(made) + same.ravel()
        made.extend(rows)
    # The start was made last, but must be the first state.
    backwards = np.array(made[::-1])
    after = backwards[:, :-1]
    return Automaton(np.where(after < 0, -1, len(made) - 1 - after), backwards[:, -1] == 1)


def _sorted_rows(codes):
    """Return the digits of each code in a row, padded with END."""
    codes = sorted(codes)
    lengths = np.array([len(code) for code in codes])
    rows = np.full((len(codes), lengths.max() + 1), END, np.int8)
    digits = np.frombuffer("".join(codes).encode("ascii"), np.int8) - ord("0")
    rows[np.arange(rows.shape[1]) < lengths[:, None]] = digits
    return rows


def _prefix_tree(rows):
    """Return the edges of the tree of all prefixes, level by level, and the states of the codes.

    Edges are three arrays: the states they leave, their digits, and the states they lead to.
    """
    # A prefix is new in a row if it goes beyond what the row shares with the one before.
    shared = np.r_[0, (rows[1:] != rows[:-1]).argmax(axis=1)]
    states, n_states = np.zeros(len(rows), np.intp), 1
    edges, ends = [], []
    for depth in range(rows.shape[1]):
        more = rows[:, depth] != END
        ends.append(states[~more])
        rows, shared, parents = rows[more], shared[more], states[more]
        new = shared <= depth
        states = n_states - 1 + np.cumsum(new)
        edges.append((parents[new], rows[new, depth], states[new]))
        n_states += int(new.sum())
    return edges, np.concatenate(ends)
