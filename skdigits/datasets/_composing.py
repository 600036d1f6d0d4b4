"""Compose pictures of numbers from images of single digits."""

from dataclasses import dataclass
from numbers import Integral, Real
from random import Random

import numpy as np
from sklearn.utils import check_random_state

from skdigits._utils.sklearn import BOOLEAN, Interval, validate_params
from skdigits._utils.wording import brief
from skdigits.datasets._glyphs import measure
from skdigits.datasets._paper import take_picture
from skdigits.datasets._writing import write


@dataclass(frozen=True)
class Amounts:
    """The parameters of `compose_strings` that describe the pictures; ranges are pairs."""

    lengths: tuple
    heights: tuple
    gaps: tuple
    widths: tuple
    slants: tuple
    tilt: float
    drift: float
    stroke_width: float
    marks: float
    rules: float
    scraps: float
    cuts: float
    fading: float
    shading: float
    blur: float
    noise: float
    separators: bool


@validate_params(
    {
        "n_strings": [Interval(Integral, 1, None, closed="left")],
        "tilt": [Interval(Real, 0, 15, closed="both")],
        "drift": [Interval(Real, 0, 0.3, closed="both")],
        "stroke_width": [Interval(Real, 0, 2, closed="both")],
        "marks": [Interval(Real, 0, 1, closed="both")],
        "rules": [Interval(Real, 0, 1, closed="both")],
        "scraps": [Interval(Real, 0, 1, closed="both")],
        "cuts": [Interval(Real, 0, 1, closed="both")],
        "fading": [Interval(Real, 0, 1, closed="both")],
        "shading": [Interval(Real, 0, 1, closed="both")],
        "blur": [Interval(Real, 0, 10, closed="both")],
        "noise": [Interval(Real, 0, 1, closed="both")],
        "separators": [*BOOLEAN],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def compose_strings(
    X,
    y,
    n_strings,
    *,
    lengths=(1, 10),
    heights=(12, 40),
    gaps=(-0.06, 1.2),
    widths=1.0,
    slants=(-10, 35),
    tilt=3.0,
    drift=0.08,
    stroke_width=1.0,
    marks=0.4,
    rules=0.5,
    scraps=0.3,
    cuts=0.2,
    fading=0.6,
    shading=0.4,
    blur=1.2,
    noise=0.06,
    separators=False,
    random_state=None,
):
    """Compose pictures of handwritten numbers from images of single digits.

    A network that reads numbers can be trained on these pictures. Each shows one number as it might
    be written on a form and photographed. Every digit of every string is drawn with the same
    probability from the digits in `y`, so that a network cannot learn which numbers are frequent.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
        Images of single digits, light ink on black as in MNIST: 0 is the background and the
        largest value is full ink. Rows are square images. The size and slant of the digits are
        measured. Images without a pixel of at least half the ink are left out.
    y : array-like of shape (n_samples,)
        The digits, as numbers from 0 to 9 or strings from ``'0'`` to ``'9'``.
    n_strings : int
        Number of pictures.
    lengths : int or tuple of (int, int), default=(1, 10)
        Minimum and maximum number of digits in a string, from 1 to 50.
    heights : float or tuple of (float, float), default=(12, 40)
        Minimum and maximum of the mean height of a picture's digits in pixels, from 4 to 200.
        Digits are drawn 24 pixels high and then resized, so that larger ones show no finer detail.
    gaps : float or tuple of (float, float), default=(-0.06, 1.2)
        Minimum and maximum distance between the strokes of neighbouring digits, as a multiple of
        the digits' height, from -0.5 to 3. Digits touch at 0 and overlap below. Narrow gaps are
        frequent.
    widths : float or tuple of (float, float), default=1.0
        Minimum and maximum factor, from 0.3 to 2, by which the width of the digits in `X` and the
        `gaps` are multiplied. Digits in real numbers are often narrower than single digits: 0.65 to
        1.15 times as wide.
    slants : float or tuple of (float, float), default=(-10, 35)
        Minimum and maximum slant of the digits to the right in degrees, from -60 to 60.
    tilt : float, default=3.0
        Maximum slope of the line, up or down, in degrees, from 0 (level) to 15.
    drift : float, default=0.08
        How far digits move up or down from the line, as a multiple of their height, from 0 (not at
        all) to 0.3. The standard deviation is about 0.6 times as large.
    stroke_width : float, default=1.0
        By how many pixels strokes may become narrower, in digits of 24 pixels of height, from 0 (no
        change) to 2. They may become wider by 1.3 times this amount.
    marks : float, default=0.4
        Share of pictures, from 0 to 1, with a decimal comma, a decimal point or a dash between two
        digits, or a point at the end.
    rules : float, default=0.5
        Share of pictures, from 0 to 1, that may show solid or dotted ruled lines, edges of a table
        cell, or boxes around the digits. About 15 % of these show none.
    scraps : float, default=0.3
        Share of pictures, from 0 to 1, with parts of digits from the lines above and below. Some of
        these parts are outside the picture.
    cuts : float, default=0.2
        Share of pictures, from 0 to 1, with an edge that may cut up to 3 pixels off the digits.
    fading : float, default=0.6
        How faint, uneven and grainy the ink may be, from 0 (as strong as in `X`) to 1 (hardly
        visible).
    shading : float, default=0.4
        How grey and unevenly lit the paper may be, from 0 (white) to 1.
    blur : float, default=1.2
        Maximum standard deviation of the blur in pixels, in digits of 24 pixels of height, from 0
        (sharp) to 10. Small values are frequent.
    noise : float, default=0.06
        Maximum standard deviation of the noise, as a share of the range from black to white, from
        0 (none) to 1. Small values are frequent, and pictures with faint ink get less noise.
    separators : bool, default=False
        Whether the string contains ``"."`` for a decimal comma or point between two digits. Other
        marks are never part of the string.
    random_state : int, RandomState instance or None, default=None
        Controls the randomness. Pass an int to get the same pictures on every call.

    Returns
    -------
    pictures : list of ndarray of shape (height, width) and dtype uint8
        The pictures, dark ink on light paper, in different sizes.
    strings : ndarray of shape (n_strings,) and dtype str
        The numbers in the pictures.

    Raises
    ------
    ValueError
        If `X` is not digits in light ink on black, if `y` contains anything but digits, or if a
        parameter is out of its range.

    See Also
    --------
    fetch_mnist : Images of single digits.
    skdigits.Distortion : Distorted images of single digits.

    Notes
    -----
    The digits of one string share slant, size and spacing, with small differences. The gap to the
    left neighbour is measured row by row between the strokes, so that a 7 can reach over a 4.

    If all parameters from `tilt` to `noise` are 0, the pictures show only dark digits on white
    paper.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits.datasets import compose_strings
    >>> X, y = load_digits(return_X_y=True)
    >>> pictures, strings = compose_strings(X, y, 100, lengths=5, random_state=0)
    >>> len(pictures), pictures[0].dtype, len(strings[0])
    (100, dtype('uint8'), 5)
    """
    amounts = Amounts(
        lengths=_check_range("lengths", lengths, 1, 50, Integral),
        heights=_check_range("heights", heights, 4, 200),
        gaps=_check_range("gaps", gaps, -0.5, 3),
        widths=_check_range("widths", widths, 0.3, 2),
        slants=_check_range("slants", slants, -60, 60),
        tilt=tilt,
        drift=drift,
        stroke_width=stroke_width,
        marks=marks,
        rules=rules,
        scraps=scraps,
        cuts=cuts,
        fading=fading,
        shading=shading,
        blur=blur,
        noise=noise,
        separators=separators,
    )
    # Python's generator draws single numbers several times as fast as NumPy's.
    chance = Random(int(check_random_state(random_state).randint(2**31)))
    glyphs = measure(X, y)
    pictures, strings = [], []
    for _ in range(n_strings):
        writing = write(glyphs, amounts, chance)
        pictures.append(take_picture(writing, amounts, chance))
        strings.append(writing.text)
    return pictures, np.array(strings)


def _check_range(name, value, low, high, kind=Real):
    """Return the least and the largest value of a number or a pair of them."""
    pair = tuple(value) if isinstance(value, tuple | list | np.ndarray) else (value, value)
    if (
        len(pair) == 2
        and all(isinstance(end, kind) and not isinstance(end, bool) for end in pair)
        and low <= pair[0] <= pair[1] <= high
    ):
        return tuple(map(int if kind is Integral else float, pair))
    numbers = "whole numbers" if kind is Integral else "numbers"
    raise ValueError(
        f"{name} must be one or two {numbers} from {low:g} to {high:g}, the smaller one first, got "
        f"{brief(value)}."
    )
