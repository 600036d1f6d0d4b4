"""From any picture of a digit to an image of MNIST's form."""

import os
from copy import copy
from numbers import Real

import numpy as np
from PIL import Image
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import validate_data

from skdigits._utils.images import as_rows, find_image_shape, rows_to_images
from skdigits._utils.nested import first_with
from skdigits._utils.sklearn import (
    CallbackSupportMixin,
    DocLinkMixin,
    Interval,
    StrOptions,
    _fit_context,
    with_callbacks,
)
from skdigits.normalizer._diagnosis import describe
from skdigits.normalizer._pictures import read_picture, to_unit
from skdigits.normalizer._steps import SIDE, normalize

PICTURE_TYPES = (str, os.PathLike, Image.Image)
CHUNK = 4_000_000  # pixels that are worked on at a time


class DigitNormalizer(CallbackSupportMixin, DocLinkMixin, TransformerMixin, BaseEstimator):
    """Bring any picture of one digit to MNIST's form.

    A network that was trained on MNIST reads what looks like MNIST: light ink on black, the
    digit's box fitted into 20 × 20 pixels and its centre of mass to the centre of 28 × 28. Pictures
    of one's own are dark on light, off-centre, of any size, with thin or thick strokes, on grey
    paper with shadows, rules and specks. This finds the ink and places it as MNIST's authors did.

    Parameters
    ----------
    ink : {"auto", "dark", "light"}, default="auto"
        Whether the ink is darker or lighter than the paper; with ``"auto"``, paper is what most of
        the picture and of its border show.
    min_stroke_width, max_stroke_width : float, default=1.8 and 5.0
        Strokes outside these limits, in pixels of the 20 × 20 box, are made wider or thinner.
        MNIST's own are 1.5 to 4.1 pixels wide (98 % of them).
    erase : bool, default=True
        Whether to erase rules along the edges, dots and specks.

    Attributes
    ----------
    n_features_in_ : int
        Number of pixels in a row; only where `fit` saw rows.

    Notes
    -----
    It learns nothing: `fit` only checks, and `transform` works without it. scikit-learn's common
    checks all pass; they know rows of numbers only, and say nothing of lists of pictures.

    References
    ----------
    LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998; Yadav & Bottou,
    "Cold Case: The Lost MNIST Digits", NeurIPS 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits import DigitNormalizer
    >>> paper = np.full((60, 90), 230, dtype=np.uint8)
    >>> paper[10:40, 20:23] = 40
    >>> image = DigitNormalizer().transform([paper])[0].reshape(28, 28)
    >>> image.shape, image.max()
    ((28, 28), np.uint8(255))
    >>> print(DigitNormalizer().diagnose(paper))
    dark on light: inverted
    off-centre by 24 px: centred
    small, 30 px of 90: enlarged
    """

    _parameter_constraints = {
        "ink": [StrOptions({"auto", "dark", "light"})],
        "min_stroke_width": [Interval(Real, 0, 20, closed="both")],
        "max_stroke_width": [Interval(Real, 0, 20, closed="right")],
        "erase": ["boolean"],
    }

    def __init__(self, *, ink="auto", min_stroke_width=1.8, max_stroke_width=5.0, erase=True):
        self.ink = ink
        self.min_stroke_width = min_stroke_width
        self.max_stroke_width = max_stroke_width
        self.erase = erase

    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def fit(self, X, y=None):
        """Check the parameters and the kind of X; nothing is learned.

        Parameters
        ----------
        X : list of pictures, or array-like of shape (n_samples, n_features), \
                (n_samples, height, width) or (n_samples, 1, height, width)
            As for `transform`.
        y : None, default=None
            Ignored.

        Returns
        -------
        self : DigitNormalizer
            The estimator.

        Raises
        ------
        ValueError
            If X is empty, or rows hold NaN or infinity.
        """
        context = self._init_callback_context()
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        if not _are_pictures(X):
            self._rows(X, reset=True)
        context.call_on_fit_task_end(estimator=self, X=X, y=y)
        return self

    def transform(self, X):
        """Bring images to MNIST's form.

        Parameters
        ----------
        X : list of pictures, or array-like of shape (n_samples, n_features), \
                (n_samples, height, width) or (n_samples, 1, height, width)
            A picture is a path, a PIL image or an array of shape (height, width), or (height,
            width, channels) with 1, 3 or 4 channels; pictures may differ in size. Rows are images
            as tall as wide.

        Returns
        -------
        X_normal : ndarray of uint8 of shape (n_samples, 784)
            Rows of 28 x 28 pixels from 0 for paper to 255; where there is no ink, all are 0.

        Raises
        ------
        ValueError
            If a picture cannot be read; its place in the list is named.
        """
        n_images, stacks = self._stacks(X)
        normal = np.zeros((n_images, SIDE, SIDE), dtype=np.uint8)
        for indices, stack in stacks:
            normal[indices] = np.rint(255 * self._steps(stack).normal)
        return normal.reshape(n_images, -1)

    def diagnose(self, picture):
        """Tell what was found in a picture and changed.

        Parameters
        ----------
        picture : path, PIL image or array
            As in the list for `transform`.

        Returns
        -------
        diagnosis : Diagnosis
            In words, as text, and in numbers, as attributes.
        """
        return describe(self._steps(read_picture(picture)[None]))

    def _stacks(self, X):
        """Return the number of images, and an iterator of stacks of one shape and their places."""
        if _are_pictures(X):
            return len(X), _read_pictures(X)
        rows, shape = self._rows(X, reset=False)
        return len(rows), _read_rows(rows_to_images(rows, shape))

    def _rows(self, X, *, reset):
        rows, shape = as_rows(X)
        rows = validate_data(self, rows, reset=reset, dtype="numeric")
        return rows, find_image_shape(rows.shape[1], shape)

    def _steps(self, grey):
        return normalize(grey, **self.get_params())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _are_pictures(X):
    """Tell pictures from rows or a stack of grey images.

    Raises
    ------
    ValueError
        If X is a single picture.
    """
    if isinstance(X, PICTURE_TYPES):
        raise ValueError("X is one picture, but a list of them was expected: give [X].")
    shape = getattr(X, "shape", None)
    if shape is not None:
        colours = len(shape) == 4 and shape[1] != 1 and shape[3] in (3, 4)
        return colours or (len(shape) == 1 and _are_pictures(list(X)))
    if not isinstance(X, list | tuple) or not X:
        return False
    return isinstance(X[0], PICTURE_TYPES) or np.ndim(X[0]) in (2, 3)


