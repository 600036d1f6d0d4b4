"""Which pixels speak for a predicted label."""

from numbers import Integral

import numpy as np
from scipy.ndimage import gaussian_filter
from sklearn.utils import check_consistent_length, check_scalar

from skdigits._utils.probabilities import check_has_probabilities, most_probable
from skdigits.displays._answers import AnswersDisplay, check_predictions
from skdigits.displays._attribution import (
    backgrounds,
    in_form_of,
    integrated_gradients,
    occlusion,
)
from skdigits.displays._image_grid import N_COLUMNS, as_images
from skdigits.displays._shared import classifier_and_input

_UNITS = {
    "occlusion": "fall of the probability, in percentage points",
    "integrated_gradients": "contribution to the decision",
}
_SMOOTHING = 1 / 28  # of the image's side: a pixel of MNIST


def _check_target(target, y_pred, classes):
    """Return a label for each image, of those that the classifier knows."""
    target = np.asarray(target)
    if target.shape not in ((), y_pred.shape):
        raise ValueError(
            f"target must be one label, or one for each of the {len(y_pred)} images, got an array "
            f"of shape {target.shape}."
        )
    target = np.broadcast_to(target, y_pred.shape)
    if not (known := (target[:, None] == classes).any(axis=1)).all():
        raise ValueError(f"target must be among {classes}, got {target[known.argmin()]!r}.")
    return target


def _occlusion(estimator, X, images, target, patch_size):
    if patch_size is None:
        patch_size = max(1, round(min(images.shape[1:]) / 5))
    check_scalar(patch_size, "patch_size", Integral, min_val=1)
    columns = np.searchsorted(estimator.classes_, target)
    return occlusion(estimator, X, images, columns, patch_size)


def _integrated_gradients(estimator, X, images, target, n_steps):
    """Return the images that the network sees, and their maps, smoothed without a loss."""
    check_scalar(n_steps, "n_steps", Integral, min_val=1)
    classifier, end = classifier_and_input("gradients", estimator, X)
    paper = in_form_of(X, backgrounds(images))
    _, start = classifier_and_input("gradients", estimator, paper)
    maps = integrated_gradients(classifier, start, end, target, n_steps)
    sigma = _SMOOTHING * min(maps.shape[1:])
    return as_images(end, None, classifier), gaussian_filter(maps, (0, sigma, sigma))


