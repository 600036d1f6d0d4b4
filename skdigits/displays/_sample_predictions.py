"""Images drawn at random, with their predictions."""

import numpy as np
from sklearn.utils import check_consistent_length, resample

from skdigits._utils.probabilities import probability_of
from skdigits.displays._answers import AnswersDisplay, answers, check_predictions, names_of
from skdigits.displays._image_grid import as_images


def _draw(X, n_images, random_state):
    """Return some samples drawn at random, and their indices."""
    n_images = min(n_images, len(X))
    return resample(
        X, np.arange(len(X)), replace=False, n_samples=n_images, random_state=random_state
    )


class SamplePredictionsDisplay(AnswersDisplay):
    """Images with their predictions, the probabilities and, for errors, the true labels.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Images to show.

    y_pred : ndarray of shape (n_images,)
        Predicted label of each image.

    y_true : ndarray of shape (n_images,), default=None
        True label of each image. If None, no prediction is marked as wrong.

    probability : ndarray of shape (n_images,), default=None
        Probability in [0, 1] of each predicted label. If None, none is shown.

    names : list of str, default=None
        Name of each image, such as its file. If None, none is shown.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the images.

    figure_ : matplotlib Figure
        Figure containing the images.

    See Also
    --------
    MisclassifiedDisplay : The errors, the most confident ones first.
    TrainingCurveDisplay : Loss and accuracy over the epochs of a fit.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import RidgeClassifier
    >>> from skdigits.displays import SamplePredictionsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = RidgeClassifier().fit(X[:1000], y[:1000])
    >>> SamplePredictionsDisplay.from_estimator(classifier, X[1000:], y[1000:])
    <...>
    """

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y=None,
        *,
        n_images=12,
        names=None,
        image_shape=None,
        random_state=None,
        ax=None,
        **style,
    ):
        """Plot the predictions of a fitted classifier for images drawn at random.

        Parameters
        ----------
        estimator : estimator instance
            Fitted classifier. Without ``predict_proba``, no probability is shown.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, in the form the classifier takes.

        y : array-like of shape (n_samples,), default=None
            True label of each image, if known.

        n_images : int, default=12
            Number of images to draw. If there are fewer, all are shown.

        names : sequence of str of length n_samples, default=None
            Name of each image, such as its file. If None, its position in `X`.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the estimator's ``image_shape_`` or the
            smallest square that holds a row.

        random_state : int, RandomState instance or None, default=None
            Decides which images are drawn.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_columns`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : SamplePredictionsDisplay
            The display, plotted.
        """
        check_consistent_length(X, y)
        n_samples = len(X)
        X, indices = _draw(X, n_images, random_state)
        y_true = None if y is None else np.asarray(y)[indices]
        y_pred, y_proba, labels = answers(estimator, X)
        probability = None if y_proba is None else probability_of(y_pred, y_proba, labels)
        y_true, y_pred, probability = check_predictions(X, y_true, y_pred, probability)
        images = as_images(X, image_shape, estimator)
        display = cls(
            images,
            y_pred=y_pred,
            y_true=y_true,
            probability=probability,
            names=names_of(indices, names, n_samples),
        )
        return display.plot(ax=ax, **style)

    @classmethod
    def from_predictions(
        cls,
        X,
        y_true,
        y_pred,
        *,
        probability=None,
        n_images=12,
        names=None,
        image_shape=None,
        random_state=None,
        ax=None,
        **style,
    ):
        """Plot existing predictions for images drawn at random.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images.

        y_true : array-like of shape (n_samples,) or None
            True label of each image, if known.

        y_pred : array-like of shape (n_samples,)
            Predicted label of each image.

        probability : array-like of shape (n_samples,), default=None
            Probability in [0, 1] of each predicted label, if known.

        n_images : int, default=12
            Number of images to draw. If there are fewer, all are shown.

        names : sequence of str of length n_samples, default=None
            Name of each image, such as its file. If None, its position in `X`.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the smallest square that
            holds a row.

        random_state : int, RandomState instance or None, default=None
            Decides which images are drawn.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_columns`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : SamplePredictionsDisplay
            The display, plotted.
        """
        y_true, y_pred, probability = check_predictions(X, y_true, y_pred, probability)
        images, indices = _draw(as_images(X, image_shape), n_images, random_state)
        display = cls(
            images,
            y_pred=y_pred[indices],
            y_true=None if y_true is None else y_true[indices],
            probability=None if probability is None else probability[indices],
            names=names_of(indices, names, len(y_pred)),
        )
        return display.plot(ax=ax, **style)

    def _title(self):
        n_images = len(self.images)
        title = f"Predictions for {n_images} image{'s' * (n_images != 1)}"
        if self.y_true is None:
            return title
        n_wrong = np.sum(np.asarray(self.y_true) != self.y_pred)
        return f"{title}, {n_wrong or 'none'} of them wrong"
