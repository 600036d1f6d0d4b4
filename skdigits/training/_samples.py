"""Labelled images and their weights."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import entr
from sklearn.model_selection import train_test_split

from skdigits._utils.sklearn import _check_sample_weight
from skdigits._utils.warning import warn_user
from skdigits._utils.wording import brief

LARGEST = float(np.finfo(np.float32).max)  # weight, so that sums of them are finite

OUTLIER = -100
"""Stands for the position of the label of outliers; torch's losses ignore it."""


class Samples(NamedTuple):
    """Images, the positions of their labels among the classes or `OUTLIER`, and weights or None."""

    images: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None

    @property
    def is_outlier(self):
        """Which of them are outliers."""
        return self.y == OUTLIER

    def take(self, rows):
        """Return some of them."""
        weight = None if self.weight is None else self.weight[rows]
        return Samples(self.images[rows], self.y[rows], weight)

    def split(self):
        """Return the samples of the classes, and the outliers or None if there are none."""
        is_outlier = self.is_outlier
        if not is_outlier.any():
            return self, None
        return self.take(~is_outlier), self.take(is_outlier)

    def joined(self, others):
        """Return these and others together; both have weights, or neither."""
        weight = None
        if self.weight is not None and others.weight is not None:
            weight = np.concatenate([self.weight, others.weight])
        return Samples(
            np.concatenate([self.images, others.images]),
            np.concatenate([self.y, others.y]),
            weight,
        )


def encode(images, y, classes, sample_weight, class_weight, outlier_label=None):
    """Return the samples with a weight above zero.

    Parameters
    ----------
    images : ndarray of shape (n_samples, height, width)
    y : ndarray of shape (n_samples,)
        Labels.
    classes : ndarray of shape (n_classes,)
        All labels, sorted.
    sample_weight : array-like of shape (n_samples,) or None
    class_weight : dict, "balanced" or None
        "balanced" gives all classes, and the outliers, the same sum of sample weights.
    outlier_label : object, default=None
        Label of images that belong to no class.

    Returns
    -------
    samples : Samples

    Raises
    ------
    ValueError
        If a label is not among the classes, a weight is negative, or all are zero.
    """
    is_outlier = find_outliers(y, outlier_label)
    unknown = np.setdiff1d(y[~is_outlier], classes)
    if len(unknown):
        raise ValueError(f"y has labels that are not in classes: {unknown}.")
    labels = np.full(len(y), OUTLIER)
    labels[~is_outlier] = np.searchsorted(classes, y[~is_outlier])
    if sample_weight is None and class_weight is None:
        return Samples(images, labels, None)
    weight = check_weight(sample_weight, len(images))
    if isinstance(class_weight, dict):
        of_class = _weights_of(classes, class_weight)
        weight = weight * np.where(is_outlier, 1.0, of_class[np.maximum(labels, 0)])
    elif class_weight == "balanced":
        kinds = np.where(is_outlier, len(classes), labels)
        totals = np.bincount(kinds, weights=weight)
        weight = np.divide(weight, totals[kinds], out=np.zeros_like(weight), where=weight > 0)
    if not weight.any():
        raise ValueError(
            "All samples have the weight zero: give some of them a weight above zero in "
            "sample_weight and class_weight."
        )
    samples = Samples(images, labels, weight)
    return samples if weight.all() else samples.take(weight > 0)


def find_outliers(y, outlier_label):
    """Return which labels of an array are `outlier_label`; None means that there are none."""
    if outlier_label is None:
        return np.zeros(len(y), dtype=bool)
    return np.array([label == outlier_label for label in y.tolist()])


def check_weight(sample_weight, n_samples):
    """Return weights of samples as an array, or refuse them; None stands for ones."""
    rows = np.empty((n_samples, 1))
    weight = _check_sample_weight(sample_weight, rows, dtype=np.float64)
    if (weight < 0).any():
        raise ValueError(f"sample_weight must not be negative, got {weight.min():g}.")
    if (weight > LARGEST).any():
        raise ValueError(f"sample_weight must be at most {LARGEST:.3g}, got {weight.max():.3g}.")
    return weight


