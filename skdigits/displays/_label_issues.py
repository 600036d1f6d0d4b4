"""Images that are likely mislabelled."""

import numpy as np
from sklearn.model_selection import cross_val_predict
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d

from skdigits._utils.probabilities import (
    check_has_probabilities,
    check_known,
    check_probabilities,
    most_probable,
    probability_of,
)
from skdigits._utils.wording import percent
from skdigits.displays._image_grid import ImageGridDisplay, as_images


def _check_given(y):
    """Return labels as an array, after a check that none is missing."""
    y = column_or_1d(y)
    assert_all_finite(y, input_name="y")
    return y


class LabelIssuesDisplay(ImageGridDisplay):
    """Images that are likely mislabelled, the most suspicious ones first.

    An image is suspect if a classifier that was not trained on it gives it another label than it
    has. The less probable the label given, the more suspicious it is.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Images to show, of suspects only.

    indices : ndarray of shape (n_suspects,)
        Position of each suspect in `X`, shown or not, the most suspicious first.

    self_confidence : ndarray of shape (n_samples,)
        Probability in [0, 1] of the label given to each image, suspect or not.

    given : ndarray of shape (n_images,)
        Label given to each image shown.

    suggested : ndarray of shape (n_images,)
        The most probable label of each image shown.

    probability : ndarray of shape (n_images,)
        Probability in [0, 1] of the label suggested.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the images.

    figure_ : matplotlib Figure
        Figure containing the images.

    See Also
    --------
    MisclassifiedDisplay : The errors, the most confident ones first.
    sklearn.model_selection.cross_val_predict : Gives the probabilities.

    Notes
    -----
    Suspects are ranked by self-confidence, the probability of the label given, as in confident
    learning [1]_; equal ones by the probability of the label suggested. A suspect may as well be
    an image that is hard to read, or one that the classifier does not understand: look before
    you change a label.

    References
    ----------
    .. [1] Northcutt, Jiang & Chuang, "Confident Learning: Estimating Uncertainty in Dataset
       Labels", JAIR 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdigits.displays import LabelIssuesDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> y[3] = 8
    >>> display = LabelIssuesDisplay.from_estimator(GaussianNB(var_smoothing=0.1), X, y)
    >>> 3 in display.indices
    True
    """

    def __init__(self, images, *, indices, self_confidence, given, suggested, probability):
        super().__init__(images)
        self.indices = indices
        self.self_confidence = self_confidence
        self.given = given
        self.suggested = suggested
        self.probability = probability

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, cv=5, n_images=24, image_shape=None, ax=None, **style
    ):
        """Plot the suspects that a classifier finds by cross-validation.

        Parameters
        ----------
        estimator : estimator instance
            Classifier with ``predict_proba``, fitted or not. It stays as it is; clones of it are
            trained.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, in the form the classifier takes.

        y : array-like of shape (n_samples,)
            Label given to each image.

        cv : int, cross-validation generator or iterable, default=5
            How to split the images, as for :func:`~sklearn.model_selection.cross_val_predict`;
            each must be left out once.

        n_images : int, default=24
            Largest number of suspects to show.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the estimator's ``image_shape_`` or the
            smallest square that holds a row.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_columns`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : LabelIssuesDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the classifier has no ``predict_proba``.
        """
        check_has_probabilities(estimator)
        y = _check_given(y)
        return cls.from_predictions(
            as_images(X, image_shape, estimator),
            y,
            cross_val_predict(estimator, X, y, cv=cv, method="predict_proba"),
            n_images=n_images,
            ax=ax,
            **style,
        )

    @classmethod
    def from_predictions(
        cls, X, y, y_proba, *, labels=None, n_images=24, image_shape=None, ax=None, **style
    ):
        """Plot the suspects by probabilities that were given before.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images.

        y : array-like of shape (n_samples,)
            Label given to each image.

        y_proba : array-like of shape (n_samples, n_labels)
            Probability of each label, by a classifier that was not trained on the image; the rows
            sum to 1.

        labels : array-like of shape (n_labels,), default=None
            Label of each column of `y_proba`, as in ``classes_`` of the classifier. If None, the
            labels in `y`, sorted.

        n_images : int, default=24
            Largest number of suspects to show.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the smallest square that
            holds a row.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_columns`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : LabelIssuesDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If rows of `y_proba` are no probabilities, or do not fit the labels.
        """
        y = _check_given(y)
        check_consistent_length(X, y)
        y_proba, labels = check_probabilities(y_proba, labels, y)
        check_known(y, labels)
        self_confidence = probability_of(y, y_proba, labels)
        suggested, probability = most_probable(y_proba, labels)
        by_suspicion = np.lexsort((-probability, self_confidence))
        indices = by_suspicion[(suggested != y)[by_suspicion]]
        shown = indices[:n_images]
        display = cls(
            as_images(X, image_shape)[shown],
            indices=indices,
            self_confidence=self_confidence,
            given=y[shown],
            suggested=suggested[shown],
            probability=probability[shown],
        )
        return display.plot(ax=ax, **style)

    def _title(self):
        n_suspects, n_samples = len(self.indices), len(self.self_confidence)
        if not n_suspects:
            return f"No suspect label in {n_samples:,} images"
        labels = "label" if n_suspects == 1 else "labels"
        title = f"{n_suspects:,} suspect {labels} in {n_samples:,} images"
        n_shown = len(self.images)
        return title if n_shown == n_suspects else f"{title}, the {n_shown} most suspicious"

    def _caption(self, index):
        confidence = self.self_confidence[self.indices[index]]
        return (
            f"given {self.given[index]}  {percent(confidence)}\n"
            f"rather {self.suggested[index]}  {percent(self.probability[index])}"
        )
