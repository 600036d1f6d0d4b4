"""Finite automata over the ten digits, and their product."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from skdigits._utils.wording import brief
from skdigits.numbers._lattice import Lattice

N_DIGITS = 10
MOST_STATES = 500_000  # of a product; with more, reading a picture takes too long


@dataclass(frozen=True, eq=False)
class Automaton:
    """A deterministic finite automaton over the digits 0 to 9, which starts in state 0.

    It defines which numbers are possible: a string of digits is accepted if reading it ends in an
    accepting state.

    Parameters
    ----------
    transitions : array-like of int of shape (n_states, 10)
        State after reading each digit, for each state; -1 refuses the digit.
    accepting : array-like of bool of shape (n_states,)
        Whether a number may end in each state.

    Raises
    ------
    ValueError
        If the shapes do not match, or a transition leads to a state that does not exist.

    Examples
    --------
    Even numbers:

    >>> import numpy as np
    >>> from skdigits.numbers import Automaton
    >>> even = Automaton(np.tile([1, 0] * 5, (2, 1)), [False, True])
    >>> even.accepts("1234"), even.accepts("123")
    (True, False)
    """

    transitions: np.ndarray
    accepting: np.ndarray

    def __post_init__(self):
        transitions, accepting = _checked(self.transitions, self.accepting)
        object.__setattr__(self, "transitions", transitions)
        object.__setattr__(self, "accepting", accepting)

    def __reduce__(self):  # without the lattice
        return Automaton, (self.transitions, self.accepting)

    @cached_property
    def _lattice(self):
        """The lattice for decoding, built once."""
        return Lattice(self.transitions, self.accepting)

    def accepts(self, digits):
        """Tell whether a string is accepted.

        Parameters
        ----------
        digits : str
            The digits 0 to 9.

        Returns
        -------
        accepted : bool
            Whether reading it ends in an accepting state.
        """
        state = 0
        for digit in digits:
            state = self.transitions[state, int(digit)]
            if state < 0:
                return False
        return bool(self.accepting[state])


def _checked(transitions, accepting):
    """Return both as read-only arrays, or raise a ValueError."""
    try:
        transitions, accepting = np.array(transitions), np.array(accepting)
    except ValueError as error:
        raise ValueError(
            "An automaton's transitions need 10 columns in each row, one for each digit."
        ) from error
    if transitions.ndim != 2 or transitions.shape[1] != N_DIGITS or len(transitions) == 0:
        raise ValueError(
            f"An automaton's transitions have the shape {transitions.shape}: expected "
            "(n_states, 10), a row for each state and a column for each digit."
        )
    if transitions.dtype.kind not in "iu":
        raise ValueError(
            f"An automaton's transitions are of type {transitions.dtype}: expected whole numbers, "
            "the state after each digit, or -1."
        )
    if accepting.shape != transitions.shape[:1] or accepting.dtype != bool:
        raise ValueError(
            f"An automaton's accepting has the shape {accepting.shape} and the type "
            f"{accepting.dtype}: expected True or False for each of its {len(transitions)} states."
        )
    wrong = (transitions < -1) | (transitions >= len(transitions))
    if wrong.any():
        raise ValueError(
            f"An automaton's transitions lead to {brief(int(transitions[wrong][0]))}: expected a "
            f"state from 0 to {len(transitions) - 1}, or -1 to refuse the digit."
        )
    transitions = transitions.astype(np.intp)
    transitions.setflags(write=False)
    accepting.setflags(write=False)
    return transitions, accepting


def explore(start, step, accepts):
    """Make the automaton of all states that can be reached.

    Parameters
    ----------
    start : hashable
        The first state.
    step : callable
        Takes a state and a digit, and returns the next state, or None to refuse the digit.
    accepts : callable
        Takes a state, and returns whether a number may end there.
    """
    states = {start: 0}
    order, transitions = [start], []
    for state in order:  # grows during the loop
        row = []
        for digit in range(N_DIGITS):
            after = step(state, digit)
            if after is not None and after not in states:
                states[after] = len(order)
                order.append(after)
            row.append(-1 if after is None else states[after])
        transitions.append(row)
    return Automaton(np.array(transitions), np.array([bool(accepts(state)) for state in order]))


def anything():
    """Return the automaton that accepts all strings."""
    return Automaton(np.zeros((1, N_DIGITS), int), np.array([True]))


class NothingFits(ValueError):
    """No number satisfies all constraints."""


def intersect(automata):
    """Return the automaton that accepts the numbers that all automata accept.

    Parameters
    ----------
    automata : iterable of Automaton
        If there are none, the result accepts everything.

    Returns
    -------
    automaton : Automaton
        Their product, without states that cannot be reached or that lead to no accepting state.

    Raises
    ------
    NothingFits
        If no string is accepted by all.
    ValueError
        If the product has too many states.
    """
    product = anything()
    for automaton in automata:
        product = _trimmed(_product(product, automaton))
    return product


def _product(first, second):
    """Return the automaton of the pairs of states that can be reached."""
    numbers, fresh, parts = {0: 0}, np.zeros(1, np.intp), []
    while len(fresh):
        parts.append(_next_pairs(first, second, fresh))
        new = [pair for pair in np.unique(parts[-1]).tolist() if pair not in numbers and pair >= 0]
        numbers.update(zip(new, range(len(numbers), len(numbers) + len(new)), strict=True))
        if len(numbers) > MOST_STATES:
            raise ValueError(
                f"All constraints together need an automaton of more than {MOST_STATES:,} states: "
                "leave one of them out."
            )
        fresh = np.array(new, np.intp)
    pairs, targets = np.array(list(numbers)), np.concatenate(parts)
    order = np.argsort(pairs)
    found = np.searchsorted(pairs, np.maximum(targets, 0), sorter=order)
    ones, others = divmod(pairs, len(second.transitions))
    return Automaton(
        np.where(targets < 0, -1, order[found]), first.accepting[ones] & second.accepting[others]
    )


def _next_pairs(first, second, pairs):
    """Return the pairs of states after each digit, or -1."""
    width = len(second.transitions)
    ones, others = divmod(pairs, width)
    ones, others = first.transitions[ones], second.transitions[others]
    return np.where((ones < 0) | (others < 0), -1, ones * width + others)


def _trimmed(automaton):
    """Remove the states that lead to no accepting state."""
    transitions, accepting = automaton.transitions, automaton.accepting
    # Search backwards, from an additional node that stands for the end of a number.
    end, ends = len(accepting), np.flatnonzero(accepting)
    before, digits = np.nonzero(transitions >= 0)
    edges = np.r_[transitions[before, digits], np.full(len(ends), end)], np.r_[before, ends]
    graph = csr_array((np.ones(len(edges[0])), edges), shape=(end + 1, end + 1))
    useful = np.zeros(end + 1, dtype=bool)
    useful[breadth_first_order(graph, end, return_predecessors=False)] = True
    if not useful[0]:
        raise NothingFits("No number satisfies all constraints at once: relax one of them.")
    useful = useful[:-1]
    renumbered = np.where(useful, np.cumsum(useful) - 1, -1)
    kept = transitions[useful]
    return Automaton(np.where(kept < 0, -1, renumbered[kept]), accepting[useful])
