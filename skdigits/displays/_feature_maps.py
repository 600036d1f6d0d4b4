"""The output of each convolution for an image."""

import numpy as np

from skdigits.displays._image_grid import as_images
from skdigits.displays._shared import classifier_and_input, new_axes

_GAP = 0.1  # between maps that are 1 wide
_TITLE = 0.4  # height of the text above a row


class FeatureMapsDisplay:
    """The output of each convolution for an image: its strongest maps, a row for each layer.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    image : ndarray of shape (height, width)
        The image, as the network sees it.

    feature_maps : list of ndarray of shape (n_filters, map_height, map_width)
        Output of each convolution, in their order.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the image and the maps.

    figure_ : matplotlib Figure
        Figure containing them.

    colorbar_ : matplotlib Colorbar
        The scale of the maps.

    See Also
    --------
    SaliencyDisplay : Which pixels speak for a predicted label.
    EmbeddingDisplay : The last layer but one in two dimensions.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import DigitNormalizer, load_pretrained
    >>> from skdigits.displays import FeatureMapsDisplay
    >>> X = DigitNormalizer().transform(load_digits().images[:1])
    >>> FeatureMapsDisplay.from_estimator(load_pretrained(), X)
    <...>
    """

    def __init__(self, image, feature_maps):
        self.image = image
        self.feature_maps = feature_maps

    @classmethod
    def from_estimator(cls, estimator, X, *, ax=None, **style):
        """Plot the output of each convolution of a fitted network for an image.

        Parameters
        ----------
        estimator : estimator instance
            Fitted :class:`~skdigits.CNNDigitClassifier`, or a pipeline, search or wrapper with one
            inside.

        X : array-like of shape (1, n_features) or (1, height, width)
            The image, in the form the estimator takes. Earlier steps of a pipeline transform it.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_maps`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : FeatureMapsDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the estimator has no network inside, or `X` is not a single image.
        """
        classifier, seen = classifier_and_input("feature_maps", estimator, X)
        maps = [layer[0] for layer in classifier.feature_maps(seen)]
        images = as_images(seen, None, classifier)
        if len(images) != 1:
            raise ValueError(f"X holds {len(images)} images: give one, such as X[:1].")
        return cls(images[0], maps).plot(ax=ax, **style)

    def plot(self, *, n_maps=8, cmap="viridis", ax=None):
        """Plot the image and the maps with the largest means.

        Parameters
        ----------
        n_maps : int, default=8
            Largest number of maps of a layer to show.

        cmap : str or matplotlib Colormap, default="viridis"
            Colours of the maps, from 0 to the largest value of the layer.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        Returns
        -------
        display : FeatureMapsDisplay
            The display itself.
        """
        from matplotlib.cm import ScalarMappable

        rows = [(f"image, {_size(self.image)}", self.image[None], "gray_r")]
        for number, maps in enumerate(self.feature_maps, start=1):
            strongest = np.argsort(-maps.mean(axis=(1, 2)), kind="stable")[:n_maps]
            title = f"convolution {number}: {len(strongest)} of {len(maps)} maps, {_size(maps[0])}"
            rows.append((title, maps[strongest], cmap))
        n_columns = max(len(maps) for _, maps, _ in rows)
        heights = [_TITLE + maps.shape[1] / maps.shape[2] for _, maps, _ in rows]
        if ax is None:
            size = (7, 7 * sum(heights) / (n_columns * (1 + _GAP)) + 0.8)
            ax = new_axes(layout="compressed", figsize=size)[0]
        top = 0.0
        for (title, maps, colours), height in zip(rows, heights, strict=True):
            ax.text(0, top + 0.8 * _TITLE, title, fontsize=9, verticalalignment="bottom")
            for left, each in enumerate(maps):
                ax.imshow(
                    each,
                    cmap=colours,
                    vmin=min(maps.min(), 0),
                    vmax=maps.max() or 1,
                    extent=(left * (1 + _GAP), left * (1 + _GAP) + 1, top + height, top + _TITLE),
                )
            top += height
        ax.set(xlim=(0, n_columns * (1 + _GAP) - _GAP), ylim=(top, 0))
        ax.set_axis_off()
        self.colorbar_ = ax.figure.colorbar(
            ScalarMappable(cmap=cmap),
            ax=ax,
            location="bottom",
            shrink=0.5,
            aspect=30,
            label="activation, as a share of the layer's largest",
        )
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _size(image):
    height, width = image.shape
    return f"{height} × {width}"
