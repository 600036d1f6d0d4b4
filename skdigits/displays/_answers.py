"""What a classifier predicts for images, and a grid of images with it."""

import numpy as np
from sklearn.utils import assert_all_finite, check_consistent_length
from sklearn.utils.multiclass import unique_labels

from skdigits._utils.wording import counted, percent
from skdigits.displays._image_grid import ImageGridDisplay, shorten


def answers(estimator, X):
    """Return the predictions and, if the estimator gives any, all probabilities and labels."""
    y_pred = np.asarray(estimator.predict(X))
    if not hasattr(estimator, "predict_proba"):
        return y_pred, None, None
    return y_pred, estimator.predict_proba(X), estimator.classes_


def check_predictions(X, y_true, y_pred, probability):
    """Return the last three as arrays, after a check that all are about the same samples."""
    check_consistent_length(X, y_true, y_pred, probability)
    y_true, y_pred, probability = [
        None if a is None else np.asarray(a) for a in (y_true, y_pred, probability)
    ]
    if y_true is not None:
        assert_all_finite(y_true, input_name="y_true")
        assert_all_finite(y_pred, input_name="y_pred")
        unique_labels(y_true, y_pred)  # refuses texts beside numbers, which are never equal
    return y_true, y_pred, probability


def names_of(indices, names, n_samples):
    """Return the names of some samples: those given for all, or else their positions."""
    if names is None:
        return [f"image {index}" for index in indices]
    if len(names) != n_samples:
        raise ValueError(f"There are {len(names)} names for {n_samples} images: give one each.")
    return [str(names[index]) for index in indices]


def error_count(n_errors, n_samples):
    """Say how many errors there are among how many images."""
    if not n_errors:
        return f"No errors in {n_samples:,} images"
    return (
        f"{counted(n_errors, 'error')} in {n_samples:,} images ({100 * n_errors / n_samples:.2f} %)"
    )


class AnswersDisplay(ImageGridDisplay):
    """Images in a grid, each with the prediction, its probability, the true label and a name."""

    def __init__(self, images, *, y_pred, y_true=None, probability=None, names=None):
        super().__init__(images)
        self.y_pred = y_pred
        self.y_true = y_true
        self.probability = probability
        self.names = names

    def _is_wrong(self, index):
        return self.y_true is not None and self.y_true[index] != self.y_pred[index]

    def _caption(self, index):
        lines = [f"predicted {self.y_pred[index]}"]
        if self.probability is not None and not np.isnan(self.probability[index]):
            lines[0] += f" ({percent(self.probability[index])})"
        if self._is_wrong(index):
            lines.append(f"true {self.y_true[index]}")
        if self.names is not None:
            lines.append(shorten(self.names[index]))
        return lines
