"""The paths that CTC allows through an automaton, and sums and maxima over all of them."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

SMALL = 64  # states up to which listing all edges is faster
N_ROWS = 11  # what was read last: no digit, or one of ten
_JOIN = np.vstack([np.ones(10), 1 - np.eye(10)])  # all digits, and all but one


class Semiring(NamedTuple):
    """What joins paths (plus) and prolongs them (times), with the values of no path and of none."""

    plus: np.ufunc
    times: np.ufunc
    zero: float
    one: float


SUM = Semiring(np.add, np.multiply, 0.0, 1.0)  # of probabilities
LOG_SUM = Semiring(np.logaddexp, np.add, -np.inf, 0.0)  # of their logarithms: never underflows
BEST = Semiring(np.maximum, np.add, -np.inf, 0.0)  # the largest logarithm


class Edges:
    """The edges of a graph between numbered cells.

    Parameters
    ----------
    candidates : ndarray of int of shape (n_cells, n_candidates)
        The cells next to each cell, in any order.
    valid : ndarray of bool of shape (n_cells, n_candidates)
        Which of them are: one at least for each cell.
    """

    def __init__(self, candidates, valid):
        self.ends = candidates[valid]
        self.bounds = np.r_[0, np.cumsum(valid.sum(axis=1))]

    def join(self, values, plus):
        """Return the sum of the values next to each cell."""
        return plus.reduceat(values.take(self.ends), self.bounds[:-1])

    def of(self, cell):
        """Return the cells next to one."""
        return self.ends[self.bounds[cell] : self.bounds[cell + 1]]


class Lattice:
    """The product of CTC's paths and an automaton, compiled once for any number of pictures.

    A cell is a state and what was read last: row 0 of an array of shape (11, n_states + 1) stands
    for no digit (a blank or a mark), rows 1 to 10 for the digits. The last column is a state that
    nothing is accepted from; there go the digits that are refused.

    A sweep goes backwards in time: each cell then has few cells to look at, as the automaton is
    deterministic.
    """

    def __init__(self, transitions, accepting):
        n_states = len(transitions)
        self.transitions, self.accepting = transitions, accepting
        self.shape = (N_ROWS, n_states + 1)
        after = np.full((n_states + 1, 10), n_states)
        after[:-1] = np.where(transitions < 0, n_states, transitions)
        # The cell after each digit in each state.
        self.after = after.T + np.arange(1, N_ROWS)[:, None] * (n_states + 1)
        self.edges = Edges(*self._candidates()) if n_states <= SMALL else None
        self.by_length: dict = {}  # the lattices of the numbers of one length

    def _candidates(self, cells=None):
        """Return the cells that may come next after some cells, and which of them are there."""
        cells = np.arange(N_ROWS * self.shape[1]) if cells is None else np.asarray(cells)
        rows, states = divmod(cells, self.shape[1])
        candidates = np.column_stack([cells, states, self.after[:, states].T])
        valid = np.ones(candidates.shape, bool)
        valid[:, 1] = rows > 0
        valid[np.arange(len(cells)), rows + 1] &= rows == 0  # the same digit needs a blank between
        return candidates, valid

    def backwards(self, emissions, semiring):
        """Return what follows on each step, and what all accepted paths come to together.

        Parameters
        ----------
        emissions : ndarray of shape (n_steps, 11)
            What reading no digit, and each digit, comes to.
        semiring : Semiring
            What is added up.

        Returns
        -------
        following : ndarray of shape (n_steps, 11, n_states + 1)
            All ways from each cell to the end, if it is entered at a step; that step is included.
        total : float
            All ways from the start to the end.
        """
        ways = np.full(self.shape, semiring.zero)
        ways[:, :-1][:, self.accepting] = semiring.one
        following = np.empty((len(emissions), *self.shape))
        for step in range(len(emissions) - 1, -1, -1):
            values = semiring.times(ways, emissions[step, :, None], out=following[step])
            ways = self._join_next(values, semiring)
        return following, ways[0, 0]

    def _join_next(self, values, semiring):
        """Return for each cell the sum of the values of the cells that may come next."""
        if self.edges is not None:
            return self.edges.join(values, semiring.plus).reshape(self.shape)
        joined = _join_digits(values.take(self.after), semiring)
        semiring.plus(joined, values, out=joined)
        semiring.plus(joined[1:], values[0], out=joined[1:])
        return joined

    def flows(self, emissions, following, semiring):
        """Return what all accepted paths that read a digit in a state come to, at any step.

        Parameters
        ----------
        emissions, following, semiring
            See `backwards`.

        Returns
        -------
        flows : ndarray of shape (10, n_states + 1)
            By digit and the state in which it is read.
        """
        plus, times, zero, one = semiring
        order, bounds, entered = self._entries
        flows = np.full(self.after.shape, zero)
        ways = np.full(self.shape, zero)
        ways[0, 0] = one
        for step, values in enumerate(following):
            leaving = plus(_join_digits(ways[1:], semiring)[1:], ways[0])
            flows = plus(flows, times(leaving, values.take(self.after)))
            blank = plus.reduce(ways, axis=0)
            ways.reshape(-1)[entered] = plus(
                ways.take(entered), plus.reduceat(leaving.take(order), bounds)
            )
            ways[0] = blank
            ways = times(ways, emissions[step, :, None])
        return flows

    @cached_property
    def _entries(self):
        """Return the ways into cells, in the order of these, their bounds, and the cells."""
        dead = self.shape[1] - 1
        alive = np.flatnonzero(self.after.ravel() % self.shape[1] != dead)
        order = alive[np.argsort(self.after.ravel()[alive], kind="stable")]
        entered, bounds = np.unique(self.after.ravel()[order], return_index=True)
        return order, bounds, entered

    @cached_property
    def depths(self):
        """The number of digits read in each state, or None if a state may have read several."""
        depths = np.full(len(self.transitions), -1)
        depth, level = 0, np.zeros(1, np.intp)
        while len(level):
            if (depths[level] >= 0).any():
                return None
            depths[level] = depth
            level = np.unique(self.transitions[level])
            level, depth = level[level >= 0], depth + 1
        return depths

    def next_cells(self, cell):
        """Return the cells that may come next after a cell, the cell itself first."""
        if self.edges is not None:
            return self.edges.of(cell)
        candidates, valid = self._candidates([cell])
        return candidates[valid]


def _join_digits(values, semiring):
    """Return the sum of ten rows, then for each row the sum of the nine others."""
    if semiring is SUM:
        return _JOIN @ values
    plus = semiring.plus  # the nine others are those before and those behind
    joined = np.empty((N_ROWS, values.shape[1]))
    joined[2] = values[0]
    for row in range(3, N_ROWS):
        plus(joined[row - 1], values[row - 2], out=joined[row])
    plus(joined[10], values[9], out=joined[0])
    behind = values[9].copy()
    for row in range(9, 1, -1):
        plus(joined[row], behind, out=joined[row])
        plus(behind, values[row - 1], out=behind)
    joined[1] = behind
    return joined
