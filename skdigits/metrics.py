"""Measures of answers that were given before."""

from numbers import Integral

import numpy as np
from sklearn.utils import assert_all_finite, check_consistent_length, check_scalar, column_or_1d
from sklearn.utils.multiclass import unique_labels

__all__ = ["most_confused"]


def most_confused(y_true, y_pred, min_count=2):
    """Return which labels are taken for which, the most frequent confusions first.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        The truth.
    y_pred : array-like of shape (n_samples,)
        Answer given to each sample, by any classifier.
    min_count : int, default=2
        Least number of times that a confusion must occur.

    Returns
    -------
    confusions : list of tuple
        A tuple ``(true label, predicted label, count)`` for each confusion. Equally frequent
        ones stand in the order of the labels.

    Raises
    ------
    ValueError
        If there are no samples, not as many answers as truths, labels of mixed types, or
        `min_count` is below 1.

    See Also
    --------
    skdigits.displays.ConfusionGalleryDisplay : An example of each confusion.
    skdigits.displays.MisclassifiedDisplay : The errors, those of one confusion on demand.
    sklearn.metrics.confusion_matrix : The counts of all pairs of labels.

    Examples
    --------
    >>> from skdigits import most_confused
    >>> y_true = [4, 4, 4, 3, 3, 8, 7, 7]
    >>> y_pred = [9, 9, 9, 5, 5, 3, 7, 1]
    >>> most_confused(y_true, y_pred)
    [(4, 9, 3), (3, 5, 2)]
    """
    check_scalar(min_count, "min_count", Integral, min_val=1)
    y_true, y_pred = column_or_1d(y_true), column_or_1d(y_pred)
    check_consistent_length(y_true, y_pred)
    if not len(y_true):
        raise ValueError("y_true and y_pred are empty: give the truth and answer of one or more.")
    for y, name in ((y_true, "y_true"), (y_pred, "y_pred")):
        assert_all_finite(y, input_name=name)
    labels = unique_labels(y_true, y_pred)
    pairs = np.column_stack([np.searchsorted(labels, y) for y in (y_true, y_pred)])
    errors = pairs[pairs[:, 0] != pairs[:, 1]]
    confusions, counts = np.unique(errors, axis=0, return_counts=True)  # in order of labels
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= min_count]
    columns = (*labels[confusions[order]].T, counts[order])
    return list(zip(*(column.tolist() for column in columns), strict=True))
