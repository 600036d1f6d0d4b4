"""Pixels on one scale."""

from math import inf, isfinite

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from skdigits._utils.images import as_rows
from skdigits._utils.sklearn import CallbackSupportMixin, DocLinkMixin, with_callbacks

__all__ = ["PixelScaler"]

_RANGE_OF_DTYPE = {np.dtype(np.uint8): (0.0, 255.0), np.dtype(bool): (0.0, 1.0)}


def _choose_range(pixel_range, rows):
    """Return the lowest and highest pixel value, and whether they are but an estimate."""
    if isinstance(pixel_range, str) and pixel_range == "auto":
        if rows.dtype in _RANGE_OF_DTYPE:
            return *_RANGE_OF_DTYPE[rows.dtype], False
        return float(rows.min()), float(rows.max()), True
    try:
        low, high = (float(end) for end in pixel_range)
    except (TypeError, ValueError):
        low = high = inf
    if isinstance(pixel_range, str) or not (low < high and isfinite(high - low)):
        raise ValueError(
            "pixel_range must be 'auto' or a pair (low, high) of finite numbers with low < high, "
            f"but is {pixel_range!r}."
        )
    return low, high, False


class PixelScaler(
    CallbackSupportMixin, DocLinkMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator
):
    """Scale pixels to [0, 1] by one range for the whole image.

    :class:`~sklearn.preprocessing.MinMaxScaler` scales each pixel by its own range, which
    amplifies noise at the border, where pixels hardly vary. Here, every pixel is scaled alike, so
    that an image keeps its contrast.

    Parameters
    ----------
    pixel_range : "auto" or tuple of (float, float), default="auto"
        The lowest and the highest pixel value, which become 0 and 1. With ``"auto"``, it is 0 to
        255 for pixels of dtype uint8 and 0 to 1 for bool. For all other dtypes, which say little
        about their range (a table often holds 8-bit pixels as int64, a camera 12 bits as uint16),
        it is what `fit` sees over all pixels together.
    clip : "auto" or bool, default="auto"
        What `transform` does with values outside the range: True clips them to it, False refuses
        them. With ``"auto"``, they are refused where the range is given or the dtype's. A range
        that `fit` saw is an estimate, which a new image may exceed a little: values are clipped
        where they are less than the width of the range away from it, and refused where they are
        farther, because they are on another scale then.

    Attributes
    ----------
    pixel_range_ : tuple of (float, float)
        The range that becomes [0, 1].
    accepted_range_ : tuple of (float, float)
        The lowest and the highest value that `transform` accepts.
    pixel_dtype_ : dtype
        Dtype of the pixels seen in `fit`, which `inverse_transform` returns.
    n_features_in_ : int
        Number of pixels in an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns seen in `fit`, where they are all strings.

    See Also
    --------
    sklearn.preprocessing.MinMaxScaler : Scales each feature by a range of its own.

    Notes
    -----
    Images may be given as rows or as arrays of shape (n_samples, height, width) or
    (n_samples, 1, height, width); they come back in the same shape. For images that are not rows,
    leave ``set_output`` at its default: a table has two dimensions.

    Where all pixels seen in `fit` have one value, that value becomes 0.

    Values are compared with the range in single precision, that of the result.

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits import PixelScaler
    >>> X = np.array([[0, 51], [102, 255]], dtype=np.uint8)
    >>> scaler = PixelScaler().fit(X)
    >>> scaler.transform(X)
    array([[0. , 0.2],
           [0.4, 1. ]], dtype=float32)
    >>> scaler.inverse_transform(scaler.transform(X))
    array([[  0,  51],
           [102, 255]], dtype=uint8)
    """

    def __init__(self, *, pixel_range="auto", clip="auto"):
        self.pixel_range = pixel_range
        self.clip = clip

    @with_callbacks
    def fit(self, X, y=None):
        """Find the range of the pixels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images.
        y : None, default=None
            Ignored.

        Returns
        -------
        self : PixelScaler
            The fitted transformer.

        Raises
        ------
        ValueError
            If a parameter is not one of its values, or X is empty or holds NaN or infinity.
        """
        if self.clip not in ("auto", True, False):
            raise ValueError(f"clip must be 'auto', True or False, but is {self.clip!r}.")
        rows = validate_data(self, as_rows(X)[0])
        context = self._init_callback_context()
        context.call_on_fit_task_begin(estimator=self, X=rows, y=y)
        low, high, is_estimate = _choose_range(self.pixel_range, rows)
        width = high - low
        if not isfinite(width):
            raise ValueError(f"X spans {low:g} to {high:g}, which is too wide to scale.")
        if self.clip == "auto":
            slack = width if is_estimate else 0.0
        else:
            slack = inf if self.clip else 0.0
        self.pixel_range_ = low, high
        self.accepted_range_ = low - slack, high + slack
        self.pixel_dtype_ = rows.dtype
        context.call_on_fit_task_end(estimator=self, X=rows, y=y)
        return self

    def transform(self, X):
        """Scale images to [0, 1].

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Images.

        Returns
        -------
        X_scaled : ndarray of float32 in the shape of X
            Scaled images, from 0 to 1.

        Raises
        ------
        ValueError
            If a value lies outside ``accepted_range_``, or X has another number of pixels than in
            `fit`, or is empty or holds NaN or infinity.
        """
        check_is_fitted(self)
        rows, image_shape = as_rows(X)
        rows = validate_data(self, rows, reset=False)
        self._check_values(float(rows.min()), float(rows.max()))
        low, high = self.pixel_range_
        scaled = rows.astype(np.result_type(rows.dtype, np.float32))
        scaled -= low
        scaled /= (high - low) or 1.0
        scaled = np.clip(scaled, 0.0, 1.0, out=scaled).astype(np.float32, copy=False)
        return scaled if image_shape is None else scaled.reshape(np.shape(X))

    def inverse_transform(self, X):
        """Scale images back to the range of their pixels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Scaled images; values outside [0, 1] are clipped.

        Returns
        -------
        X_original : ndarray of ``pixel_dtype_`` in the shape of X
            Images in the range and dtype of those seen in `fit`; integers are rounded.

        Raises
        ------
        ValueError
            If X has another number of pixels than in `fit`, or is empty or holds NaN or infinity.
        """
        check_is_fitted(self)
        rows, image_shape = as_rows(X)
        dtype = np.result_type(self.pixel_dtype_, np.float32)
        rows = check_array(rows, dtype=dtype, input_name="X")
        if rows.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {rows.shape[1]} features, but PixelScaler is expecting "
                f"{self.n_features_in_} features as input."
            )
        low, high = self.pixel_range_
        pixels = np.clip(rows, 0.0, 1.0) * (high - low) + low
        if self.pixel_dtype_.kind in "iu":
            limits = np.iinfo(self.pixel_dtype_)
            pixels = np.rint(pixels).clip(limits.min, limits.max)
        elif self.pixel_dtype_.kind == "b":
            pixels = pixels > 0.5
        pixels = pixels.astype(self.pixel_dtype_)
        return pixels if image_shape is None else pixels.reshape(np.shape(X))

    def _check_values(self, lowest, highest):
        low, high = self.accepted_range_
        with np.errstate(over="ignore"):
            refused = np.float32(lowest) < np.float32(low) or np.float32(highest) > np.float32(high)
        if refused:
            raise ValueError(
                f"X has values from {lowest:.8g} to {highest:.8g}, but {low:.8g} to {high:.8g} is "
                f"accepted, by the pixel range {self.pixel_range_[0]:.8g} to "
                f"{self.pixel_range_[1]:.8g} of fit. Bring X to the scale of fit, or set "
                "pixel_range or clip."
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
