"""Find out what X is (rows, a stack or pictures), and turn it into stacks of grey images."""

import warnings
from collections.abc import Iterable
from itertools import count
from math import isqrt
from numbers import Number

import numpy as np

from skdigits._utils.images import PICTURE_SIDE, is_square
from skdigits._utils.wording import brief
from skdigits.normalizer._grey import to_unit
from skdigits.normalizer._pictures import holds_picture, is_picture, read_picture

CHUNK = 4_000_000  # pixels that are processed at a time
SMALL = 64  # pixels; three or four larger images may be the channels of one, as in torch
SHORT = 50  # pixels; shorter rows are not images, but scikit-learn's common checks use them


def as_pictures(X):
    """Return pictures, which may differ in size, or None if X is an array of numbers.

    Parameters
    ----------
    X : iterable of pictures, or array-like
        An iterator is not consumed.

    Returns
    -------
    pictures : iterable or None

    Raises
    ------
    ValueError
        If X is one picture, or not a list of pictures.
    """
    refuse_one(X)
    if hasattr(X, "shape"):
        return _pictures_in_array(X, tuple(X.shape))
    if hasattr(X, "__array__"):
        return None
    if not isinstance(X, Iterable):
        raise ValueError(f"X is {brief(X)}, but a list of pictures was expected.")
    if not isinstance(X, list | tuple):
        return X
    if not X:
        raise ValueError("X is empty: give at least one picture.")
    rows_of_one_channel = looks_like_one(X) and shape_of(X)[2] == 1
    return None if rows_of_one_channel or all(map(_is_row, X)) else X


def refuse_one(X, name="X"):
    """Raise a ValueError if X is one picture instead of several; the message calls it `name`."""
    shape = shape_of(X)
    if is_picture(X) or (looks_like_one(X) and shape[2] > 1):
        give = f"[{name}]"
        if hasattr(X, "items") and not holds_picture(X):
            lists = [key for key, value in X.items() if _is_list(value)]
            give = f"{name}[{lists[0]!r}]" if lists else give
        raise ValueError(f"{name} is one picture, but a list of them was expected: give {give}.")
    if hasattr(X, "shape") and len(shape) == 3 and shape[0] in (3, 4) and min(shape[1:]) > SMALL:
        raise ValueError(
            f"{name} has shape {shape}: for one picture in colour, give [{name}]; for {shape[0]} "
            f"grey ones, give list({name})."
        )


def check_pictures(pictures):
    """Raise a ValueError if `pictures` is one picture, or not a list of pictures."""
    refuse_one(pictures, "pictures")
    shape = shape_of(pictures)
    if looks_like_one(pictures) or (len(shape) == 2 and min(shape) > 0):
        raise ValueError(
            f"pictures has the shape {shape}: for one picture, give [pictures]; for several, "
            "give a list of arrays or an array of shape (n_pictures, height, width)."
        )
    if not hasattr(pictures, "__iter__"):
        raise ValueError(f"pictures must be a list of pictures, got {brief(pictures)}.")


def looks_like_one(X):
    """Tell whether an array, or nested lists, may be of shape (height, width, 1, 3 or 4)."""
    shape = shape_of(X)
    return len(shape) == 3 and shape[2] in (1, 3, 4) and min(shape[:2]) >= PICTURE_SIDE


def shape_of(X):
    """Return the shape of an array, or of lists or arrays of one shape, otherwise ()."""
    if not isinstance(X, list | tuple):
        return tuple(getattr(X, "shape", ()))
    shapes = set(map(_shape_of_first, X))
    return (len(X), *shapes.pop()) if len(shapes) == 1 else ()


def _shape_of_first(X):
    """Return the shape of an array, or of nested lists, judged by the first element of each."""
    if not isinstance(X, list | tuple):
        return tuple(getattr(X, "shape", ()))
    return (len(X), *(_shape_of_first(X[0]) if X else ()))


def _is_list(value):
    return isinstance(value, list | tuple) and not _is_row(value)


def _is_row(element):
    """Tell whether an element of a list is a number or a row of numbers, not a picture."""
    if isinstance(element, list | tuple):
        return bool(element) and isinstance(element[0], Number)
    is_flat = len(getattr(element, "shape", (0, 0))) < 2
    return isinstance(element, Number) or (is_flat and not is_picture(element))


def _pictures_in_array(X, shape):
    match shape:
        case (_,) | (_, 1):
            elements = np.asarray(X)
            if elements.shape == shape and elements.dtype.kind in "OUST":
                return as_pictures(list(elements.ravel()))
        case (_, height, _, channels) if height != 1 and channels in (3, 4):
            return X
        case (_, 3 | 4, _, width) if width != 1:
            return X
    return None


def check_rows(X, shape):
    """Raise a ValueError if X is one picture, or if its rows are not square images.

    Parameters
    ----------
    X : array-like
        As the user gave it.
    shape : tuple of int
        ``(n_samples, n_features)``.
    """
    n, length = shape
    is_table = hasattr(X, "columns")
    likely_one = not is_table and min(shape) >= PICTURE_SIDE and n <= 2 * length
    if not is_square(length) and (likely_one or length >= SHORT):
        one = "" if is_table else "if it is one picture, give [X]; "
        raise ValueError(
            f"X has shape {shape}: {one}rows must be square images, but {length} is not a square "
            "number: leave out columns that are not pixels, or give images of shape (n_samples, "
            "height, width)."
        )
    if likely_one and n == length:
        side = isqrt(length)
        warnings.warn(
            f"X of shape {shape} is read as {n} images of {side} x {side} pixels: if it is one "
            "picture, give [X].",
            stacklevel=4,
        )


def read_rows(images):
    """Yield stacks of grey images and their indices.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    """
    step = max(1, CHUNK // images[0].size)
    for start in range(0, len(images), step):
        yield range(start, min(start + step, len(images))), to_unit(images[start : start + step])


def read_pictures(X):
    """Yield stacks of grey images of one shape and their indices.

    Parameters
    ----------
    X : iterable of pictures
        Consumed once, stack by stack.

    Raises
    ------
    ValueError
        If a picture cannot be read; the message gives its index.
    """
    waiting: dict[tuple, tuple[list, list]] = {}
    for index, picture in zip(count(), X, strict=False):
        try:
            grey = read_picture(picture)
        except ValueError as error:
            raise ValueError(f"X[{index}]: {error}") from error
        indices, stack = waiting.setdefault(grey.shape, ([], []))
        indices.append(index)
        stack.append(grey)
        if len(stack) * grey.size >= CHUNK:
            del waiting[grey.shape]
            yield indices, np.stack(stack)
    for indices, stack in waiting.values():
        yield indices, np.stack(stack)
