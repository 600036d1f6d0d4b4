"""Scaling of pixels."""

from math import inf, isfinite, isinf

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from skdigits._utils.images import as_rows, check_fitted_rows, check_numbers, to_array
from skdigits._utils.scales import rescaling
from skdigits._utils.sklearn import CallbackSupportMixin, EcosystemMixin, with_callbacks

__all__ = ["PixelScaler", "why_refused"]

_RANGE_OF_DTYPE = {np.dtype(np.uint8): (0.0, 255.0), np.dtype(bool): (0.0, 1.0)}

_KINDS = {"b": "bool", "u": "integer", "i": "integer", "f": "float"}
# Shares of the largest pixel in fit, somewhat above what these divisions leave of it.
_DIVIDED_BY_255, _DIVIDED_BY_16 = 1 / 200, 1 / 12


def _choose_range(pixel_range, rows):
    """Return the lowest and highest pixel value, and whether they are only an estimate."""
    if isinstance(pixel_range, str) and pixel_range == "auto":
        if rows.dtype in _RANGE_OF_DTYPE:
            return *_RANGE_OF_DTYPE[rows.dtype], False
        return float(rows.min()), float(rows.max()), True
    try:
        low, high = (float(end) for end in pixel_range)
    except (OverflowError, TypeError, ValueError):
        low = high = inf
    if isinstance(pixel_range, str) or not (low < high and isfinite(high - low)):
        raise ValueError(
            "pixel_range must be 'auto' or a pair (low, high) of finite numbers with low < high, "
            f"but is {pixel_range!r}."
        )
    return low, high, False


