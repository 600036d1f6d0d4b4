"""Sums and maxima over all paths that CTC allows through an automaton."""

from functools import cached_property
from math import isqrt
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

MOST_KEPT = 2**25  # numbers of 8 bytes; if there are more, they are computed twice
SMALL = 48  # states: up to this number, listing all edges is faster
N_ROWS = 11  # the symbol read last: no digit, or one of ten
_JOIN = np.vstack([np.ones(10), 1 - np.eye(10)])  # all digits, and all but one


class Semiring(NamedTuple):
    """Operations that join paths (plus) and extend them (times), with their neutral elements."""

    plus: np.ufunc
    times: np.ufunc
    zero: float
    one: float


SUM = Semiring(np.add, np.multiply, 0.0, 1.0)  # of probabilities
LOG_SUM = Semiring(np.logaddexp, np.add, -np.inf, 0.0)  # in logarithms, which never underflow
BEST = Semiring(np.maximum, np.add, -np.inf, 0.0)  # the largest logarithm


class Edges:
    """The edges of a graph between numbered cells.

    Parameters
    ----------
    candidates : ndarray of int of shape (n_cells, n_candidates)
        The cells next to each cell, in any order.
    valid : ndarray of bool of shape (n_cells, n_candidates)
        Whether each candidate is an edge; every cell has at least one.
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


class Following:
    """The values of all ways from each step to the end, as arrays of shape (11, n_states + 1).

    Iterates from the first step to the last. If all arrays together would need too much memory,
    they are computed again block by block.

    Parameters
    ----------
    lattice : Lattice
    semiring : Semiring
    blocks : list of (ndarray, ndarray)
        For each block of steps, the emissions and the values after the block.
    first : ndarray
        The values at each step of the first block.
    """

    def __init__(self, lattice, semiring, blocks, first):
        self.lattice, self.semiring, self.blocks, self.first = lattice, semiring, blocks, first

    def __iter__(self):
        yield from self.first
        for block in self.blocks[1:]:
            following, _ = self.lattice.sweep(*block, self.semiring)
            yield from following


class Lattice:
    """The product of CTC's paths and an automaton, built once for any number of pictures.

    A cell is a state and the symbol read last: row 0 of an array of shape (11, n_states + 1) stands
    for no digit (a blank or a mark), rows 1 to 10 for the digits. The last column is a dead state,
    to which refused digits lead.

    A sweep runs backwards in time: each cell then has few successors, because the automaton is
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
        """Return candidates for the cells after some cells, and which of them are valid."""
        cells = np.arange(N_ROWS * self.shape[1]) if cells is None else np.asarray(cells)
        rows, states = divmod(cells, self.shape[1])
        candidates = np.column_stack([cells, states, self.after[:, states].T])
        valid = np.ones(candidates.shape, bool)
        valid[:, 1] = rows > 0
        valid[np.arange(len(cells)), rows + 1] &= rows == 0  # a repeated digit needs a blank first
        return candidates, valid

    def backwards(self, emissions, semiring, keep=True):
        """Return the values of all ways from each step to the end, and of all accepted paths.

        Parameters
        ----------
        emissions : ndarray of shape (n_steps, 11)
            Value of no digit, and of each digit, at each step.
        semiring : Semiring
            How values are combined.
        keep : bool, default=True
            Whether `following` is needed. If False, only the total is valid.

        Returns
        -------
        following : Following
            Value of all ways from each cell to the end, if it is entered at a step. This step is
            included.
        total : float
            Value of all ways from the start to the end.
        """
        ways = np.full(self.shape, semiring.zero)
        ways[:, :-1][:, self.accepting] = semiring.one
        n_steps, n_cells = len(emissions), ways.size
        size = n_steps if n_steps * n_cells <= MOST_KEPT else isqrt(n_steps)
        blocks, first = [], np.empty((0, *self.shape))
        for start in range(0, n_steps, max(size, 1))[::-1]:
            block = emissions[start : start + size]
            blocks.append((block, ways))
            first, ways = self.sweep(block, ways, semiring, keep)
        return Following(self, semiring, blocks[::-1], first), ways[0, 0]

    def sweep(self, emissions, ways, semiring, keep=True):
        """Sweep back over some steps; return the values at each step, and before all of them."""
        ways = ways.copy()
        following = np.empty((len(emissions) if keep else 1, *self.shape))
        read = np.empty(self.after.shape)
        for step in range(len(emissions) - 1, -1, -1):
            values = following[step if keep else 0]
            semiring.times(ways, emissions[step, :, None], out=values)
            if self.edges is not None:
                ways = self.edges.join(values, semiring.plus).reshape(self.shape)
            else:
                values.take(self.after, out=read, mode="clip")  # faster than "raise"
                _join_digits(read, semiring, out=ways)
                semiring.plus(ways, values, out=ways)
                semiring.plus(ways[1:], values[0], out=ways[1:])
        return following, ways

    def entries(self, emissions, following, semiring):
        """Return the values of all accepted paths that enter each cell with a digit, at any step.

        Parameters
        ----------
        emissions, following, semiring
            See `backwards`.

        Returns
        -------
        entries : ndarray of shape (n_entered,)
            Value of all ways through each of the cells `entered`.
        """
        plus, times, zero, one = semiring
        cells = self.entered
        entries = np.full(len(cells), zero)
        ways = np.full(self.shape, zero)
        ways[0, 0] = one
        joined, flat = np.empty(self.shape), ways.reshape(-1)
        for step, values in enumerate(following):
            _join_digits(ways[1:], semiring, out=joined)
            plus(joined, ways[0], out=joined)
            entering = self._enter(joined[1:].reshape(-1), semiring)
            plus(entries, times(entering, values.take(cells)), out=entries)
            ways[0] = joined[0]
            flat[cells] = plus(flat.take(cells), entering)
            times(ways, emissions[step, :, None], out=ways)
        return entries

    def _enter(self, leaving, semiring):
        """Return the sum of the ways into each of the cells that are entered."""
        matrix = self._entrances
        if semiring is SUM:
            return matrix @ leaving
        return semiring.plus.reduceat(leaving.take(matrix.indices), matrix.indptr[:-1])

    @cached_property
    def entered(self):
        """The cells that a digit leads to, from any state, except the dead one."""
        cells = np.unique(self.after)
        return cells[cells % self.shape[1] < len(self.transitions)]

    @cached_property
    def _entrances(self):
        """Matrix with a 1 for each digit in each state, in the row of the cell that is entered."""
        starts = np.flatnonzero(np.isin(self.after, self.entered))
        ends = np.searchsorted(self.entered, self.after.ravel()[starts])
        shape = len(self.entered), self.after.size
        return csr_array((np.ones(len(starts)), (ends, starts)), shape=shape)

    @cached_property
    def depths(self):
        """The number of digits read in each state, or None if it is not unique."""
        depths = np.full(len(self.transitions), -1)
        depth, level = 0, np.zeros(1, np.intp)
        while len(level):
            if (depths[level] >= 0).any():
                return None
            depths[level] = depth
            level = np.unique(self.transitions[level])
            level, depth = level[level >= 0], depth + 1
        return depths

    @cached_property
    def length(self):
        """The number of digits of all accepted numbers, or None if it differs."""
        if self.depths is None or not self.accepting.any():
            return None
        lengths = self.depths[self.accepting]
        return int(lengths[0]) if (lengths == lengths[0]).all() else None

    def next_cells(self, cell):
        """Return the cells that may follow a cell, starting with the cell itself."""
        if self.edges is not None:
            return self.edges.of(cell)
        candidates, valid = self._candidates([cell])
        return candidates[valid]


def _join_digits(values, semiring, out):
    """Write the sum of ten rows, then for each row the sum of the nine others."""
    if semiring is SUM:
        np.matmul(_JOIN, values, out=out)
        return
    plus = semiring.plus
    out[2] = values[0]  # first the sums of the rows before each
    for row in range(3, N_ROWS):
        plus(out[row - 1], values[row - 2], out=out[row])
    plus(out[10], values[9], out=out[0])
    behind = values[9].copy()
    for row in range(9, 1, -1):
        plus(out[row], behind, out=out[row])
        plus(behind, values[row - 1], out=behind)
    out[1] = behind
