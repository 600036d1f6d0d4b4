"""Pictures of numbers, composed of images of single digits."""

from dataclasses import dataclass
from numbers import Integral, Real
from random import Random

import numpy as np
from sklearn.utils import check_random_state

from skdigits._utils.sklearn import Interval, validate_params
from skdigits._utils.wording import brief
from skdigits.datasets._glyphs import measure
from skdigits.datasets._paper import take_picture
from skdigits.datasets._writing import write


@dataclass(frozen=True)
class Amounts:
    """What `compose_strings` is told of the pictures; ranges are pairs."""

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
        "separators": ["boolean"],
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

    They are what a network learns to read numbers from: each picture is one number, as a pen, a
    form and a camera may leave it. Every digit of every string is drawn with the same probability
    from the digits in `y`, so that there is no language to learn.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, height, width)
        Images of single digits, light ink on black, as MNIST's are: the largest value is full ink
        and 0 is the background. Rows are square images. How large and how slanted the digits are
        is measured. Images without a pixel of at least half the ink are left out.
    y : array-like of shape (n_samples,)
        The digits, as numbers from 0 to 9 or strings from ``'0'`` to ``'9'``.
    n_strings : int
        Number of pictures.
    lengths : int or tuple of (int, int), default=(1, 10)
        Fewest and most digits of a string, of 1 to 50.
    heights : float or tuple of (float, float), default=(12, 40)
        Least and largest mean height of a picture's digits in pixels, of 4 to 200. They are drawn
        24 pixels high and then resized: taller ones show nothing finer.
    gaps : float or tuple of (float, float), default=(-0.06, 1.2)
        Least and largest distance between the strokes of neighbouring digits, in heights of a
        digit, of -0.5 to 3. Digits touch at 0 and overlap below. Narrow gaps are frequent.
    widths : float or tuple of (float, float), default=1.0
        How wide digits and the gaps between them are, as a multiple of their width in `X` and of
        `gaps`, of 0.3 to 2. Real hands are often narrower than single digits suggest: 0.65 to 1.15.
    slants : float or tuple of (float, float), default=(-10, 35)
        Least and largest slant of the digits to the right in degrees, of -60 to 60.
    tilt : float, default=3.0
        Largest rise or fall of the line in degrees, of 0 (level) to 15.
    drift : float, default=0.08
        How far digits leave the line, in heights of a digit, of 0 (not at all) to 0.3. The
        standard deviation is about 0.6 times as large.
    stroke_width : float, default=1.0
        How many pixels narrower strokes may become at 24 pixels of height, of 0 (no change) to 2.
        They may become 1.3 times as much wider.
    marks : float, default=0.4
        Share of pictures with a decimal comma, a decimal point or a dash between two digits or a
        point at the end, of 0 to 1.
    rules : float, default=0.5
        Share of pictures with solid or dotted rules, edges of a cell or boxes around the digits,
        of 0 to 1. In about 15 % of these, none is drawn.
    scraps : float, default=0.3
        Share of pictures with scraps of digits of the lines above and below, of 0 to 1. Some lie
        outside of the picture's edge.
    cuts : float, default=0.2
        Share of pictures with an edge that may cut up to 3 pixels off the digits, of 0 to 1.
    fading : float, default=0.6
        How faint, uneven and grainy ink may be, of 0 (as dark as X says) to 1 (hardly seen).
    shading : float, default=0.4
        How grey and unevenly lit paper may be, of 0 (white) to 1.
    blur : float, default=1.2
        Largest standard deviation of the blur in pixels at 24 pixels of height, of 0 (sharp) to
        10. Small ones are frequent.
    noise : float, default=0.06
        Largest standard deviation of the noise, as a share of the range from black to white, of 0
        (none) to 1. Small ones are frequent, and faint ink has less.
    separators : bool, default=False
        Whether a decimal comma or point between two digits stands in the string, as ``"."``. No
        other mark does.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is random: an int gives the same pictures each time.

    Returns
    -------
    pictures : list of ndarray of shape (height, width) and dtype uint8
        The pictures, dark ink on light paper, each of its own size.
    strings : ndarray of shape (n_strings,) and dtype str
        What is written in them.

    Raises
    ------
    ValueError
        If `X` holds no digits in light ink on black, `y` anything but digits, or an amount is not
        one of its values.

    See Also
    --------
    fetch_mnist : Images of single digits.
    skdigits.Distortion : Distorted images of single digits.

    Notes
    -----
    The digits of one string share slant, size and spacing, and each differs a little from them.
    Each digit is set off from its left neighbour by its shape, row by row, so that a 7 reaches
    over a 4.

    With all amounts from `tilt` to `noise` at 0, digits are dark on white paper, with nothing
    else.

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
        f"{name} must be one or two {numbers} from {low:g} to {high:g}, the smaller one first, but "
        f"is {brief(value)}."
    )
