"""Metrics of predictions."""

from numbers import Integral

import numpy as np
from sklearn.utils import assert_all_finite, check_consistent_length, check_scalar, column_or_1d
from sklearn.utils.multiclass import unique_labels

from skdigits._utils.probabilities import calibration_error, check_probabilities, most_probable

__all__ = ["expected_calibration_error", "most_confused"]


def expected_calibration_error(y_true, y_proba, *, labels=None, n_bins=15):
    """Return the mean difference between confidence and accuracy.

    The confidence of a prediction is the largest probability. Samples are sorted by it into bins of
    equal width. The error is the mean over the bins of the absolute difference between mean
    confidence and accuracy, weighted by the number of samples in each bin.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels. A label that is not in `labels` counts as a wrong prediction.
    y_proba : array-like of shape (n_samples, n_labels)
        Probability of each label, as ``predict_proba`` gives it; the rows sum to 1.
    labels : array-like of shape (n_labels,), default=None
        Label of each column of `y_proba`, as in ``classes_`` of the classifier. None means the
        sorted labels in `y_true`.
    n_bins : int, default=15
        Number of bins between 0 and 1.

    Returns
    -------
    error : float
        Between 0, if confidence and accuracy are equal in each bin, and 1.

    Raises
    ------
    ValueError
        If there are no samples, the rows of `y_proba` are not probabilities, or the number of
        labels is not that of its columns.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : Confidence and accuracy of each bin, as a plot.
    sklearn.metrics.brier_score_loss : Measures calibration and sharpness together.

    Notes
    -----
    The value depends on the number of bins, and it is above 0 by chance even if the probabilities
    are correct: only compare values from the same number of samples and bins.

    References
    ----------
    Naeini, Cooper & Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning",
    AAAI 2015; Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, whose 15 bins are
    the default.

    Examples
    --------
    >>> from skdigits import expected_calibration_error
    >>> y_true = [0, 0, 1, 1]
    >>> y_proba = [[0.75, 0.25], [0.75, 0.25], [0.75, 0.25], [0.0, 1.0]]
    >>> round(expected_calibration_error(y_true, y_proba), 4)  # 3/4 of |0.75 - 2/3|
    0.0625
    """
    check_scalar(n_bins, "n_bins", Integral, min_val=1)
    y_true = column_or_1d(y_true)
    assert_all_finite(y_true, input_name="y_true")
    y_proba, labels = check_probabilities(y_proba, labels, y_true)
    y_pred, confidence = most_probable(y_proba, labels)
    return calibration_error(confidence, y_pred == y_true, n_bins)


def most_confused(y_true, y_pred, min_count=2):
    """Return the most frequent confusions of true and predicted labels.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels.
    y_pred : array-like of shape (n_samples,)
        Predicted labels, from any classifier.
    min_count : int, default=2
        Minimum number of times that a confusion must occur to be returned.

    Returns
    -------
    confusions : list of tuple
        A tuple ``(true label, predicted label, count)`` for each confusion, the most frequent
        first. Equally frequent confusions are in the order of the labels.

    Raises
    ------
    ValueError
        If there are no samples, `y_true` and `y_pred` differ in length or in the type of their
        labels, or `min_count` is below 1.

    See Also
    --------
    skdigits.displays.ConfusionGalleryDisplay : An example of each confusion.
    skdigits.displays.MisclassifiedDisplay : The errors, or those of one confusion.
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
        raise ValueError("y_true and y_pred are empty: give the labels of at least one sample.")
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
