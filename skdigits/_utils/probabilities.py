"""Check the probabilities of labels, and select some of them."""

import numpy as np
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.multiclass import unique_labels

__all__ = [
    "calibration_error",
    "check_has_probabilities",
    "check_known",
    "check_probabilities",
    "most_probable",
    "probability_of",
]

_TOLERANCE = 1e-3  # the sum of probabilities in half precision may differ from 1 by this much


def check_has_probabilities(estimator):
    """Raise a ValueError if an estimator has no ``predict_proba``."""
    if not hasattr(estimator, "predict_proba"):
        raise ValueError(
            f"{type(estimator).__name__} has no predict_proba, so its confidence is unknown: give "
            "a classifier with predict_proba, or wrap it in "
            "sklearn.calibration.CalibratedClassifierCV."
        )


def check_probabilities(y_proba, labels, *y):
    """Return probabilities as an array, one row per sample of `y`, and the labels of its columns.

    The labels are those given, or if None, the sorted labels in `y`.
    """
    y_proba = check_array(
        y_proba,
        dtype=[np.float64, np.float32],
        ensure_2d=False,
        allow_nd=True,
        input_name="y_proba",
    )
    if y_proba.ndim != 2:
        raise ValueError(f"y_proba must have the shape (n_samples, n_labels), got {y_proba.shape}.")
    off = (y_proba < -_TOLERANCE).any(axis=1) | (np.abs(y_proba.sum(axis=1) - 1) > _TOLERANCE)
    if off.any():
        raise ValueError(
            f"Row {off.argmax()} of y_proba does not contain probabilities: expected values from 0 "
            "to 1 that sum to 1."
        )
    check_consistent_length(y_proba, *y)
    labels = unique_labels(*y) if labels is None else np.asarray(labels)
    if len(labels) != y_proba.shape[1]:
        raise ValueError(
            f"The number of columns in y_proba, {y_proba.shape[1]}, must equal the number of "
            f"labels, {len(labels)}: give the label of each column as labels."
        )
    unique_labels(*y, labels)  # raises if there are both strings and numbers: none are equal
    return y_proba, labels


def check_known(y, labels):
    """Raise a ValueError if `y` contains a label that is not among the labels."""
    unknown = sorted(set(np.unique(y).tolist()) - set(labels.tolist()))
    if unknown:
        raise ValueError(
            f"There are samples labelled {', '.join(map(str, unknown))}, but this model knows only "
            f"{', '.join(map(str, labels))}."
        )


def probability_of(y, y_proba, labels):
    """Return the probability of each sample's label; NaN if the label has no column."""
    is_its = np.asarray(y)[:, None] == labels
    probability = y_proba[np.arange(len(y_proba)), is_its.argmax(axis=1)]
    return np.where(is_its.any(axis=1), probability, np.nan)


def most_probable(y_proba, labels, k=None):
    """Return the most probable label of each sample, or the `k` most probable, with probabilities.

    Of equally probable labels, the first is taken. Both arrays have the shape (n_samples,), or
    (n_samples, k) if `k` is given.
    """
    columns = np.argsort(-y_proba, axis=1, kind="stable")[:, : k or 1]
    best = np.asarray(labels)[columns], np.take_along_axis(y_proba, columns, axis=1)
    return tuple(each[:, 0] for each in best) if k is None else best


def calibration_error(confidence, is_right, n_bins=15):
    """Return the mean difference between confidence and accuracy over bins of equal width."""
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=confidence - is_right)
    return float(np.abs(gaps).sum() / len(confidence))