def _read_rows(images):
    """Yield stacks of grey images and their places."""
    step = max(1, CHUNK // images[0].size)
    for start in range(0, len(images), step):
        yield slice(start, start + step), to_unit(images[start : start + step])


def _read_pictures(X):
    """Yield stacks of grey images of one shape and their places."""
    waiting: dict[tuple, tuple[list, list]] = {}
    for index, picture in enumerate(X):
        try:
            grey = read_picture(picture)
        except ValueError as error:
            raise ValueError(f"X[{index}]: {error}") from error
        indices, stack = waiting.setdefault(grey.shape, ([], []))
        indices.append(index)
        stack.append(grey)
        if len(stack) * grey.size >= CHUNK:
            del waiting[grey.shape]
            yield indices, np.stack(stack)
    for indices, stack in waiting.values():
        yield indices, np.stack(stack)


def find_normalizer(model):
    """Return the normaliser that a model begins with, or None."""
    return first_with("diagnose", model, step=0)


def without_normalizer(model):
    """Return what comes behind the normaliser that a model begins with: it reads normalised rows.

    Searches and wrappers stay, as copies.
    """
    if isinstance(model, FrozenEstimator):
        return without_normalizer(model.estimator)
    if hasattr(model, "steps"):
        (name, first), *others = model.steps
        if hasattr(first, "diagnose"):
            return Pipeline(others)
        return Pipeline([(name, without_normalizer(first)), *others])
    fitted = "best_estimator_" if hasattr(model, "best_estimator_") else "estimator_"
    behind = copy(model)
    setattr(behind, fitted, without_normalizer(getattr(model, fitted)))
    return behind


def with_normalizer(model):
    """Return a pipeline that reads pictures, of a model that reads rows of 28 × 28 pixels.

    A model that begins with a normaliser is returned as it is.
    """
    return model if find_normalizer(model) else make_pipeline(DigitNormalizer(), model)
