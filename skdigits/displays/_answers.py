"""The answers of a classifier to images, and a grid of images with theirs."""

import numpy as np
from sklearn.utils import assert_all_finite, check_consistent_length
from sklearn.utils.multiclass import unique_labels

from skdigits._utils.wording import percent
from skdigits.displays._image_grid import ImageGridDisplay


def answers(estimator, X):
    """Return the predictions and, where the estimator gives any, all probabilities and labels."""
    y_pred = np.asarray(estimator.predict(X))
    if not hasattr(estimator, "predict_proba"):
        return y_pred, None, None
    return y_pred, estimator.predict_proba(X), estimator.classes_


def check_predictions(X, y_true, y_pred, probability):
    """Return the last three as arrays, after a check that all speak of the same samples."""
    check_consistent_length(X, y_true, y_pred, probability)
    y_true, y_pred, probability = [
        None if a is None else np.asarray(a) for a in (y_true, y_pred, probability)
    ]
    if y_true is not None:
        assert_all_finite(y_true, input_name="y_true")
        assert_all_finite(y_pred, input_name="y_pred")
        unique_labels(y_true, y_pred)  # refuses texts beside numbers, which are never equal
    return y_true, y_pred, probability


def error_count(n_errors, n_samples):
    """Say how many errors there are among how many images."""
    if not n_errors:
        return f"No errors in {n_samples:,} images"
    errors = "error" if n_errors == 1 else "errors"
    return f"{n_errors:,} {errors} in {n_samples:,} images ({100 * n_errors / n_samples:.2f} %)"


class AnswersDisplay(ImageGridDisplay):
    """Images in a grid, each over the answer, its probability and, where it errs, the truth."""

    def __init__(self, images, *, y_pred, y_true=None, probability=None):
        super().__init__(images)
        self.y_pred = y_pred
        self.y_true = y_true
        self.probability = probability

    def _is_wrong(self, index):
        return self.y_true is not None and self.y_true[index] != self.y_pred[index]

    def _caption(self, index):
        caption = str(self.y_pred[index])
        if self.probability is not None and not np.isnan(self.probability[index]):
            caption += f"  {percent(self.probability[index])}"
        return f"{caption}\ntruth {self.y_true[index]}" if self._is_wrong(index) else caption
