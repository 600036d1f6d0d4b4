"""Read handwritten numbers, with constraints on what they may be."""

from skdigits.numbers._automaton import Automaton
from skdigits.numbers._given import parse_length, set_given
from skdigits.numbers._reader import DigitReader
from skdigits.numbers._reading import Digit, Reading

__all__ = ["Automaton", "Digit", "DigitReader", "Reading", "parse_length", "set_given"]
