"""Convert rows of pixels to images, and images to rows."""

from math import isqrt

import numpy as np
from sklearn.utils.validation import validate_data

from skdigits._utils.wording import brief

__all__ = [
    "PICTURE_SIDE",
    "as_rows",
    "check_fitted_rows",
    "check_numbers",
    "edge_pixels",
    "find_image_shape",
    "is_square",
    "rows_to_images",
    "to_array",
]

PICTURE_SIDE = 8
"""Smallest side for which an array is taken for one picture of shape (height, width, channels)."""


def as_rows(X, estimator=None):
    """Flatten images to rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features), (n_samples, n_features, 1), \
            (n_samples, height, width), (n_samples, 1, height, width) or \
            (n_samples, height, width, 1)
        Rows are returned unchanged, images as rows of ``height * width`` pixels. An array with
        an additional axis of length 1 holds rows if their length is a square number.
    estimator : estimator instance, default=None
        If fitted, its number of features helps to recognise a single image.

    Returns
    -------
    X : array-like of shape (n_samples, n_features)
        The rows.
    shape : tuple of int or None
        ``(height, width)`` if images were given, None if rows were.

    Raises
    ------
    ValueError
        If X is one picture, contains paths or other pictures that only a `DigitNormalizer` reads,
        or has more than one channel.
    """
    X = to_array(X)
    shape = tuple(int(side) for side in X.shape)
    match shape:
        case () | (_,):
            _refuse_pictures(X)
            return X, None
        case n, width:
            n_features = getattr(estimator, "n_features_in_", None)
            if width != n_features == n * width:
                raise ValueError(
                    f"X has {width} features, but {type(estimator).__name__} is expecting "
                    f"{n_features} features as input: if X is a single image of {n} x {width} "
                    "pixels, give X[None]."
                )
            return X, None
        case (n, length, 1) | (n, 1, length) if is_square(length):
            return np.asarray(X).reshape(n, length), None
        case (n, length, 1) | (n, 1, length) if min(n, length) >= PICTURE_SIDE:
            raise ValueError(
                f"X has shape {shape}: if it is one picture, give [X]; if it is rows of {length} "
                f"pixels, give them in the shape {n, length}."
            )
        case n, height, 3 | 4 if min(n, height) >= PICTURE_SIDE:
            raise ValueError(f"X has shape {shape}, which is one picture in colour{_IN_COLOUR}")
        case (n, height, width) | (n, 1, height, width) | (n, height, width, 1):
            return np.asarray(X).reshape(n, height * width), (height, width)
    raise ValueError(
        f"X has {len(shape)} dimensions, {shape}, but (n_samples, n_features), (n_samples, height, "
        "width) or, with one grey channel, (n_samples, 1, height, width) was expected"
        + (_IN_COLOUR if len(shape) == 4 else ".")
    )


_IN_COLOUR = ": give a list of such pictures to a pipeline that starts with a DigitNormalizer."


def _refuse_pictures(X):
    """Raise a ValueError if X is, or contains, anything but numbers."""
    X = np.asarray(X)
    if X.dtype.kind in "biufc" or not X.size:
        return
    first = X.ravel()[:1].tolist()[0]
    raise ValueError(
        f"X {'is' if X.ndim == 0 else 'contains'} {brief(first)}, but rows of pixels were "
        "expected: to read pictures, use read_digits or a pipeline that starts with a "
        "DigitNormalizer."
    )


def check_numbers(X):
    """Raise a ValueError if an array contains dates or the like, which scikit-learn accepts."""
    if X.dtype.kind not in "biuf":
        raise ValueError(f"X must contain numbers, the grey levels of pixels, got {X.dtype}.")


def check_fitted_rows(estimator, rows):
    """Validate rows for a fitted estimator, as `validate_data` does.

    Finite numbers of the right length are recognised in a tenth of the time of `validate_data`,
    which takes longer than a small network needs for one row.

    Raises
    ------
    ValueError
        If the rows are not valid.
    """
    is_plain = (
        type(rows) is np.ndarray
        and rows.dtype.kind in "biuf"
        and rows.ndim == 2
        and len(rows) > 0
        and rows.shape[1] == estimator.n_features_in_
        and not hasattr(estimator, "feature_names_in_")
    )
    if not is_plain or (rows.dtype.kind == "f" and not np.isfinite(rows).all()):
        rows = validate_data(estimator, rows, reset=False)
        check_numbers(rows)
    return rows


def to_array(X):
    """Return X with a shape: tables and arrays unchanged, tensors and lists as arrays.

    Raises
    ------
    ValueError
        If X contains images of several sizes, or numbers of a type that NumPy does not have.
    """
    if hasattr(X, "detach"):  # a torch tensor, which may require a gradient or be on a GPU
        X = X.detach().cpu()
        X = X.float() if str(X.dtype) == "torch.bfloat16" else X  # which NumPy does not have
    elif hasattr(X, "shape"):
        return X
    try:
        return np.asarray(X)
    except ValueError as error:
        raise ValueError(
            "X contains rows or images of several sizes: give images of one size, or use a "
            "pipeline that starts with a DigitNormalizer."
        ) from error
    except TypeError as error:
        raise ValueError(f"{brief(X)} cannot be converted to an array: {error}.") from error


def is_square(n_features):
    """Tell whether this number of pixels makes a square image."""
    return isqrt(n_features) ** 2 == n_features


def find_image_shape(n_features, image_shape=None):
    """Return the image shape that rows of `n_features` pixels fill.

    Parameters
    ----------
    n_features : int
        Number of pixels in a row.
    image_shape : tuple of int or None, default=None
        ``(height, width)``; None means the smallest square that holds the row.

    Returns
    -------
    image_shape : tuple of int
        ``(height, width)``.

    Raises
    ------
    ValueError
        If `image_shape` is not a valid shape, or does not have `n_features` pixels.
    """
    if image_shape is None:
        side = isqrt(n_features - 1) + 1
        return side, side
    if len(image_shape) != 2 or min(image_shape) < 1:
        raise ValueError(f"image_shape must be (height, width) in pixels, got {image_shape}.")
    height, width = image_shape
    if height * width != n_features:
        raise ValueError(
            f"image_shape={tuple(image_shape)} has {height * width} pixels, but X has "
            f"{n_features} features: give the shape of your images, or None for a square."
        )
    return int(height), int(width)


def rows_to_images(X, image_shape):
    """Reshape rows to images; rows that are too short are padded with zeros.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of pixels.
    image_shape : tuple of int
        ``(height, width)``, at least `n_features` pixels.

    Returns
    -------
    images : ndarray of shape (n_samples, height, width)
        A view of `X` if no pixel is missing.
    """
    missing = image_shape[0] * image_shape[1] - X.shape[1]
    if missing:
        X = np.pad(X, ((0, 0), (0, missing)))
    return X.reshape(-1, *image_shape)


def edge_pixels(images):
    """Return the outermost pixels of images of shape (n, height, width), a row for each image."""
    is_edge = np.ones(images.shape[1:], dtype=bool)
    is_edge[1:-1, 1:-1] = False
    return images[:, is_edge]
