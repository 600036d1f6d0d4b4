"""How well probabilities fit the true labels: figures for machines, and a table for readers."""

import numpy as np
from sklearn.metrics import (
    classification_report,
    precision_recall_fscore_support,
)
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import unique_labels

from skdigits._utils.probabilities import (
    check_known,
    check_probabilities,
    most_probable,
    probability_of,
)
from skdigits._utils.wording import counted
from skdigits.metrics import expected_calibration_error

__all__ = ["Evaluation"]


class Evaluation:
    """How well probabilities fit the true labels.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels.
    y_proba : array-like of shape (n_samples, n_labels)
        Probability of each label, as from ``predict_proba``; the rows sum to 1.
    labels : array-like of shape (n_labels,)
        Label of each column of `y_proba`, as in ``classes_`` of the classifier.

    Attributes
    ----------
    y_true, y_pred : ndarray of shape (n_samples,)
        True labels and most probable labels.
    y_proba : ndarray of shape (n_samples, n_labels)
        The probabilities.
    labels : ndarray of shape (n_labels,)
        The labels.
    n_errors : int
        Number of wrong predictions.
    accuracy : float
        Share of correct predictions, in [0, 1].
    loss : float
        Log loss: the mean negative logarithm of the probability of the true label.
    calibration_error : float
        As :func:`~skdigits.expected_calibration_error` measures it.

    Raises
    ------
    ValueError
        If a true label is not in `labels`, there are no samples, or the rows of `y_proba` are not
        probabilities.

    Examples
    --------
    >>> from skdigits.evaluation import Evaluation
    >>> y_proba = [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]
    >>> evaluation = Evaluation(["1", "7", "7"], y_proba, ["1", "7"])
    >>> evaluation.n_errors, round(evaluation.loss, 2)
    (1, 0.41)
    """

    def __init__(self, y_true, y_proba, labels):
        self.y_true = column_or_1d(y_true)
        self.y_proba, self.labels = check_probabilities(y_proba, labels, self.y_true)
        check_known(self.y_true, self.labels)
        self.y_pred, _ = most_probable(self.y_proba, self.labels)
        of_truth = probability_of(self.y_true, self.y_proba, self.labels)
        self.loss = float(-np.log(of_truth.clip(min=np.finfo(float).tiny)).mean())
        self.n_errors = int((self.y_true != self.y_pred).sum())
        self.accuracy = 1 - self.n_errors / len(self.y_true)
        self.calibration_error = expected_calibration_error(
            self.y_true, self.y_proba, labels=self.labels
        )

    def figures(self):
        """Return the figures for machines: a dict of plain numbers, lists and dicts."""
        labels = unique_labels(self.y_true, self.y_pred).tolist()
        scores = precision_recall_fscore_support(
            self.y_true, self.y_pred, labels=labels, zero_division=0
        )
        columns = zip(labels, *(score.tolist() for score in scores), strict=True)
        return {
            "n_images": len(self.y_true),
            "n_errors": self.n_errors,
            "accuracy": self.accuracy,
            "loss": self.loss,
            "calibration_error": self.calibration_error,
            "per_label": {
                label: dict(zip(("precision", "recall", "f1", "n_images"), column, strict=True))
                for label, *column in columns
            },
            "confusion_matrix": self._confusion(labels),
        }

    def _confusion(self, labels):
        """Return the confusion matrix as lists; scikit-learn's function warns of a single label."""
        places = (np.searchsorted(labels, y) for y in (self.y_true, self.y_pred))
        matrix = np.zeros((len(labels), len(labels)), dtype=int)
        np.add.at(matrix, tuple(places), 1)
        return matrix.tolist()

    def table(self):
        """Return the figures for readers: a line and a table."""
        return (
            f"accuracy {self.accuracy:.2%}, {counted(self.n_errors, 'error')} in "
            f"{counted(len(self.y_true), 'image')}, loss {self.loss:.4f}, calibration error "
            f"{self.calibration_error:.2%}\n\n"
            + classification_report(self.y_true, self.y_pred, digits=4, zero_division=0)
        )
