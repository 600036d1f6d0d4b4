"""Measures of answers that were given before."""

from numbers import Integral

import numpy as np
from sklearn.utils import assert_all_finite, check_consistent_length, check_scalar, column_or_1d
from sklearn.utils.multiclass import unique_labels

from skdigits._utils.probabilities import calibration_error, check_probabilities, most_probable

__all__ = ["expected_calibration_error", "most_confused"]


def expected_calibration_error(y_true, y_proba, *, labels=None, n_bins=15):
    """Return how far probabilities are from the accuracy, on average.

    Samples are sorted into bins of equal width by their largest probability, the confidence. In
    each bin, mean confidence and accuracy differ by some amount; the error is the mean of these
    amounts, weighted by the number of samples in the bin.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels. One that is not among `labels` counts as predicted wrong.
    y_proba : array-like of shape (n_samples, n_labels)
        Probability of each label, as ``predict_proba`` gives it; the rows sum to 1.
    labels : array-like of shape (n_labels,), default=None
        Label of each column of `y_proba`, as in ``classes_`` of the classifier. If None, the
        labels in `y_true`, sorted.
    n_bins : int, default=15
        Number of bins between 0 and 1.

    Returns
    -------
    error : float
        From 0, where each bin's confidence is its accuracy, to 1.

    Raises
    ------
    ValueError
        If there are no samples, rows of `y_proba` are no probabilities, or there is not one label
        a column.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : Confidence and accuracy of each bin, as a plot.
    sklearn.metrics.brier_score_loss : Measures calibration and sharpness together.

    Notes
    -----
    The value depends on the number of bins, and it is above 0 by chance even if the probabilities
    are correct: compare values of the same number of samples and bins only.

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
