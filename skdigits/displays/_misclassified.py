"""The errors of a classifier."""

import numpy as np

from skdigits.displays._image_grid import (
    ImageGridDisplay,
    answers,
    as_images,
    check_predictions,
    error_count,
)
from skdigits.displays._probabilities import probability_of


class MisclassifiedDisplay(ImageGridDisplay):
    """The errors of a classifier, the most confident ones first.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Images to show, of errors only.

    y_pred : ndarray of shape (n_images,)
        Answer given to each image.

    y_true : ndarray of shape (n_images,)
        The truth.

    n_errors : int
        Number of errors in all, shown or not.

    n_samples : int
        Number of images in all, right or wrong.

    probability : ndarray of shape (n_images,), default=None
        Probability in [0, 1] of each answer. If None, none is shown.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the images.

    figure_ : matplotlib Figure
        Figure containing the images.

    See Also
    --------
    SamplePredictionsDisplay : Images with the answers given, right or wrong.
    sklearn.metrics.ConfusionMatrixDisplay : Which labels are taken for which.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdigits.displays import MisclassifiedDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = GaussianNB().fit(X[:1000], y[:1000])
    >>> MisclassifiedDisplay.from_estimator(classifier, X[1000:], y[1000:])
    <...>
    """

    def __init__(self, images, *, y_pred, y_true, n_errors, n_samples, probability=None):
        super().__init__(images, y_pred=y_pred, y_true=y_true, probability=probability)
        self.n_errors = n_errors
        self.n_samples = n_samples

    @classmethod
    def from_estimator(cls, estimator, X, y, *, n_images=24, image_shape=None, ax=None, **style):
        """Plot the errors of a fitted classifier.

        Parameters
        ----------
        estimator : estimator instance
            Fitted classifier; without ``predict_proba``, errors stand in the order of `X`.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, in the form the classifier takes.

        y : array-like of shape (n_samples,)
            The truth.

        n_images : int, default=24
            Largest number of errors to show.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the estimator's ``image_shape_`` or the
            smallest square that holds a row.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_columns`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : MisclassifiedDisplay
            The display, plotted.
        """
        y_pred, y_proba, labels = answers(estimator, X)
        probability = None if y_proba is None else probability_of(y_pred, y_proba, labels)
        return cls.from_predictions(
            as_images(X, image_shape, estimator),
            y,
            y_pred,
            probability=probability,
            n_images=n_images,
            ax=ax,
            **style,
        )

    @classmethod
    def from_predictions(
        cls,
        X,
        y_true,
        y_pred,
        *,
        probability=None,
        n_images=24,
        image_shape=None,
        ax=None,
        **style,
    ):
        """Plot the errors among answers that were given before.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, of right and wrong answers.

        y_true : array-like of shape (n_samples,)
            The truth.

        y_pred : array-like of shape (n_samples,)
            Answer given to each image.

        probability : array-like of shape (n_samples,), default=None
            Probability in [0, 1] of each answer. If None, errors stand in the order of `X`.

        n_images : int, default=24
            Largest number of errors to show.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the smallest square that
            holds a row.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_columns`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : MisclassifiedDisplay
            The display, plotted.
        """
        y_true, y_pred, probability = check_predictions(X, y_true, y_pred, probability)
        errors = np.flatnonzero(y_true != y_pred)
        if probability is not None:
            errors = errors[np.argsort(-probability[errors], kind="stable")]
        shown = errors[:n_images]
        display = cls(
            as_images(X, image_shape)[shown],
            y_pred=y_pred[shown],
            y_true=y_true[shown],
            n_errors=len(errors),
            n_samples=len(y_true),
            probability=None if probability is None else probability[shown],
        )
        return display.plot(ax=ax, **style)

    def _title(self):
        title = error_count(self.n_errors, self.n_samples)
        order = "first" if self.probability is None else "most confident"
        n_shown = len(self.images)
        return title if n_shown == self.n_errors else f"{title}, the {n_shown} {order}"
