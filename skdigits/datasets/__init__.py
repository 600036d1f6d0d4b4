"""Data sets of handwritten digits."""

from skdigits.datasets._composing import compose_strings
from skdigits.datasets._mnist import fetch_mnist, find_data_home, is_mnist_cached
from skdigits.datasets._pen import make_digits, make_scribbles

__all__ = [
    "compose_strings",
    "fetch_mnist",
    "find_data_home",
    "is_mnist_cached",
    "make_digits",
    "make_scribbles",
]
