"""Data sets of handwritten digits."""

from skdigits.datasets._mnist import fetch_mnist

__all__ = ["fetch_mnist"]