def _weights_of(classes, class_weight):
    """Return the weight of each class."""
    labels = classes.tolist()
    for label, weight in class_weight.items():
        if label not in labels:
            raise ValueError(
                f"class_weight has the label {label!r}, but y has only "
                f"{', '.join(map(repr, labels))}."
            )
        if not (isinstance(weight, int | float | np.number) and 0 <= weight <= LARGEST):
            raise ValueError(
                f"class_weight of {label!r} must be a number from 0 to {LARGEST:.2g}, got "
                f"{brief(weight)}."
            )
    return np.array([float(class_weight.get(label, 1)) for label in labels])


def hold_out(samples, fraction, classes, random_state):
    """Split samples at random into a training and a validation set, stratified by class.

    If there are too few samples for that, each class with two samples or more gives its rounded
    share: at least one sample, and at most all but one.

    Parameters
    ----------
    samples : Samples
    fraction : float
        Share to hold out.
    classes : ndarray of shape (n_classes,)
        Labels, to be named in a warning.
    random_state : RandomState instance

    Returns
    -------
    train, valid : Samples
        The second is None if no class has two samples.

    Warns
    -----
    UserWarning
        If the validation set is not `fraction` of each class.
    """
    n, counts = len(samples.y), np.bincount(samples.y, minlength=len(classes))
    present = counts[counts > 0]
    n_valid = math.ceil(fraction * n)  # as train_test_split counts
    if present.min() >= 2 and len(present) <= min(n_valid, n - n_valid):
        rows, held_out = train_test_split(
            np.arange(n), test_size=fraction, stratify=samples.y, random_state=random_state
        )
        return samples.take(rows), samples.take(held_out)
    shuffled = random_state.permutation(n)
    wanted = np.where(counts >= 2, np.clip(np.rint(fraction * counts), 1, counts - 1), 0)
    is_held_out = np.zeros(n, dtype=bool)
    for label, n_wanted in enumerate(wanted.astype(int)):
        is_held_out[shuffled[samples.y[shuffled] == label][:n_wanted]] = True
    single = [repr(label) for label in classes[counts == 1].tolist()]
    warn_user(
        f"{is_held_out.sum()} of {n} samples are held out for validation, instead of "
        f"{fraction:.3g} of each class"
        + (f"; there is only one sample of {', '.join(single)}" if single else "")
        + ": give more samples for a more reliable validation."
    )
    if not is_held_out.any():
        return samples, None
    return samples.take(~is_held_out), samples.take(is_held_out)


def guessing_loss(samples, n_classes, label_smoothing):
    """Return the loss of always predicting the shares of the classes, minus the least possible one.

    Outliers are an additional class.
    """
    kinds = np.where(samples.is_outlier, n_classes, samples.y)
    shares = np.bincount(kinds, weights=samples.weight, minlength=n_classes)
    n_classes = len(shares)
    shares = (1 - label_smoothing) * shares / shares.sum() + label_smoothing / n_classes
    return float(entr(shares).sum()) - least_loss(n_classes, label_smoothing)


def least_loss(n_classes, label_smoothing):
    """Return the least possible cross-entropy with smoothed labels."""
    spread = label_smoothing / n_classes
    return float(entr(1 - label_smoothing + spread) + (n_classes - 1) * entr(spread))


def pixel_statistics(samples, chunk=4096):
    """Return the weighted mean and standard deviation of all pixels together.

    Parameters
    ----------
    samples : Samples
    chunk : int, default=4096
        Number of images that are held in float64 at a time.

    Returns
    -------
    mean, scale : float
        The scale is 1 if all pixels are equal.

    Raises
    ------
    ValueError
        If the values are too large to compute with.
    """
    X = samples.images.reshape(len(samples.images), -1)
    weight = np.ones(len(X)) if samples.weight is None else samples.weight
    share = weight / weight.sum() / X.shape[1]
    mean, square = 0.0, 0.0  # of the differences from a first guess
    with np.errstate(over="ignore", invalid="ignore"):
        guess = X[:chunk].mean(dtype=np.float64)
        for start in range(0, len(X), chunk):
            rows = slice(start, start + chunk)
            difference = X[rows] - guess
            mean += float((share[rows] @ difference).sum())
            square += float(share[rows] @ np.einsum("ij,ij->i", difference, difference))
        variance = max(square - mean * mean, 0.0)  # mean**2 would raise if it is infinite
        mean += float(guess)
    scale = math.sqrt(variance) or 1.0
    if not abs(mean) + scale < np.finfo(np.float32).max:
        raise ValueError(
            f"X has values up to {np.abs(X).max():.3g}, too large to compute with: scale it, "
            "for instance with skdigits.PixelScaler."
        )
    return mean, scale
