"""Find the best number that an automaton accepts, and its probability."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from skdigits.numbers._automaton import Automaton, anything, intersect
from skdigits.numbers._constraints import of_length
from skdigits.numbers._lattice import (
    BEST,
    LOG_SUM,
    N_ROWS,
    SUM,
    Edges,
    Following,
    Lattice,
    Semiring,
)

MARK = 11  # the column of the decimal mark
OTHER = 12  # the column of anything that is not a digit
_ANYTHING = anything()
_FAINT = 1e-280  # far larger than the errors of underflow in a sum of probabilities


@dataclass(frozen=True, eq=False)
class Decoding:
    """The best number in a picture.

    Parameters
    ----------
    text : str or None
        The digits, with decimal marks if they are kept. None if no accepted number fits into the
        steps.
    confidence : float
        Probability of the text divided by that of all accepted numbers, from 0 to 1.
    support : float
        Probability of all accepted numbers together, according to the network.
    spans : list of tuple of (int, int)
        First step of each digit and the step after its last, on the best path.
    """

    text: str | None
    confidence: float
    support: float
    spans: list
    _emissions: np.ndarray = field(repr=False)
    _automaton: Automaton = field(repr=False)
    _sums: "_Sums | None" = field(repr=False)  # if all accepted numbers have as many digits

    @cached_property
    def marginals(self):
        """Probabilities of the digits 0 to 9 at each position, ndarray of shape (n_digits, 10).

        They refer to all accepted numbers with as many digits as the text, and are computed at
        first access.
        """
        n_digits = len(self.spans)
        if n_digits == 0:
            return np.zeros((0, 10))
        sums = self._sums or _sum_up(_of_length(self._automaton, n_digits), self._emissions, True)
        return _marginals(sums, n_digits)


def decode(log_probs, automaton, *, keep_marks=False):
    """Find the best number that an automaton accepts.

    The text is that of the most probable path (Viterbi). A number has many paths, so the sum over
    the paths of another number may be larger; `confidence` uses the sum over all paths of the text,
    and is low in that case. All sums are exact, without a beam or a list of candidates.

    Parameters
    ----------
    log_probs : ndarray of shape (n_steps, 11) or (n_steps, 12)
        Logarithms of the probabilities of a CTC network: of the blank, of the digits 0 to 9 and,
        with 12 columns, of the decimal mark. The probabilities of a step sum to at most 1.
    automaton : Automaton
        Accepts the possible numbers. It sees only the digits; marks may be anywhere.
    keep_marks : bool, default=False
        Whether decimal marks are written as points in the text. Otherwise, they count as blanks.

    Returns
    -------
    decoding : Decoding
        The best number.
    """
    log_probs = _checked(log_probs)
    lattice = automaton._lattice
    path = _best_path(lattice, _merge_marks(log_probs, np.maximum))
    if path is None:
        return Decoding(None, 0.0, 0.0, [], log_probs, automaton, None)
    rows = path // lattice.shape[1]
    changed = np.append(True, path[1:] != path[:-1])[: len(path)]
    if keep_marks and log_probs.shape[1] > MARK:
        marked = (rows == 0) & (log_probs[:, MARK] > log_probs[:, 0])
        symbols = np.where(marked, MARK, rows)
        changed |= np.append(True, symbols[1:] != symbols[:-1])[: len(path)]
    else:
        symbols, log_probs = rows, _merge_marks(log_probs, np.logaddexp)
    labels = symbols[changed & (symbols > 0)]
    emissions = _merge_marks(log_probs, np.logaddexp)
    one_length = lattice.length is not None
    sums = _sum_up(lattice, emissions, keep=one_length)
    share = np.exp(min(_log_probability(log_probs, labels) - sums.log_total, 0.0))
    return Decoding(
        text=_spelled(labels),
        confidence=float(share),
        support=float(np.exp(sums.log_total)),
        spans=_spans(changed, rows),
        _emissions=emissions,
        _automaton=automaton,
        _sums=sums if one_length else None,
    )


def best_text(log_probs, *, keep_marks=False):
    """Return the text of `best_path`, which takes the best symbol of each step."""
    symbols = _checked(log_probs).argmax(axis=1)
    if not keep_marks:
        symbols[symbols == MARK] = 0
    changed = np.append(True, symbols[1:] != symbols[:-1])[: len(symbols)]
    return _spelled(symbols[changed & (symbols > 0)])


def best_path(log_probs, *, keep_marks=False):
    """Find the best string of digits without any constraint, see `decode`."""
    return decode(log_probs, _ANYTHING, keep_marks=keep_marks)


def without_others(log_probs):
    """Split off the probability of anything that is not a digit.

    Parameters
    ----------
    log_probs : ndarray of shape (n_steps, 13)
        As for `decode`; the last column is for letters, signs and scribbles.

    Returns
    -------
    log_probs : ndarray of shape (n_steps, 12)
        The other columns, given that no letter, sign or scribble is read.
    log_number : ndarray of shape (n_steps,)
        Logarithm of the probability, at each step, that none is read.
    """
    log_probs = np.asarray(log_probs, np.float64)
    log_number = logsumexp(log_probs[:, :OTHER], axis=1)
    return log_probs[:, :OTHER] - log_number[:, None], log_number


def confidence_among_all(decoding, log_number):
    """Return the probability of a text among all accepted numbers and anything not a number."""
    number = min(float(np.exp(log_number.sum())), 1.0)
    accepted = number * decoding.support
    return decoding.confidence * accepted / (accepted + 1 - number) if accepted else 0.0


def _checked(log_probs):
    """Return log-probabilities in double precision, or raise a ValueError."""
    log_probs = np.asarray(log_probs, np.float64)
    if log_probs.ndim != 2 or log_probs.shape[1] not in (N_ROWS, N_ROWS + 1):
        raise ValueError(
            f"log_probs has the shape {log_probs.shape}: expected (n_steps, 11), the blank and ten "
            "digits, or (n_steps, 12), with the decimal mark."
        )
    if not (log_probs <= 1e-3).all():  # NaN is not, either
        raise ValueError(
            "log_probs contains NaN or values above 0: expected logarithms of probabilities."
        )
    return log_probs


def _merge_marks(log_probs, plus):
    """Return 11 columns: the decimal mark is merged with the blank."""
    if log_probs.shape[1] == N_ROWS:
        return log_probs
    merged = log_probs[:, :N_ROWS].copy()
    plus(merged[:, 0], log_probs[:, MARK], out=merged[:, 0])
    return merged


def _best_path(lattice, emissions):
    """Return the cell at each step on the best path, or None if there is none."""
    following, score = lattice.backwards(emissions, BEST)
    if score == -np.inf:
        return None
    cell, path = 0, np.empty(len(emissions), np.intp)
    for step, values in enumerate(following):
        cells = lattice.next_cells(cell)
        cell = path[step] = cells[values.take(cells).argmax()]
    return path


def _spelled(labels):
    """Return labels, given as columns of the steps, as text."""
    return "".join(["." if label == MARK else str(label - 1) for label in labels.tolist()])


def _spans(changed, rows):
    """Return the first step of each digit, and the step after its last."""
    starts = np.flatnonzero(changed)
    ends = np.append(starts[1:], len(rows))
    digits = rows[starts] > 0
    return list(zip(starts[digits].tolist(), ends[digits].tolist(), strict=True))


class _Sums(NamedTuple):
    """Sums over all accepted numbers, see `Lattice.backwards`."""

    lattice: Lattice
    semiring: Semiring
    emissions: np.ndarray
    following: Following
    log_total: float


def _sum_up(lattice, log_emissions, keep):
    """Return the sums over all accepted numbers, in logarithms if they would underflow."""
    emissions = np.exp(log_emissions)
    following, total = lattice.backwards(emissions, SUM, keep)
    if total > _FAINT:
        return _Sums(lattice, SUM, emissions, following, np.log(total))
    following, log_total = lattice.backwards(log_emissions, LOG_SUM, keep)
    return _Sums(lattice, LOG_SUM, log_emissions, following, log_total)


def _log_probability(log_probs, labels):
    """Return the logarithm of the probability of a text, given as columns of the steps."""
    probability = _text_sum(np.exp(log_probs), labels, SUM)
    if probability > _FAINT:
        return np.log(probability)
    return _text_sum(log_probs, labels, LOG_SUM)


def _text_sum(emissions, labels, semiring):
    """Return the sum over all paths of one text, given as columns of the emissions."""
    # The cells: the start, the labels with a blank before and after each, and a dead end.
    symbols = np.zeros(2 * len(labels) + 3, np.intp)
    symbols[2:-1:2] = labels
    cells = np.arange(len(symbols))
    dead = cells[-1]
    candidates = np.minimum(np.column_stack([cells, cells + 1, cells + 2]), dead)
    valid = np.ones(candidates.shape, bool)
    valid[0, 0] = False
    valid[1:-2, 2] = symbols[1:-2] != symbols[3:]  # equal labels need a blank between them
    edges = Edges(candidates, valid)
    ways = np.full(len(symbols), semiring.zero)
    ways[max(dead - 2, 1) : dead] = semiring.one
    if len(labels) == 0:
        ways[0] = semiring.one
    for values in emissions[::-1].take(symbols, axis=1):
        ways = edges.join(semiring.times(ways, values), semiring.plus)
    return ways[0]


def _marginals(sums, n_digits):
    """Return the probabilities of the digits at each position; all numbers have this length."""
    lattice, semiring, emissions, following, log_total = sums
    entries = lattice.entries(emissions, following, semiring)
    shares = entries / np.exp(log_total) if semiring is SUM else np.exp(entries - log_total)
    rows, states = divmod(lattice.entered, lattice.shape[1])
    marginals = np.zeros((n_digits + 1, 10))
    # Shares are 0 in states after more digits, and in states that are never reached.
    np.add.at(marginals, (np.minimum(lattice.depths[states], n_digits), rows - 1), shares)
    return marginals[1:]


def _of_length(automaton, n_digits):
    """Return the lattice of the accepted numbers of one length, built once."""
    by_length = automaton._lattice.by_length
    if n_digits not in by_length:
        by_length[n_digits] = intersect([automaton, of_length(n_digits)])._lattice
    return by_length[n_digits]
