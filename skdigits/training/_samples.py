"""Labelled samples, and what each of them counts."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import entr
from sklearn.model_selection import train_test_split
from sklearn.utils import compute_class_weight

from skdigits._utils.sklearn import _check_sample_weight


class Samples(NamedTuple):
    """Rows of pixels, the positions of their labels among the classes, and weights or None."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None

    def take(self, rows):
        """Return some of them."""
        weight = None if self.weight is None else self.weight[rows]
        return Samples(self.X[rows], self.y[rows], weight)


def encode(X, y, classes, sample_weight, class_weight):
    """Return the samples that count: those of a weight above zero.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        Labels.
    classes : ndarray of shape (n_classes,)
        All labels, sorted.
    sample_weight : array-like of shape (n_samples,) or None
    class_weight : dict, "balanced" or None
        "balanced" gives all classes the same sum of sample weights.

    Returns
    -------
    samples : Samples

    Raises
    ------
    ValueError
        If a label is not among the classes, a weight is negative, or all are zero.
    """
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(f"y has labels that are not in classes: {unknown}.")
    labels = np.searchsorted(classes, y)
    weight = None
    if sample_weight is not None or class_weight is not None:
        weight = _combine_weights(X, labels, classes, sample_weight, class_weight)
    samples = Samples(X, labels, weight)
    return samples if weight is None or weight.all() else samples.take(weight > 0)


def _combine_weights(X, labels, classes, sample_weight, class_weight):
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if (weight < 0).any():
        raise ValueError(f"sample_weight must not be negative, got {weight.min():g}.")
    if isinstance(class_weight, dict):
        factors = compute_class_weight(class_weight, classes=classes, y=classes[labels])
        weight = weight * factors[labels]
    elif class_weight == "balanced":
        totals = np.bincount(labels, weights=weight)
        weight = np.divide(weight, totals[labels], out=np.zeros_like(weight), where=weight > 0)
    if not weight.any():
        raise ValueError("All weights are zero: sample_weight and class_weight leave no sample.")
    return weight


def hold_out(samples, fraction, random_state):
    """Split samples at random into those to train on and those held out, alike in classes."""
    rows, held_out = train_test_split(
        np.arange(len(samples.y)),
        test_size=fraction,
        stratify=samples.y,
        random_state=random_state,
    )
    return samples.take(rows), samples.take(held_out)


def guessing_loss(samples, n_classes, label_smoothing):
    """Return the cross-entropy of answering every sample with the classes' shares."""
    shares = np.bincount(samples.y, weights=samples.weight, minlength=n_classes)
    shares = (1 - label_smoothing) * shares / shares.sum() + label_smoothing / n_classes
    return float(entr(shares).sum())


def pixel_statistics(X, sample_weight, chunk=4096):
    """Return the weighted mean and standard deviation of all pixels together.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    sample_weight : ndarray of shape (n_samples,) or None
    chunk : int, default=4096
        Number of rows that are held in float64 at a time.

    Returns
    -------
    mean, scale : float
        The scale is 1 where all pixels are equal.

    Raises
    ------
    ValueError
        If the values are too large to compute with.
    """
    if sample_weight is None:
        sample_weight = np.ones(len(X))
    share = sample_weight / sample_weight.sum() / X.shape[1]
    mean, square = 0.0, 0.0  # of what pixels differ from a first guess
    with np.errstate(over="ignore", invalid="ignore"):
        guess = X[:chunk].mean(dtype=np.float64)
        for start in range(0, len(X), chunk):
            rows = slice(start, start + chunk)
            difference = X[rows] - guess
            mean += float((share[rows] @ difference).sum())
            square += float(share[rows] @ np.einsum("ij,ij->i", difference, difference))
        variance = max(square - mean * mean, 0.0)  # a power would raise where this is infinite
        mean += float(guess)
    scale = math.sqrt(variance) or 1.0
    if not abs(mean) + scale < np.finfo(np.float32).max:
        raise ValueError(
            f"X has values up to {np.abs(X).max():.3g}, too large to compute with: scale it, "
            "for instance with skdigits.PixelScaler."
        )
    return mean, scale
