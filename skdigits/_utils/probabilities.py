"""The probabilities of labels, checked, and those of some labels among them."""

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

_TOLERANCE = 1e-3  # so far from 1 may probabilities in half precision sum


def check_has_probabilities(estimator):
    """Refuse an estimator without ``predict_proba``."""
    if not hasattr(estimator, "predict_proba"):
        raise ValueError(
            f"{type(estimator).__name__} has no predict_proba to tell how sure it is: give a "
            "classifier that has, or wrap it in sklearn.calibration.CalibratedClassifierCV."
        )


def check_probabilities(y_proba, labels, *y):
    """Return probabilities as an array, a row for each sample of `y`, and their columns' labels.

    These are those stated, or all that stand in `y`.
    """
    y_proba = check_array(
        y_proba,
        dtype=[np.float64, np.float32],
        ensure_2d=False,
        allow_nd=True,
        input_name="y_proba",
    )
    if y_proba.ndim != 2:
        raise ValueError(
            f"y_proba has the shape {y_proba.shape}, but needs a row for each sample and a column "
            "for each label."
        )
    off = (y_proba < -_TOLERANCE).any(axis=1) | (np.abs(y_proba.sum(axis=1) - 1) > _TOLERANCE)
    if off.any():
        raise ValueError(
            f"Row {off.argmax()} of y_proba holds no probabilities: expected values from 0 to 1 "
            "whose sum is 1."
        )
    check_consistent_length(y_proba, *y)
    labels = unique_labels(*y) if labels is None else np.asarray(labels)
    if len(labels) != y_proba.shape[1]:
        raise ValueError(
            f"The number of columns in y_proba, {y_proba.shape[1]}, is not that of the labels, "
            f"{len(labels)}: state in labels the label of each column."
        )
    unique_labels(*y, labels)  # refuses texts beside numbers, which are never equal
    return y_proba, labels


def check_known(y, labels):
    """Refuse a label in `y` that is none of the labels."""
    unknown = sorted(set(np.unique(y).tolist()) - set(labels.tolist()))
    if unknown:
        raise ValueError(
            f"There are samples labelled {', '.join(map(str, unknown))}, but this model knows only "
            f"{', '.join(map(str, labels))}."
        )


def probability_of(y, y_proba, labels):
    """Return the probability of one label a sample; NaN where it has no column."""
    is_its = np.asarray(y)[:, None] == labels
    probability = y_proba[np.arange(len(y_proba)), is_its.argmax(axis=1)]
    return np.where(is_its.any(axis=1), probability, np.nan)


def most_probable(y_proba, labels, k=None):
    """Return the most probable label of each sample and its probability, or those of the best `k`.

    Of equally probable ones, the first is taken. Both arrays have the shape (n_samples,), or
    (n_samples, k).
    """
    columns = np.argsort(-y_proba, axis=1, kind="stable")[:, : k or 1]
    best = np.asarray(labels)[columns], np.take_along_axis(y_proba, columns, axis=1)
    return tuple(each[:, 0] for each in best) if k is None else best


def calibration_error(confidence, is_right, n_bins=15):
    """Return how far confidences are from the share of right answers, on average over the bins."""
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=confidence - is_right)
    return float(np.abs(gaps).sum() / len(confidence))
