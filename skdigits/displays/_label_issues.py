"""Images that are probably mislabelled."""

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
from skdigits._utils.wording import counted, percent
from skdigits.displays._answers import names_of
from skdigits.displays._image_grid import ImageGridDisplay, as_images, shorten


def _check_given(y):
    """Return labels as an array, after a check that none is missing."""
    y = column_or_1d(y)
    assert_all_finite(y, input_name="y")
    return y


class LabelIssuesDisplay(ImageGridDisplay):
    """Images that are probably mislabelled, the most suspicious ones first.

    An image is suspect if a classifier that was not trained on it predicts another label than the
    given one. The less probable the given label, the more suspicious the image.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Images to show, of suspects only.

    indices : ndarray of shape (n_suspects,)
        Position of each suspect in `X`, shown or not, the most suspicious first.

    self_confidence : ndarray of shape (n_samples,)
        Probability in [0, 1] of the given label of each image, suspect or not.

    given : ndarray of shape (n_images,)
        Given label of each image shown.

    suggested : ndarray of shape (n_images,)
        The most probable label of each image shown.

    probability : ndarray of shape (n_images,)
        Probability in [0, 1] of the suggested label.

    names : list of str of length n_images
        Name of each image shown: its file, or its position in `X`.

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
    Suspects are ranked by self-confidence, which is the probability of the given label, as in
    confident learning [1]_; equal ones by the probability of the suggested label. A suspect may
    also be an image that is hard to read, or of a kind that the classifier has seldom seen. Look at
    it before you change a label.

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

    def __init__(self, images, *, indices, self_confidence, given, suggested, probability, names):
        super().__init__(images)
        self.indices = indices
        self.self_confidence = self_confidence
        self.given = given
        self.suggested = suggested
        self.probability = probability
        self.names = names

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, cv=5, n_images=12, names=None, image_shape=None, ax=None, **style
    ):
        """Plot the suspects that a classifier finds by cross-validation.

        Parameters
        ----------
        estimator : estimator instance
            Classifier with ``predict_proba``, fitted or not. Clones of it are fitted; it stays as
            it is.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, in the form the classifier takes.

        y : array-like of shape (n_samples,)
            Given label of each image.

        cv : int, cross-validation generator or iterable, default=5
            How to split the images, as for :func:`~sklearn.model_selection.cross_val_predict`.
            Each image must be in exactly one test set.

        n_images : int, default=12
            Largest number of suspects to show.

        names : sequence of str of length n_samples, default=None
            Name of each image, such as its file. If None, its position in `X`.

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
            If the classifier has no ``predict_proba``, or there is not one name an image.
        """
        check_has_probabilities(estimator)
        y = _check_given(y)
        return cls.from_predictions(
            as_images(X, image_shape, estimator),
            y,
            cross_val_predict(estimator, X, y, cv=cv, method="predict_proba"),
            n_images=n_images,
            names=names,
            ax=ax,
            **style,
        )

    @classmethod
    def from_predictions(
        cls,
        X,
        y,
        y_proba,
        *,
        labels=None,
        n_images=12,
        names=None,
        image_shape=None,
        ax=None,
        **style,
    ):
        """Plot the suspects according to existing probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images.

        y : array-like of shape (n_samples,)
            Given label of each image.

        y_proba : array-like of shape (n_samples, n_labels)
            Probability of each label, from a classifier that was not trained on the image; the
            rows sum to 1.

        labels : array-like of shape (n_labels,), default=None
            Label of each column of `y_proba`, as in ``classes_`` of the classifier. If None, the
            labels in `y`, sorted.

        n_images : int, default=12
            Largest number of suspects to show.

        names : sequence of str of length n_samples, default=None
            Name of each image, such as its file. If None, its position in `X`.

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
            If rows of `y_proba` are no probabilities or do not fit the labels, or there is not
            one name an image.
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
            names=names_of(shown, names, len(y)),
        )
        return display.plot(ax=ax, **style)

    def _title(self):
        n_suspects, n_samples = len(self.indices), len(self.self_confidence)
        if not n_suspects:
            return f"No suspect label in {n_samples:,} images"
        title = f"{counted(n_suspects, 'suspect label')} in {n_samples:,} images"
        n_shown = len(self.images)
        return title if n_shown == n_suspects else f"{title}, the {n_shown} most suspicious"

    def _caption(self, index):
        confidence = self.self_confidence[self.indices[index]]
        return [
            f"label {self.given[index]} ({percent(confidence)})",
            f"model says {self.suggested[index]} ({percent(self.probability[index])})",
            shorten(self.names[index]),
        ]
