"""What a fitted network says of images, and of its own training."""

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.base import ClassifierMixin
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from skdigits._utils.images import as_rows, check_fitted_rows, check_numbers, rows_to_images

FARTHEST = 1e6
"""How many times the spread of the pixels of `fit` a pixel may reach: beyond, it is on another
scale, and what comes of it has no meaning."""


class PredictionMixin(ClassifierMixin):
    """Predictions, features and gradients of `net_`, and figures of `history_`."""

    def _check_image_shape(self, shape):
        if shape not in (None, self.image_shape_):
            raise ValueError(f"X has images of shape {shape}, expected {self.image_shape_}.")

    def _check_rows(self, X, y=None, *, reset):
        """Return checked rows and labels, and the shape of images if they were given as such."""
        X, shape = as_rows(X) if reset else as_rows(X, self)
        if not reset and y is None:
            return check_fitted_rows(self, X), y, shape
        X, y = validate_data(self, X, y, reset=reset)
        check_numbers(X)
        return X, y, shape

    def _images(self, X):
        if not hasattr(self, "net_"):  # the check alone takes a tenth of the time for one row
            check_is_fitted(self)
        X, _, shape = self._check_rows(X, reset=False)
        self._check_image_shape(shape)
        if X.dtype.itemsize > 2:  # smaller numbers are never so large
            scale, mean = self.net_.pixel_scale, self.net_.pixel_mean
            farthest = max(abs(float(X.min())), abs(float(X.max())))
            if farthest > FARTHEST * (scale + abs(mean)):
                raise ValueError(
                    f"X has values up to {farthest:.3g}, but those of fit differed by {scale:.3g} "
                    "(their standard deviation): give images on the scale of those of fit."
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
            Images, on the scale of those in `fit`.

        Returns
        -------
        logits : ndarray of shape (n_samples, n_classes) or (n_samples,)
            In the order of `classes_`; for two classes the second's less the first's.
        """
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict(self, X):
        """Return the most probable label of each image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the scale of those in `fit`.

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
            Images, on the scale of those in `fit`.

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
            Images, on the scale of those in `fit`.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            At most 0, in the order of `classes_`.
        """
        return log_softmax(self._logits(X), axis=1)

    def predict_with_scores(self, X):
        """Return what `predict_proba` and `score_samples` return, in the time of one of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the scale of those in `fit`.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In [0, 1], in the order of `classes_`; each row sums to 1.
        scores : ndarray of shape (n_samples,)
            How much each image is like those that the network was trained on.
        """
        images = self._images(X)
        logits, scores = self.net_.logits_and_typical(images)
        return softmax(logits.astype(np.float64), axis=1), scores.astype(np.float64)

    def score_samples(self, X):
        """Return how much each image is like those that the network was trained on.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the scale of those in `fit`.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Higher is more alike. After `fit`, about 1 % of the images that it was fitted on, each
            distorted half as much as in training, are below 0.

        Notes
        -----
        A score is the logarithm of the logits' summed exponentials [4]_, with `outlier_label` less
        the logit of outliers; less the distance of the network's features from those of the nearest
        class [5]_, [6]_; and plus how far they are along the direction that tells them from those
        of outliers: all three of one spread. These outliers are noise, blank images and images put
        together from halves of two, and those labelled `outlier_label`. After `partial_fit` the
        energy alone is left, and where all images were in one batch, there is no such direction.

        Of few images, a network knows too much by heart: trained on 100 of MNIST, it has 13 % of
        new digits below 0, on 1,000 6 %, on 3,000 and more 2 %.

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
        """Return what the logits are computed from: the values of the last layer but one.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the scale of those in `fit`.

        Returns
        -------
        features : ndarray of shape (n_samples, n_values)
            What the last hidden layer gives; without one, the last convolution's maps in a row.
        """
        images = self._images(X)
        return self.net_.features(images)

    def feature_maps(self, X):
        """Return what each convolution makes of the images, after pooling and ReLU.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the scale of those in `fit`.

        Returns
        -------
        feature_maps : list of ndarray of shape (n_samples, n_filters, map_height, map_width)
            One for each convolution.
        """
        images = self._images(X)
        return self.net_.feature_maps(images)

    def gradients(self, X, labels):
        """Return how fast the decision for a label rises with each pixel.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on the scale of those in `fit`.
        labels : array-like of shape (n_samples,)
            The label for each image, from `classes_`.

        Returns
        -------
        gradients : ndarray of shape (n_samples, height, width)
            Derivatives of the label's column of `decision_function` by the pixels on the scale of
            `X`; for two classes those of `decision_function`, negative for the first label.

        Raises
        ------
        ValueError
            If there is not one label of `classes_` for each image.
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
        """Least training loss of an epoch; None with early stopping."""
        return None if self.early_stopping else min(self.loss_curve_)

    @property
    def validation_scores_(self):
        """Validation accuracy of each epoch; None without a hold-out."""
        return [row["valid_accuracy"] for row in self.history_ if "valid_accuracy" in row] or None

    @property
    def best_validation_score_(self):
        """Highest validation accuracy of an epoch; None without a hold-out."""
        return max(self.validation_scores_) if self.validation_scores_ else None