class SaliencyDisplay(AnswersDisplay):
    """Which pixels of an image speak for a label, and which against it.

    A map covers each image, which is grey. In the default colours, a pixel is blue if it speaks for
    the label and red if it speaks against it; the less, the fainter. The prediction is below.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Images to show.

    maps : ndarray of shape (n_images, height, width)
        How much each pixel speaks for the label; negative where it speaks against it.

    y_pred : ndarray of shape (n_images,)
        Predicted label of each image.

    target : ndarray of shape (n_images,)
        The label that each map is about.

    method : {"occlusion", "integrated_gradients"}
        How the maps were made.

    y_true : ndarray of shape (n_images,), default=None
        True label of each image. If None, no prediction is marked as wrong.

    probability : ndarray of shape (n_images,), default=None
        Probability in [0, 1] of each predicted label. If None, none is shown.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the images.

    figure_ : matplotlib Figure
        Figure containing the images.

    colorbar_ : matplotlib Colorbar
        The scale of the maps.

    See Also
    --------
    FeatureMapsDisplay : The output of each convolution for an image.
    MisclassifiedDisplay : The errors, the most confident ones first.

    References
    ----------
    Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014;
    Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks", ICML 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdigits.displays import SaliencyDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = GaussianNB().fit(X[:1000], y[:1000])
    >>> SaliencyDisplay.from_estimator(classifier, X[1000:1004], y[1000:1004])
    <...>
    """

    def __init__(self, images, maps, *, y_pred, target, method, y_true=None, probability=None):
        super().__init__(images, y_pred=y_pred, y_true=y_true, probability=probability)
        self.maps = maps
        self.target = target
        self.method = method

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y=None,
        *,
        method="occlusion",
        target=None,
        patch_size=None,
        n_steps=50,
        image_shape=None,
        ax=None,
        **style,
    ):
        """Plot which pixels speak for the predictions of a fitted classifier.

        Parameters
        ----------
        estimator : estimator instance
            Fitted classifier with ``predict_proba``, or a pipeline that ends with one.

        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            A few images, in the form the classifier takes; all are shown.

        y : array-like of shape (n_samples,), default=None
            True label of each image, if known.

        method : {"occlusion", "integrated_gradients"}, default="occlusion"
            "occlusion" works for any classifier. A square patch of background slides over the
            image; the value of a pixel is the mean fall of the probability over all places of the
            patch that cover the pixel.
            "integrated_gradients" is for a :class:`~skdigits.CNNDigitClassifier`. It adds up the
            gradients of the decision while the image appears on its background. The sum of a map
            is the decision (see ``decision_function``) for the image minus that for the background.
            Maps are slightly smoothed, which does not change their sums.

        target : label or array-like of shape (n_samples,), default=None
            The label that the maps are about, one for all images or one for each. If None, the
            most probable label of each.

        patch_size : int, default=None
            Side of the patch in pixels; for "occlusion" only. If None, a fifth of the image's
            shorter side.

        n_steps : int, default=50
            Number of gradients that are added up; for "integrated_gradients" only.

        image_shape : tuple of int, default=None
            ``(height, width)`` of rows; for "occlusion" only. If None, the estimator's
            ``image_shape_`` or the smallest square that holds a row.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **style : dict
            ``n_columns`` and ``cmap`` of :meth:`plot`.

        Returns
        -------
        display : SaliencyDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the estimator lacks what the method needs, or does not know a target.

        Notes
        -----
        The background is the median of the pixels at the image's edge. With
        "integrated_gradients", earlier steps of a pipeline first transform image and background.
        The display then shows what the network sees.
        """
        if method not in _UNITS:
            raise ValueError(f"method must be one of {', '.join(_UNITS)}, got {method!r}.")
        check_has_probabilities(estimator)
        check_consistent_length(X, y)
        best = most_probable(estimator.predict_proba(X), estimator.classes_)
        y_true, y_pred, probability = check_predictions(X, y, *best)
        target = y_pred if target is None else _check_target(target, y_pred, estimator.classes_)
        images = as_images(X, image_shape, estimator)
        if method == "occlusion":
            maps = _occlusion(estimator, X, images, target, patch_size)
        else:
            images, maps = _integrated_gradients(estimator, X, images, target, n_steps)
        display = cls(
            images,
            maps,
            y_pred=y_pred,
            target=target,
            method=method,
            y_true=y_true,
            probability=probability,
        )
        return display.plot(ax=ax, **style)

    def plot(self, *, n_columns=N_COLUMNS, cmap="RdBu", ax=None):
        """Plot the images under their maps.

        Parameters
        ----------
        n_columns : int, default=4
            Images in a row of the grid.

        cmap : str or matplotlib Colormap, default="RdBu"
            Colours of the maps, from pixels against the label to those for it; the middle is 0.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        Returns
        -------
        display : SaliencyDisplay
            The display itself.
        """
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import LinearSegmentedColormap, Normalize

        maps = self.maps * (100 if self.method == "occlusion" else 1)
        limit = np.percentile(np.abs(maps), 99.5) or 1
        norm = Normalize(-limit, limit)
        ax = self._new_axes(n_columns, room=1.2) if ax is None else ax
        self.colorbar_ = ax.figure.colorbar(
            ScalarMappable(norm, cmap),
            ax=ax,
            location="bottom",
            shrink=0.7,
            aspect=30,
            extend="both" if np.abs(maps).max() > limit else "neither",
            label=f"against  ←  {_UNITS[self.method]}  →  for",
        )
        grey = LinearSegmentedColormap.from_list("grey", ["white", "0.6"])
        super().plot(n_columns=n_columns, cmap=grey, ax=ax)
        for image, values in zip(ax.images[-len(maps) :], maps, strict=True):
            opacity = np.sqrt(np.minimum(np.abs(values) / limit, 1))
            ax.imshow(values, cmap=cmap, norm=norm, alpha=opacity, extent=image.get_extent())
        return self

    def _title(self):
        if (self.target == self.y_pred).all():
            return "What speaks for the predicted label"
        labels = np.unique(self.target)
        return f"What speaks for {labels[0] if len(labels) == 1 else 'a label'}"

    def _caption(self, index):
        lines = super()._caption(index)
        if len(np.unique(self.target)) > 1 and self.target[index] != self.y_pred[index]:
            lines.append(f"map for {self.target[index]}")
        return lines
