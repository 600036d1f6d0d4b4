"""Data sets of handwritten digits."""

from skdigits.datasets._mnist import fetch_mnist, find_data_home, is_mnist_cached

__all__ = ["fetch_mnist", "find_data_home", "is_mnist_cached"]
