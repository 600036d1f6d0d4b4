"""The errors of a classifier."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_scalar
from sklearn.utils.multiclass import unique_labels

from skdigits._utils.probabilities import (
    check_probabilities,
    most_probable,
    probability_of,
)
from skdigits.displays._answers import (
    AnswersDisplay,
    answers,
    check_predictions,
    error_count,
    names_of,
)
from skdigits.displays._image_grid import as_images
from skdigits.displays._probability_bars import ROW, plot_bars


def _check_pair(pair, known):
    """Return a pair of labels, after a check that both are known."""
    if np.shape(pair) != (2,) or pair[0] == pair[1]:
        raise ValueError(f"pair must be two different labels, (true, predicted), got {pair!r}.")
    unknown = [label for label in pair if label not in known.tolist()]
    if unknown:
        raise ValueError(
            f"pair={pair!r} has a label that is neither a true nor a predicted one: choose among "
            f"{', '.join(map(repr, known.tolist()))}."
        )
    return pair


class MisclassifiedDisplay(AnswersDisplay):
    """The errors of a classifier, the most confident ones first.

    The order is by the probability of the wrong label. Bars below each image show the most
    probable labels, with the predicted one in orange and the true one in blue and bold.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Images to show, of errors only.

    y_pred : ndarray of shape (n_images,)
        Predicted label of each image.

    y_true : ndarray of shape (n_images,)
        True label of each image.

    n_errors : int
        Number of all errors, shown or not; with `pair`, only those of that confusion.

    n_samples : int
        Number of all images, correct or wrong; with `pair`, only those with its true label.

    probability : ndarray of shape (n_images,), default=None
        Probability in [0, 1] of each predicted label. If None, none is shown.

    top_labels : ndarray of shape (n_images, k), default=None
        Labels to show a bar for, the most probable ones first. If None, there are no bars.

    top_probabilities : ndarray of shape (n_images, k), default=None
        Their probabilities in [0, 1].

    pair : tuple of two labels, default=None
        ``(true, predicted)`` label of all errors, for the title.

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
    SamplePredictionsDisplay : Images with their predictions, correct or wrong.
    ConfusionGalleryDisplay : An example of each confusion.
    skdigits.most_confused : The most frequent confusions, as a list.
    sklearn.metrics.ConfusionMatrixDisplay : The counts of all confusions.

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

    def __init__(
        self,
        images,
        *,
        y_pred,
        y_true,
        n_errors,
        n_samples,
        probability=None,
        top_labels=None,
        top_probabilities=None,
        pair=None,
        names=None,
    ):
        super().__init__(images, y_pred=y_pred, y_true=y_true, probability=probability, names=names)
        self.n_errors = n_errors
        self.n_samples = n_samples
        self.top_labels = top_labels
        self.top_probabilities = top_probabilities
        self.pair = pair

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        n_images=12,
        top_k=3,
        pair=None,
        names=None,
        image_shape=None,
        ax=None,
        **style,
    ):
        """Plot the errors of a fitted classifier.

        Parameters
        ----------
        estimator : estimator instance
            Fitted classifier. Without ``predict_proba``, errors are in the order of `X` and have
            no bars.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, in the form the classifier takes.

        y : array-like of shape (n_samples,)
            True label of each image.

        n_images : int, default=12
            Largest number of errors to show.

        top_k : int, default=3
            Number of bars below an image. 0 means none.

        pair : tuple of two labels, default=None
            ``(true, predicted)`` label of the errors to show. If None, all are shown.

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
        display : MisclassifiedDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If `pair` does not name two labels that occur, or there is not one name an image.
        """
        y_pred, y_proba, labels = answers(estimator, X)
        return cls.from_predictions(
            as_images(X, image_shape, estimator),
            y,
            y_pred,
            y_proba=y_proba,
            labels=labels,
            n_images=n_images,
            top_k=top_k,
            pair=pair,
            names=names,
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
        y_proba=None,
        labels=None,
        n_images=12,
        top_k=3,
        pair=None,
        names=None,
        image_shape=None,
        ax=None,
        **style,
    ):
        """Plot the errors among existing predictions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, predicted correctly or not.

        y_true : array-like of shape (n_samples,)
            True label of each image.

        y_pred : array-like of shape (n_samples,)
            Predicted label of each image.

        probability : array-like of shape (n_samples,), default=None
            Probability in [0, 1] of each predicted label, if those of the other labels are
            not known.

        y_proba : array-like of shape (n_samples, n_labels), default=None
            Probability of each label; the rows sum to 1. If None, there are no bars. Without
            `y_proba` and `probability`, errors are in the order of `X`.

        labels : array-like of shape (n_labels,), default=None
            Label of each column of `y_proba`, as in ``classes_`` of the classifier. If None, the
            labels in `y_true` and `y_pred`, sorted.

        n_images : int, default=12
            Largest number of errors to show.

        top_k : int, default=3
            Number of bars below an image. 0 means none.

        pair : tuple of two labels, default=None
            ``(true, predicted)`` label of the errors to show. If None, all are shown.

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
        display : MisclassifiedDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If `pair` does not name two labels that occur, there is not one name an image, or rows
            of `y_proba` are no probabilities or do not fit the labels.
        """
        check_scalar(top_k, "top_k", Integral, min_val=0)
        y_true, y_pred, probability = check_predictions(X, y_true, y_pred, probability)
        top_labels = top_probabilities = None
        if y_proba is not None:
            if probability is not None:
                raise ValueError("Give y_proba or probability, not both.")
            y_proba, labels = check_probabilities(y_proba, labels, y_true, y_pred)
            probability = probability_of(y_pred, y_proba, labels)
        errors = np.flatnonzero(y_true != y_pred)
        n_samples = len(y_true)
        if pair is not None:
            pair = _check_pair(pair, unique_labels(y_true, y_pred))
            errors = np.flatnonzero((y_true == pair[0]) & (y_pred == pair[1]))
            n_samples = int(np.sum(y_true == pair[0]))
        if probability is not None:
            errors = errors[np.argsort(-probability[errors], kind="stable")]
        shown = errors[:n_images]
        if y_proba is not None and top_k:
            top_labels, top_probabilities = most_probable(y_proba[shown], labels, top_k)
        display = cls(
            as_images(X, image_shape)[shown],
            y_pred=y_pred[shown],
            y_true=y_true[shown],
            n_errors=len(errors),
            n_samples=n_samples,
            probability=None if probability is None else probability[shown],
            top_labels=top_labels,
            top_probabilities=top_probabilities,
            pair=pair,
            names=names_of(shown, names, len(y_true)),
        )
        return display.plot(ax=ax, **style)

    def _height_below(self):
        return 0 if self.top_labels is None else self.top_labels.shape[1] * ROW + 0.08

    def _plot_below(self, ax, index, left, width, top, fontsize):
        if self.top_labels is None:
            return
        plot_bars(
            ax,
            self.top_labels[index],
            self.top_probabilities[index],
            wrong=self.y_pred[index],
            right=self.y_true[index],
            left=left,
            width=width,
            top=top,
            fontsize=fontsize,
        )

    def _title(self):
        title = error_count(self.n_errors, self.n_samples)
        order = "first" if self.probability is None else "most confident"
        n_shown = len(self.images)
        if n_shown < self.n_errors:
            title += f", the {n_shown} {order}"
        return title if self.pair is None else "true {}, predicted {}\n".format(*self.pair) + title
