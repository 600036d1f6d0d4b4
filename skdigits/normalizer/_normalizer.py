"""The transformer that brings any picture of a digit to MNIST's form."""

from copy import copy
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import validate_data

from skdigits._utils.images import as_rows, check_numbers, find_image_shape, rows_to_images
from skdigits._utils.nested import first_with
from skdigits._utils.sklearn import (
    BOOLEAN,
    CallbackSupportMixin,
    EcosystemMixin,
    Interval,
    StrOptions,
    _fit_context,
    with_callbacks,
)
from skdigits.normalizer._diagnosis import describe
from skdigits.normalizer._pictures import read_picture
from skdigits.normalizer._sources import as_pictures, check_rows, read_pictures, read_rows
from skdigits.normalizer._steps import SIDE, normalize


class DigitNormalizer(CallbackSupportMixin, EcosystemMixin, TransformerMixin, BaseEstimator):
    """Bring any picture of one digit to MNIST's form.

    A network that was trained on MNIST expects images that look like MNIST: light ink on black,
    the digit scaled to a box of 20 × 20 pixels, its centre of mass in the centre of 28 × 28 pixels.
    Your own pictures may be dark on light, off-centre and of any size, with thin or thick strokes,
    on grey paper with shadows, ruled lines and specks. This transformer finds the ink and places it
    as the authors of MNIST did.

    Parameters
    ----------
    ink : {"auto", "dark", "light"}, default="auto"
        Whether the ink is darker or lighter than the paper. With ``"auto"``, the shade that covers
        most of the picture and of its border is taken for the paper.
    min_stroke_width : float, default=1.8
        Thinner strokes are thickened. In pixels of the 20 × 20 box, from 0 to 20. For comparison,
        98 % of MNIST's own digits have strokes of 1.5 to 4.1 pixels.
    max_stroke_width : float, default=5.0
        Thicker strokes are thinned. In pixels of the 20 × 20 box, above 0 and at most 20.
    erase : bool, default=True
        Whether to erase frames, ruled lines along the edges, dots, specks, and faint ink far from
        strokes.

    Attributes
    ----------
    n_features_in_ : int
        Number of pixels in a row. Defined only if `fit` was given rows.

    Notes
    -----
    `fit` learns nothing: it only checks its arguments, and `transform` works without it. This
    transformer passes all of scikit-learn's common checks. They test rows of numbers only, not
    lists of pictures.

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
        "erase": [*BOOLEAN],
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
        X : iterable of pictures, or array-like of shape (n_samples, n_features), \
                (n_samples, height, width) or (n_samples, height, width, channels)
            As for `transform`. Pictures are not opened.
        y : None, default=None
            Ignored.

        Returns
        -------
        self : DigitNormalizer
            The estimator.

        Raises
        ------
        ValueError
            If X is empty or a single picture, if a parameter has an invalid value, or if rows
            contain NaN or infinity or are not square images.
        """
        context = self._init_callback_context()
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        self._check_widths()
        if as_pictures(X) is None:
            self._rows(X, reset=True)
        context.call_on_fit_task_end(estimator=self, X=X, y=y)
        return self

    def transform(self, X):
        """Bring images to MNIST's form.

        Parameters
        ----------
        X : iterable of pictures, or array-like of shape (n_samples, n_features), \
                (n_samples, height, width) or (n_samples, height, width, channels)
            A picture is a path, the bytes of an image file, a file opened in binary mode, a
            ``data:`` URL, a PIL image, or an array or tensor of shape (height, width), (height,
            width, channels) or (channels, height, width) with 1, 3 or 4 channels. It may also be a
            dict that holds one of these, as in Hugging Face's data sets and gradio's inputs.
            Pictures may differ in size. Rows are square images.

        Returns
        -------
        X_normal : ndarray of uint8 of shape (n_samples, 784)
            Rows of 28 × 28 pixels, from 0 for paper to 255 for ink. All are 0 if there is no ink.

        Raises
        ------
        ValueError
            If a picture cannot be read (the message gives its index), if X is a single picture
            (give ``[X]``), or if rows are not square images. An array of 3 or 4 images, each larger
            than 64 × 64 pixels, is refused because it may be one picture in colour: give
            ``list(X)``.
        """
        self._check_parameters()
        pictures = as_pictures(X)
        stacks = read_pictures(pictures) if pictures is not None else self._read_rows(X)
        rows: dict[int, np.ndarray] = {}
        for indices, stack in stacks:
            normal = np.rint(255 * self._steps(stack).normal).astype(np.uint8)
            rows.update(zip(indices, normal.reshape(len(stack), -1), strict=True))
        if not rows:
            raise ValueError("X is empty: give at least one picture.")
        return np.stack([rows[index] for index in range(len(rows))])

    def diagnose(self, picture):
        """Describe what was found in a picture and what was changed.

        Parameters
        ----------
        picture : path, bytes, PIL image or array
            One picture, of any kind that `transform` accepts.

        Returns
        -------
        diagnosis : Diagnosis
            The findings: ``print`` shows them in words, the attributes hold them as numbers.
        """
        self._check_parameters()
        return describe(self._steps(read_picture(picture)[None]))

    def get_feature_names_out(self, input_features=None):
        """Return the names of the pixels, the same as those of MNIST's columns.

        Parameters
        ----------
        input_features : None, default=None
            Ignored.

        Returns
        -------
        feature_names_out : ndarray of str of shape (784,)
            "pixel1" to "pixel784", row by row from the top left.
        """
        return np.array([f"pixel{number}" for number in range(1, SIDE**2 + 1)], dtype=object)

    def _read_rows(self, X):
        rows, shape = self._rows(X, reset=False)
        return read_rows(rows_to_images(rows, shape))

    def _rows(self, X, *, reset):
        rows, shape = as_rows(X)
        n_features = None if reset else getattr(self, "n_features_in_", None)
        if shape is None and rows.ndim == 2 and rows.shape[1] != n_features:
            check_rows(X, tuple(rows.shape))
        rows = validate_data(self, rows, reset=reset, dtype="numeric")
        check_numbers(rows)
        return rows, find_image_shape(rows.shape[1], shape)

    def _check_parameters(self):
        self._validate_params()
        self._check_widths()

    def _check_widths(self):
        if self.min_stroke_width > self.max_stroke_width:
            raise ValueError(
                "min_stroke_width must not be greater than max_stroke_width, got "
                f"{self.min_stroke_width} and {self.max_stroke_width}."
            )

    def _steps(self, grey):
        return normalize(grey, **self.get_params())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def find_normalizer(model):
    """Return the normaliser at the start of a model, or None."""
    return first_with("diagnose", model, step=0)


def without_normalizer(model):
    """Return a model without the normaliser at its start: it expects normalised rows.

    Searches and wrappers are kept, as copies.
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
    """Put a normaliser in front of a model that expects rows of 28 × 28 pixels.

    A model that starts with a normaliser is returned unchanged.
    """
    return model if find_normalizer(model) else make_pipeline(DigitNormalizer(), model)
