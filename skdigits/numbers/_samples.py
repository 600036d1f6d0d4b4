"""Make training samples of a reader: lines found in pictures, and their encoded strings."""

from math import ceil

import numpy as np

from skdigits import datasets, training
from skdigits._utils.warning import warn_user
from skdigits._utils.wording import brief
from skdigits.numbers._lines import find_lines
from skdigits.numbers._predictions import SYMBOLS


def encode(strings):
    """Return strings as arrays of the indices of their symbols, from 1."""
    if isinstance(strings, str) or not hasattr(strings, "__len__"):
        raise ValueError(
            f"strings must be a list with one string for each picture, got {brief(strings)}."
        )
    labels = np.empty(len(strings), dtype=object)
    for index, string in enumerate(strings):
        text = str(string).replace(",", ".") if isinstance(string, str) else None
        if text is None or set(text) - set(SYMBOLS):
            raise ValueError(
                f"strings[{index}] is {brief(string)}: expected a string of digits, with "
                '"." or "," for decimal marks and "?" for anything that is not a digit.'
            )
        labels[index] = np.array([1 + SYMBOLS.index(symbol) for symbol in text], dtype=int)
    return labels


def find_samples(pictures, labels, weight):
    """Return the lines of pictures with their labels; pictures without ink are left out."""
    lines = np.empty(len(labels), dtype=object)
    n = 0
    for index, line in enumerate(find_lines(pictures)):
        n += 1
        if index < len(labels) and line is not None:
            lines[index] = line.image
    if n != len(labels):
        raise ValueError(
            f"There are {n} pictures and {len(labels)} strings: give one string for each picture."
        )
    (found,) = np.nonzero([line is not None for line in lines])
    if weight is not None:
        found = found[weight[found] > 0]
    if not len(found):
        raise ValueError("There is no picture with ink to learn from.")
    if len(found) < n:
        warn_user(f"{n - len(found)} of {n} pictures have no ink or no weight: they are left out.")
    return training.Samples(lines, labels, weight).take(found)


def with_rehearsal(train, valid, n_rehearsed, rng):
    """Add composed numbers to the training set, whose samples are repeated, and to the other."""
    digits = datasets.make_digits(n_writers=50, n_copies=4, random_state=rng)
    n_valid = 0 if valid is None else ceil(n_rehearsed / 2)
    pictures, strings = datasets.compose_strings(
        *digits, n_rehearsed + n_valid, separators=True, random_state=rng
    )
    composed = find_samples(pictures, encode(strings.tolist()), None)
    rows = np.arange(len(composed.y))
    repeated = train.take(np.arange(max(n_rehearsed, len(train.y))) % len(train.y))
    train = _joined(repeated, composed.take(rows[n_valid:]))
    held_out = None if valid is None else _joined(valid, composed.take(rows[:n_valid]))
    return train, held_out


def _joined(samples, composed):
    """Join samples and composed ones, which get the mean weight of the samples."""
    if samples.weight is not None:
        weight = np.full(len(composed.y), samples.weight.mean())
        composed = composed._replace(weight=weight)
    return samples.joined(composed)
