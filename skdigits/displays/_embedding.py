"""The features of a network, in two dimensions."""

import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.utils import check_consistent_length, column_or_1d

from skdigits.displays._shared import COLORS, classifier_and_input, new_axes

_COLORS = (*COLORS, "#882255", "#999933", "#777777")  # with Tol's wine, olive and grey
_MARKERS = "os^DvPX"  # with ten colours, 70 labels differ


class EmbeddingDisplay:
    """The features that a network computes, in two dimensions: a point for each image.

    The features are the output of the last layer but one. Images that are similar to the network
    are close together. Each label has a colour and a marker, and its name is at the median of its
    points.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    embedding : ndarray of shape (n_samples, 2)
        The points.

    labels : ndarray of shape (n_samples,)
        Label of each.

    name : str, default=None
        Name of the method that reduced the features to two dimensions, for the axes. If None, they
        have no name.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the points.

    figure_ : matplotlib Figure
        Figure containing them.

    See Also
    --------
    FeatureMapsDisplay : The output of each convolution for an image.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import DigitNormalizer, load_pretrained
    >>> from skdigits.displays import EmbeddingDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> X = DigitNormalizer().transform(X[:100])
    >>> EmbeddingDisplay.from_estimator(load_pretrained(), X, y[:100])
    <...>
    """

    def __init__(self, embedding, labels, *, name=None):
        self.embedding = embedding
        self.labels = labels
        self.name = name

    @classmethod
    def from_estimator(cls, estimator, X, y=None, *, reducer=None, ax=None, **kwargs):
        """Plot the features that a fitted network computes for images.

        Parameters
        ----------
        estimator : estimator instance
            Fitted :class:`~skdigits.CNNDigitClassifier`, or a pipeline, search or wrapper with one
            inside.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images, in the form the estimator takes; two or more.

        y : array-like of shape (n_samples,), default=None
            Labels that colour the points. If None, the estimator's predictions.

        reducer : estimator instance, default=None
            Transformer with ``fit_transform`` that reduces the features to two dimensions, such as
            :class:`~sklearn.manifold.TSNE`; a clone of it is fitted. If None,
            :class:`~sklearn.decomposition.PCA`, which is fast and gives the same points each time.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **kwargs : dict
            Keyword arguments of matplotlib's ``plot`` for the points.

        Returns
        -------
        display : EmbeddingDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the estimator has no network inside, or the reducer does not give two dimensions.
        """
        check_consistent_length(X, y)
        classifier, seen = classifier_and_input("features", estimator, X)
        labels = column_or_1d(estimator.predict(X) if y is None else y)
        reducer = PCA(n_components=2, random_state=0) if reducer is None else clone(reducer)
        embedding = np.asarray(reducer.fit_transform(classifier.features(seen)))
        if embedding.shape != (len(labels), 2):
            raise ValueError(
                f"{type(reducer).__name__} gives an array of shape {embedding.shape}, expected "
                f"{(len(labels), 2)}: set n_components=2."
            )
        display = cls(embedding, labels, name=type(reducer).__name__)
        return display.plot(ax=ax, **kwargs)

    def plot(self, *, ax=None, **kwargs):
        """Plot the points.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **kwargs : dict
            Keyword arguments of matplotlib's ``plot`` for the points.

        Returns
        -------
        display : EmbeddingDisplay
            The display itself.
        """
        from matplotlib.patheffects import withStroke

        ax = new_axes()[0] if ax is None else ax
        names = np.unique(self.labels)
        for number, name in enumerate(names):
            points = self.embedding[self.labels == name]
            style = {
                "color": _COLORS[number % len(_COLORS)],
                "marker": _MARKERS[number % len(_MARKERS)],
                "markersize": 4,
                "markeredgewidth": 0,
                "alpha": 0.7,
                "linestyle": "none",
                "label": str(name),
                **kwargs,
            }
            ax.plot(*points.T, **style)
            ax.text(
                *np.median(points, axis=0),
                str(name),
                fontsize=12,
                fontweight="bold",
                horizontalalignment="center",
                verticalalignment="center",
                path_effects=[withStroke(linewidth=3, foreground="white")],
            )
        ax.legend(
            title="label",
            loc="upper left",
            bbox_to_anchor=(1, 1),
            markerscale=1.5,
            ncols=1 + (len(names) - 1) // 15,
        )
        if self.name is not None:
            ax.set(xlabel=f"{self.name} 1", ylabel=f"{self.name} 2")
        ax.set_aspect("equal", adjustable="datalim")
        self.ax_, self.figure_ = ax, ax.figure
        return self
