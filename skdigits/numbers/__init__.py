"""Handwritten numbers: what is known of them, and how they are read."""

from skdigits.numbers._automaton import Automaton

__all__ = ["Automaton"]
