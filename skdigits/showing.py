"""A picture, the steps to MNIST's form and the answer, in one call."""

from skdigits.displays import NormalizationDisplay
from skdigits.io import load_pretrained
from skdigits.normalizer import with_normalizer

__all__ = ["show"]


def show(picture, model=None):
    """Plot a picture of a digit, its steps to MNIST's form, and the answer.

    Parameters
    ----------
    picture : path, PIL image or array of shape (height, width[, channels])
        A picture of any size and colour, as for :class:`DigitNormalizer`.
    model : estimator instance, default=None
        Fitted classifier of rows of 28 × 28 pixels, or of pictures if it begins with a
        :class:`DigitNormalizer`. If None, that of :func:`load_pretrained`.

    Returns
    -------
    display : NormalizationDisplay
        The display, plotted. Its `answer` and `diagnosis` have the same information.

    Raises
    ------
    ValueError
        If the picture cannot be read.

    See Also
    --------
    read_digits : The answers to many pictures.
    skdigits.displays.NormalizationDisplay : The same on given Axes.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import show
    >>> display = show(load_digits().images[4])
    >>> display.answer.label
    '4'
    """
    return NormalizationDisplay.from_estimator(
        with_normalizer(load_pretrained() if model is None else model), picture
    )
