"""Rows of pixels and the images they stand for."""

from math import isqrt

import numpy as np

__all__ = ["as_rows", "edge_pixels", "find_image_shape", "rows_to_images"]


def as_rows(X):
    """Flatten images to rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
            (n_samples, 1, height, width)
        Rows are returned as they are, images as rows of ``height * width`` pixels.

    Returns
    -------
    X : array-like of shape (n_samples, n_features)
        The rows.
    shape : tuple of int or None
        ``(height, width)`` where images were given, None where rows were.

    Raises
    ------
    ValueError
        If there is more than one channel.
    """
    if not hasattr(X, "shape"):
        X = np.asarray(X)
    if len(X.shape) not in (3, 4):
        return X, None
    if len(X.shape) == 4 and X.shape[1] != 1:
        raise ValueError(
            f"X has shape {tuple(X.shape)}; four dimensions mean (n_samples, 1, height, width): "
            "one grey channel, before height and width."
        )
    shape = tuple(int(side) for side in X.shape[-2:])
    return np.asarray(X).reshape(X.shape[0], shape[0] * shape[1]), shape


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
        If the stated shape is none, or does not have `n_features` pixels.
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
    """Reshape rows to images; a row that is too short is filled with zeros.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of pixels.
    image_shape : tuple of int
        ``(height, width)``, at least `n_features` pixels.

    Returns
    -------
    images : ndarray of shape (n_samples, height, width)
        A view of `X` where no pixel is missing.
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
