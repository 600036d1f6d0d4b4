"""How much each pixel of an image speaks for a label."""

import numpy as np

from skdigits._utils.images import edge_pixels, rows_to_images


def occlusion(estimator, X, images, columns, patch_size):
    """Return how far a probability falls where a patch of background covers a pixel.

    Parameters
    ----------
    estimator : estimator instance
        With ``predict_proba``.
    X : array-like of shape (n_samples, ...)
        Images in the form the estimator takes.
    images : ndarray of shape (n_samples, height, width)
        The same as images.
    columns : ndarray of shape (n_samples,)
        Column of ``predict_proba`` for each image.
    patch_size : int
        Side of the patch in pixels.

    Returns
    -------
    maps : ndarray of shape (n_samples, height, width)
        For each pixel the mean over all patches that cover it and lie within the image.
    """
    height, width = images.shape[1:]
    down, across = _spans(height, patch_size), _spans(width, patch_size)
    covered = (down[:, None, :, None] & across[None, :, None, :]).reshape(-1, height, width)
    weight = covered / covered.sum(axis=0)
    before = estimator.predict_proba(X)[np.arange(len(images)), columns]
    papers = backgrounds(images)
    maps = np.empty(images.shape)
    for i, column in enumerate(columns):
        variants = in_form_of(X, np.where(covered, papers[i], images[i]))
        after = estimator.predict_proba(variants)[:, column]
        maps[i] = np.tensordot(before[i] - after, weight, axes=1)
    return maps


def integrated_gradients(classifier, start, end, labels, n_steps):
    """Return how much each pixel adds to a decision on the straight way between two images.

    Parameters
    ----------
    classifier : estimator instance
        With ``gradients``.
    start, end : array-like of shape (n_samples, ...)
        Images in the form the classifier takes.
    labels : ndarray of shape (n_samples,)
        Whose decision.
    n_steps : int
        Points of the way at which gradients are taken.

    Returns
    -------
    maps : ndarray of shape (n_samples, height, width)
        Their sums are the differences of the decisions, but for an error that falls with
        `n_steps`.
    """
    first, last = (np.asarray(X, dtype=np.float64).reshape(len(labels), -1) for X in (start, end))
    total = np.zeros(1)
    for share in (np.arange(n_steps) + 0.5) / n_steps:
        point = in_form_of(end, first + share * (last - first))
        total = total + classifier.gradients(point, labels)
    return rows_to_images(last - first, total.shape[1:]) * total / n_steps


def in_form_of(X, images):
    """Return images in the form of `X`: rows, images, or a data frame with its columns."""
    rows = images.reshape(len(images), -1)
    if hasattr(X, "columns"):
        names = "columns" if hasattr(X, "iloc") else "schema"  # of pandas, of polars
        return type(X)(rows[:, : X.shape[1]], **{names: X.columns})
    shape = np.shape(X)[1:]
    return rows[:, : np.prod(shape)].reshape(-1, *shape)


def backgrounds(images):
    """Return images of the median of the pixels at each image's edge."""
    paper = np.median(edge_pixels(images), axis=1).astype(images.dtype)
    return np.broadcast_to(paper[:, None, None], images.shape)


def _spans(side, size):
    """Return which pixels of a side each place of a patch covers."""
    size = min(size, side)
    ahead = np.arange(side) - np.arange(side - size + 1)[:, None]
    return (ahead >= 0) & (ahead < size)
