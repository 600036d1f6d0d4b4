from ._composing import compose_strings
from ._mnist import fetch_mnist, find_data_home, is_mnist_cached
from ._pen import make_digits, make_scribbles

__all__ = [
    "compose_strings",
    "fetch_mnist",
    "find_data_home",
    "is_mnist_cached",
    "make_digits",
    "make_scribbles",
]
