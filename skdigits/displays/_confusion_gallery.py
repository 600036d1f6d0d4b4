"""A confusion matrix with an example in each cell."""

import numpy as np
from sklearn.metrics import confusion_matrix
from sklearn.utils.multiclass import unique_labels

from skdigits._utils.probabilities import check_probabilities, probability_of
from skdigits.displays._answers import answers, check_predictions, error_count
from skdigits.displays._image_grid import as_images
from skdigits.displays._shared import VERMILION, new_axes


def _examples(y_true, y_pred, labels, confidence):
    """Return the most confident sample of each pair of labels, the first of equals, or -1."""
    last_to_first = np.argsort(-confidence, kind="stable")[::-1]
    cells = [(y[last_to_first, None] == labels).argmax(axis=1) for y in (y_true, y_pred)]
    indices = np.full((len(labels), len(labels)), -1)
    indices[*cells] = last_to_first  # of several samples, the last one stays
    return indices


def _all_labels(labels, found):
    """Return the given labels, followed by the others that were found."""
    if labels is None:
        return found
    return np.append(labels, np.setdiff1d(unique_labels(found, labels), labels))


class ConfusionGalleryDisplay:
    """A confusion matrix with an example image and the count in each cell.

    The example is the image for which the predicted label had the largest probability, or the
    first one if there are no probabilities. Correct predictions, on the diagonal, are pale. The
    more frequent an error, the darker its cell. A cell without samples is blank.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Example of each cell that is not empty, row by row.

    confusion_matrix : ndarray of shape (n_labels, n_labels)
        Number of samples with each true label (rows) and predicted label (columns).

    indices : ndarray of shape (n_labels, n_labels)
        Position in `X` of the sample in each cell; -1 in a blank cell.

    display_labels : ndarray of shape (n_labels,)
        Label of each row and column.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the matrix.

    figure_ : matplotlib Figure
        Figure containing the matrix.

    See Also
    --------
    MisclassifiedDisplay : The errors, all of them or those of one cell.
    skdigits.most_confused : The most frequent confusions, as a list.
    sklearn.metrics.ConfusionMatrixDisplay : The counts alone.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdigits.displays import ConfusionGalleryDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = GaussianNB().fit(X[:1000], y[:1000])
    >>> ConfusionGalleryDisplay.from_estimator(classifier, X[1000:], y[1000:])
    <...>
    """

    def __init__(self, images, *, confusion_matrix, indices, display_labels):
        self.images = images
        self.confusion_matrix = confusion_matrix
        self.indices = indices
        self.display_labels = display_labels

    @classmethod
    def from_estimator(cls, estimator, X, y, *, image_shape=None, cmap="gray_r", ax=None):
        """Plot the confusions of a fitted classifier.

        Parameters
        ----------
        estimator : estimator instance
            Fitted classifier. Without ``predict_proba``, the example is the first of its cell.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, in the form the classifier takes.

        y : array-like of shape (n_samples,)
            True label of each image.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the estimator's ``image_shape_`` or the
            smallest square that holds a row.

        cmap : str or matplotlib Colormap, default='gray_r'
            Colours of the pixels. The default shows MNIST as dark ink on white paper.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        Returns
        -------
        display : ConfusionGalleryDisplay
            The display, plotted.
        """
        y_pred, y_proba, labels = answers(estimator, X)
        return cls.from_predictions(
            as_images(X, image_shape, estimator),
            y,
            y_pred,
            y_proba=y_proba,
            labels=labels,
            cmap=cmap,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        X,
        y_true,
        y_pred,
        *,
        y_proba=None,
        labels=None,
        image_shape=None,
        cmap="gray_r",
        ax=None,
    ):
        """Plot the confusions among existing predictions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, predicted correctly or not.

        y_true : array-like of shape (n_samples,)
            True label of each image.

        y_pred : array-like of shape (n_samples,)
            Predicted label of each image.

        y_proba : array-like of shape (n_samples, n_labels), default=None
            Probability of each label; the rows sum to 1. If None, the example is the first of
            its cell.

        labels : array-like of shape (n_labels,), default=None
            Label of each column of `y_proba`, as in ``classes_`` of the classifier. The cells
            have the same order. Other labels in `y_true` or `y_pred` follow, sorted. If None, all
            are sorted.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows. If None, the smallest square that
            holds a row.

        cmap : str or matplotlib Colormap, default='gray_r'
            Colours of the pixels. The default shows MNIST as dark ink on white paper.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        Returns
        -------
        display : ConfusionGalleryDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If there are no images, or rows of `y_proba` are no probabilities or do not fit the
            labels.
        """
        y_true, y_pred, _ = check_predictions(X, y_true, y_pred, None)
        if not len(y_true):
            raise ValueError("There are no images to show: give one or more.")
        confidence = np.zeros(len(y_pred))
        if y_proba is not None:
            y_proba, labels = check_probabilities(y_proba, labels, y_true, y_pred)
            confidence = probability_of(y_pred, y_proba, labels)
        labels = _all_labels(labels, unique_labels(y_true, y_pred))
        matrix = confusion_matrix(y_true, y_pred, labels=labels)
        indices = _examples(y_true, y_pred, labels, confidence)
        display = cls(
            as_images(X, image_shape)[indices[indices >= 0]],
            confusion_matrix=matrix,
            indices=indices,
            display_labels=labels,
        )
        return display.plot(cmap=cmap, ax=ax)

    def plot(self, *, cmap="gray_r", ax=None):
        """Plot the matrix.

        Parameters
        ----------
        cmap : str or matplotlib Colormap, default='gray_r'
            Colours of the pixels. The default shows MNIST as dark ink on white paper.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        Returns
        -------
        display : ConfusionGalleryDisplay
            The display itself.
        """
        n_labels = len(self.display_labels)
        if ax is None:
            side = max(4.5, 0.6 * n_labels)
            ax = new_axes(figsize=(side, side))[0]
        box = ax.get_window_extent()
        cell = 72 / ax.figure.dpi * min(box.width, box.height) / n_labels  # in points
        self._plot_shades(ax)
        self._plot_examples(ax, cmap, fontsize=np.clip(0.24 * cell, 5, 10))
        self._label_axes(ax, cell)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _plot_shades(self, ax):
        """Colour the errors by their counts."""
        from matplotlib.colors import LinearSegmentedColormap

        errors = self.confusion_matrix * (1 - np.eye(len(self.display_labels), dtype=int))
        ax.pcolormesh(
            errors,
            cmap=LinearSegmentedColormap.from_list("errors", ["white", VERMILION]),
            vmin=0,
            vmax=1.25 * max(errors.max(), 1),
            edgecolors="gainsboro",
            linewidth=0.5,
            zorder=-1,  # images have 0
        )

    def _plot_examples(self, ax, cmap, fontsize):
        """Draw the example of each cell and, under it, the count."""
        height, width = 0.68 * np.array(self.images.shape[1:]) / max(self.images.shape[1:])
        limits = {"vmin": self.images.min(), "vmax": self.images.max()}
        cells = np.argwhere(self.indices >= 0)
        for (row, column), image in zip(cells, self.images, strict=True):
            is_right = row == column
            x, y = column + 0.5, row + 0.39
            ax.imshow(
                image,
                cmap=cmap,
                extent=(x - width / 2, x + width / 2, y + height / 2, y - height / 2),
                alpha=0.35 if is_right else 1,
                **limits,
            )
            ax.text(
                x,
                row + 0.87,
                f"{self.confusion_matrix[row, column]:,}",
                color="dimgray" if is_right else "black",
                fontsize=fontsize,
                horizontalalignment="center",
                verticalalignment="center",
            )

    def _label_axes(self, ax, cell):
        n_labels = len(self.display_labels)
        names = [str(label) for label in self.display_labels]
        is_wide = 6 * max(map(len, names)) > cell
        centres = np.arange(n_labels) + 0.5
        ax.set(xlim=(0, n_labels), ylim=(n_labels, 0), aspect="equal")
        ax.set(xlabel="Predicted label", ylabel="True label", title=self._title())
        ax.set_xticks(centres, names, rotation="vertical" if is_wide else "horizontal")
        ax.set_yticks(centres, names)
        ax.tick_params(length=0)
        ax.spines[:].set_color("gainsboro")

    def _title(self):
        n_samples = self.confusion_matrix.sum()
        return error_count(n_samples - np.trace(self.confusion_matrix), n_samples)