def _are_whole(rows):
    """Tell from some of the rows whether pixels are whole numbers."""
    some = rows[:: 1 + len(rows) // 1000]
    return rows.dtype.kind in "iub" or bool((some == np.rint(some)).all())


def why_refused(scaler, rows):
    """Return why a fitted scaler refuses pixels, and what to do; None if it accepts them.

    Parameters
    ----------
    scaler : PixelScaler
        Fitted.
    rows : ndarray of shape (n_samples, n_features)
        Finite numbers.
    """
    lowest, highest = float(rows.min()), float(rows.max())
    least, most = scaler.accepted_range_
    if isinf(most):
        return None
    span = f"X has values from {lowest:.8g} to {highest:.8g}"
    peak = max(abs(lowest), abs(highest))
    factor = scaler.peak_ / peak if peak and scaler.peak_ else 1.0
    usual = rescaling(factor, most / peak if peak else inf)
    with np.errstate(over="ignore"):
        below = np.float32(lowest) < np.float32(least)
        above = np.float32(highest) > np.float32(most)
    if below or above:
        low, high = scaler.pixel_range_
        change = usual if above and usual and lowest >= least else "Scale X as in fit"
        return (
            f"{span}, but only values from {least:.8g} to {most:.8g} are accepted, since the "
            f"pixel range of fit is {low:.8g} to {high:.8g}.",
            f"{change}, or set pixel_range or clip.",
        )
    if lowest == highest or not _is_on_smaller_scale(rows, peak, scaler):
        return None
    dtype = np.dtype(scaler.pixel_dtype_)
    if_faint = f"give it as {dtype}" if dtype.kind in "iu" and peak > 1 else "set clip=True"
    return (
        f"{span}, but fit saw values up to {scaler.peak_:.8g}: X is on a smaller scale.",
        f"{usual or f'Multiply X by about {factor:.4g}'}, or {if_faint} if X really is this faint.",
    )


def _is_on_smaller_scale(rows, peak, scaler):
    """Tell whether pixels were divided by something, and are not just faint."""
    dtype, dtype_of_fit = rows.dtype, np.dtype(scaler.pixel_dtype_)
    if peak > scaler.peak_ * _DIVIDED_BY_16:
        return False
    if dtype == dtype_of_fit and dtype.kind in "iu":
        return peak <= 1 and peak <= scaler.peak_ * _DIVIDED_BY_255  # black and white
    is_like_fit = _KINDS[dtype.kind] == _KINDS[dtype_of_fit.kind] and _are_whole(rows)
    return peak <= scaler.peak_ * _DIVIDED_BY_255 or (scaler.whole_ and not is_like_fit)


class PixelScaler(
    CallbackSupportMixin, EcosystemMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator
):
    """Scale pixels to [0, 1] by one range for the whole image.

    :class:`~sklearn.preprocessing.MinMaxScaler` scales each pixel by its own range, which
    amplifies noise at the border, where pixels hardly vary. Here, all pixels are scaled by the same
    range, so that an image keeps its contrast.

    Parameters
    ----------
    pixel_range : "auto" or tuple of (float, float), default="auto"
        The lowest and the highest pixel value, which become 0 and 1. "auto" means 0 to 255 for
        pixels of dtype uint8 and 0 to 1 for bool. All other dtypes say little about the range (a
        table often holds 8-bit pixels as int64, a camera 12 bits as uint16): for them, it means the
        range of all pixels in `fit`.
    clip : "auto" or bool, default="auto"
        What `transform` does with values outside the range: True clips them to the range, False
        raises an error. "auto" raises an error if the range is given or follows from the dtype. A
        range taken from the pixels in `fit` is an estimate, which a new image may exceed a little.
        Then "auto" clips values that are less than the width of the range away from it, and raises
        an error for values farther away, because they are on another scale. Unless `clip` is True,
        images on a smaller scale than in `fit` raise an error, too (see Notes).

    Attributes
    ----------
    pixel_range_ : tuple of (float, float)
        The lowest and the highest pixel value, which become 0 and 1.
    accepted_range_ : tuple of (float, float)
        The lowest and the highest value that `transform` accepts.
    pixel_dtype_ : str
        Dtype of the pixels seen in `fit`, which `inverse_transform` returns.
    peak_ : float
        Largest absolute value seen in `fit`.
    whole_ : bool
        Whether the values seen in `fit` are whole numbers.
    n_features_in_ : int
        Number of pixels in an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns seen in `fit`. Only defined if they are all strings.

    See Also
    --------
    sklearn.preprocessing.MinMaxScaler : Scales each feature by its own range.

    Notes
    -----
    Images may be given as rows or as arrays of shape (n_samples, height, width) or
    (n_samples, 1, height, width); they are returned in the same shape. For images that are not
    rows, leave ``set_output`` at its default, because a table has two dimensions.

    If all pixels in `fit` have the same value, that value becomes 0.

    Values are compared with the range in single precision, which is that of the result.

    Images on a smaller scale than in `fit` would look like faint images, and predictions for them
    would be wrong. So `transform` raises an error in two cases: if no value is above a 200th of
    ``peak_``, as after a division by 255; and if no value is above a 12th of it, as after a
    division by 16, while `fit` saw whole numbers and `X` holds fractions or another kind of numbers
    (integer, float, bool). Blank images (all values are the same) are accepted. So are integers of
    the dtype seen in `fit`, even if they are faint, unless all of them are 0 or 1.

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
            If a parameter is invalid, or X is empty or holds NaN or infinity.
        """
        if self.clip not in ("auto", True, False):
            raise ValueError(f"clip must be 'auto', True or False, but is {self.clip!r}.")
        rows = validate_data(self, as_rows(X)[0])
        check_numbers(rows)
        context = self._init_callback_context()
        context.call_on_fit_task_begin(estimator=self, X=rows, y=y)
        low, high, is_estimate = _choose_range(self.pixel_range, rows)
        width = high - low
        if not isfinite(width):
            raise ValueError(
                f"X has values from {low:g} to {high:g}, a range too wide to scale: divide X first."
            )
        if self.clip == "auto":
            slack = width if is_estimate else 0.0
        else:
            slack = inf if self.clip else 0.0
        self.pixel_range_ = low, high
        self.accepted_range_ = low - slack, high + slack
        self.pixel_dtype_ = rows.dtype.name
        self.peak_ = max(abs(float(rows.min())), abs(float(rows.max())))
        self.whole_ = _are_whole(rows)
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
            If a value is outside ``accepted_range_``, or X is on a smaller scale than in `fit`, has
            another number of pixels, is empty, or holds NaN or infinity.
        """
        check_is_fitted(self)
        X = to_array(X)
        rows, _ = as_rows(X, self)
        rows = check_fitted_rows(self, rows)
        if why := why_refused(self, rows):
            raise ValueError(" ".join(why))
        low, high = self.pixel_range_
        scaled = rows.astype(np.result_type(rows.dtype, np.float32))
        scaled -= low
        scaled /= (high - low) or 1.0
        scaled = np.clip(scaled, 0.0, 1.0, out=scaled).astype(np.float32, copy=False)
        return scaled.reshape(tuple(X.shape))

    def inverse_transform(self, X):
        """Scale images back to the range of their pixels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
            Scaled images; values outside [0, 1] are clipped.

        Returns
        -------
        X_original : ndarray of dtype ``pixel_dtype_`` in the shape of X
            Images in the range and dtype of those seen in `fit`; integers are rounded.

        Raises
        ------
        ValueError
            If X has another number of pixels than in `fit`, or is empty or holds NaN or infinity.
        """
        check_is_fitted(self)
        X = to_array(X)
        rows, _ = as_rows(X)
        dtype = np.result_type(self.pixel_dtype_, np.float32)
        rows = check_array(rows, dtype=dtype, input_name="X")
        if rows.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {rows.shape[1]} features, but PixelScaler is expecting "
                f"{self.n_features_in_} features as input."
            )
        low, high = self.pixel_range_
        pixels = np.clip(rows, 0.0, 1.0) * (high - low) + low
        kind = np.dtype(self.pixel_dtype_).kind
        if kind in "iu":
            limits = np.iinfo(self.pixel_dtype_)
            pixels = np.rint(pixels).clip(limits.min, limits.max)
        elif kind == "b":
            pixels = pixels > 0.5
        pixels = pixels.astype(self.pixel_dtype_)
        return pixels.reshape(tuple(X.shape))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
