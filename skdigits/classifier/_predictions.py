"""Predictions, scores and features of a fitted network, and figures of its training."""

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.base import ClassifierMixin
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from skdigits._utils.images import as_rows, check_fitted_rows, check_numbers, rows_to_images

FARTHEST = 1e6
"""Largest pixel, in multiples of the spread of the pixels in `fit`. A larger one must be on another
scale, and its prediction would have no meaning."""


class PredictionMixin(ClassifierMixin):
    """Predictions, features and gradients of `net_`, and figures of `history_`."""

    def _check_image_shape(self, shape):
        if shape not in (None, self.image_shape_):
            raise ValueError(f"X has images of shape {shape}, expected {self.image_shape_}.")

    def _check_rows(self, X, y=None, *, reset):
        """Return checked rows and labels, and the shape of the images if `X` holds images."""
        X, shape = as_rows(X) if reset else as_rows(X, self)
        if not reset and y is None:
            return check_fitted_rows(self, X), y, shape
        X, y = validate_data(self, X, y, reset=reset)
        check_numbers(X)
        return X, y, shape

    def _images(self, X):
        if not hasattr(self, "net_"):  # the check takes a tenth of the time for one row
            check_is_fitted(self)
        X, _, shape = self._check_rows(X, reset=False)
        self._check_image_shape(shape)
        if X.dtype.itemsize > 2:  # smaller types cannot hold such large numbers
            scale, mean = self.net_.pixel_scale, self.net_.pixel_mean
            farthest = max(abs(float(X.min())), abs(float(X.max())))
            if farthest > FARTHEST * (scale + abs(mean)):
                raise ValueError(
                    f"X has values up to {farthest:.3g}, but the pixels in fit had a standard "
                    f"deviation of {scale:.3g}: give images on the same scale as in fit."
                )
        return rows_to_images(X, self.image_shape_)

    def _logits(self, X):
        images = self._images(X)
        return self.net_.logits(images).astype(np.float64)

    def decision_function(self, X):
        """Return the network's logits.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        logits : ndarray of shape (n_samples, n_classes) or (n_samples,)
            Logit of each class, in the order of `classes_`. For two classes, the logit of the
            second minus that of the first.
        """
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict(self, X):
        """Return the most probable label of each image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels from `classes_`.
        """
        images = self._images(X)
        return self.classes_[self.net_.best(images)]

    def predict_proba(self, X):
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In [0, 1], in the order of `classes_`; each row sums to 1.
        """
        return softmax(self._logits(X), axis=1)

    def predict_log_proba(self, X):
        """Return the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Logarithms of the probabilities, at most 0, in the order of `classes_`.
        """
        return log_softmax(self._logits(X), axis=1)

    def predict_with_scores(self, X):
        """Return the results of `predict_proba` and `score_samples`, in the time of one of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In [0, 1], in the order of `classes_`; each row sums to 1.
        scores : ndarray of shape (n_samples,)
            How similar each image is to those that the network was trained on.
        """
        images = self._images(X)
        logits, scores = self.net_.logits_and_typical(images)
        return softmax(logits.astype(np.float64), axis=1), scores.astype(np.float64)

    def score_samples(self, X):
        """Return how similar each image is to those that the network was trained on.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            The higher, the more similar. After `fit`, about 1 % of the training images, each
            distorted half as much as in training, are below 0.

        Notes
        -----
        A score is the sum of three terms, which are scaled to the same spread:

        - the energy, which is the logarithm of the sum of the exponentials of the logits [4]_,
          minus the logit of outliers if there is an `outlier_label`;
        - the negative distance of the network's features from those of the nearest class [5]_,
          [6]_;
        - the position of the features along the direction that separates them from the features of
          outliers. These outliers are noise, blank images, images put together from halves of two,
          and the images labelled `outlier_label`.

        After `partial_fit`, the score is the energy alone. If all training images were in one
        batch, the third term is missing.

        A network overfits few images, and then more of the new images are below 0: of new digits of
        MNIST, 13 % after training on 100 images, 6 % after 1,000, and 2 % after 3,000 or more.

        References
        ----------
        .. [4] Liu et al., "Energy-based Out-of-distribution Detection", NeurIPS 2020.
        .. [5] Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples and
           Adversarial Attacks", NeurIPS 2018.
        .. [6] Mueller & Hein, "Mahalanobis++: Improving OOD Detection via Feature Normalization",
           ICML 2025.
        """
        images = self._images(X)
        return self.net_.typical(images).astype(np.float64)

    def features(self, X):
        """Return the values that the logits are computed from, those of the last layer but one.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        features : ndarray of shape (n_samples, n_values)
            Output of the last hidden layer or, without hidden layers, the maps of the last
            convolution as one row.
        """
        images = self._images(X)
        return self.net_.features(images)

    def feature_maps(self, X):
        """Return the output of each convolution, after pooling and ReLU.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.

        Returns
        -------
        feature_maps : list of ndarray of shape (n_samples, n_filters, map_height, map_width)
            One array per convolution.
        """
        images = self._images(X)
        return self.net_.feature_maps(images)

    def gradients(self, X, labels):
        """Return the gradient of the decision for a label with respect to the pixels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the same scale as in `fit`.
        labels : array-like of shape (n_samples,)
            The label for each image, from `classes_`.

        Returns
        -------
        gradients : ndarray of shape (n_samples, height, width)
            Derivative of the label's column of `decision_function` with respect to each pixel, on
            the scale of `X`. For two classes, the derivative of `decision_function`, with the
            opposite sign for the first label.

        Raises
        ------
        ValueError
            If the number of labels is not that of the images, or a label is not in `classes_`.
        """
        images, labels = self._images(X), column_or_1d(labels)
        check_consistent_length(images, labels)
        is_meant = labels[:, None] == self.classes_
        if not (known := is_meant.any(axis=1)).all():
            raise ValueError(
                f"labels must be among {self.classes_}, got {labels[known.argmin()]!r}."
            )
        directions = 2 * is_meant - 1 if len(self.classes_) == 2 else is_meant
        return self.net_.gradients(images, directions).astype(np.float64)

    @property
    def n_iter_(self):
        """Number of epochs trained."""
        return self.n_epochs_

    @property
    def pixel_scale_(self):
        """Standard deviation by which pixels are standardised."""
        check_is_fitted(self)
        return self.net_.pixel_scale

    @property
    def n_weights_(self):
        """Number of weights."""
        check_is_fitted(self)
        return sum(weights.numel() for weights in self.net_.module_.parameters())

    @property
    def loss_curve_(self):
        """Training loss of each epoch."""
        return [row["train_loss"] for row in self.history_]

    @property
    def loss_(self):
        """Training loss of the last epoch."""
        return self.loss_curve_[-1]

    @property
    def best_loss_(self):
        """Lowest training loss of any epoch; None with early stopping."""
        return None if self.early_stopping else min(self.loss_curve_)

    @property
    def validation_scores_(self):
        """Validation accuracy of each epoch; None without a validation set."""
        return [row["valid_accuracy"] for row in self.history_ if "valid_accuracy" in row] or None

    @property
    def best_validation_score_(self):
        """Highest validation accuracy of any epoch; None without a validation set."""
        return max(self.validation_scores_) if self.validation_scores_ else None
