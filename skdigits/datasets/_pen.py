"""Draw digits, and scribbles that are not digits, as many writers would with a pen."""

from itertools import pairwise
from numbers import Integral

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline
from sklearn.utils import check_random_state

from skdigits._utils.sklearn import Interval, validate_params

TALL, WIDE = 20 / 28, 26 / 28  # largest height and width of a digit, of the image's side
FINER = 4  # drawn at this multiple of the image's resolution

# Points are "x,y", to the right and down, in a digit of height 1. "|" starts a new stroke, or a
# sharp corner if that starts where the last stroke ended.
FORMS = {
    "0": [
        ".35,0 .1,.15 0,.5 .1,.88 .3,1 .5,.85 .6,.5 .52,.12 .33,0",
        ".48,.04 .15,.1 0,.5 .12,.92 .35,1 .55,.8 .6,.4 .46,.06 .28,.08",
        ".3,.02 .05,.2 0,.6 .15,.97 .4,.95 .58,.6 .5,.15 .28,.0 .35,.15 .62,.06",
        ".25,0 .05,.2 0,.55 .1,.9 .25,1 .4,.85 .45,.45 .38,.1 .22,.02",
    ],
    "1": [
        "0,0 0,.5 0,1",
        "0,.3 .12,.17 .22,0 | .22,0 .22,.5 .22,1",
        "0,.55 .2,.3 .36,0 | .36,0 .35,.5 .35,1",
        "0,.75 .2,.48 .44,0 | .44,0 .42,.5 .42,1",
        "0,.9 .25,.55 .5,0 | .5,0 .48,.5 .46,1",
        "0,.62 .16,.45 .38,0 .37,.6 .4,1",
        "0,.25 .2,0 | .2,0 .2,1 | 0,1 .42,1",
        "0,.45 .08,.5 .36,0 | .36,0 .35,.6 .38,.97 .5,.95",
    ],
    "2": [
        "0,.25 .1,.05 .3,0 .5,.12 .48,.38 .28,.68 0,1 | 0,1 .6,1",
        "0,.2 .15,.02 .35,0 .5,.15 .45,.4 .25,.75 .08,.97 0,.9 .1,.8 .3,.9 .45,1 .65,.9",
        ".12,.3 0,.2 .1,.03 .35,0 .5,.2 .4,.5 .1,.95 0,.92 .12,.82 .35,.95 .6,.95",
        ".05,.3 .1,.08 .3,0 .46,.15 .4,.45 .2,.75 0,1 | 0,1 .15,.9 .35,.97 .6,.9",
        ".14,.2 .06,.28 0,.16 .16,0 .42,.04 .46,.3 .25,.7 0,1 | 0,1 .2,.86 .38,1 .58,.95",
        "0,.12 .25,0 .42,.12 .35,.45 .12,.88 0,1 .0,.84 .12,.8 .3,.96 .5,.98 .6,.85",
        "0,.3 .06,.1 .25,0 .4,.12 .36,.4 0,1 | 0,1 .5,.96",
    ],
    "3": [
        "0,.12 .2,0 .45,.08 .45,.3 .15,.45 | .15,.45 .5,.55 .55,.8 .3,1 0,.9",
        "0,0 .5,0 | .5,0 .17,.4 | .17,.4 .48,.48 .55,.78 .3,1 0,.92",
        "0,.15 .2,0 .45,.1 .4,.35 .17,.48 .12,.42 .25,.43 .5,.6 .5,.85 .25,1 0,.88",
        ".08,.2 .02,.1 .2,0 .42,.1 .38,.36 .2,.45 | .2,.45 .46,.6 .42,.9 .2,1 .02,.9 .1,.82",
        "0,.05 .25,0 .42,.14 .3,.38 .12,.46 .36,.5 .46,.72 .3,.96 0,1",
    ],
    "4": [
        ".1,0 0,.55 | 0,.55 .6,.55 | .48,.1 .44,1",
        ".28,0 0,.62 | 0,.62 .6,.56 | .5,.3 .4,1",
        ".45,0 0,.65 | 0,.65 .65,.65 | .45,0 .45,1",
        ".05,0 0,.38 .12,.5 .42,.42 | .52,0 .42,1",
        ".12,0 .02,.4 .1,.52 .55,.48 | .46,.12 .4,.6 .38,1",
        ".4,0 .2,.3 0,.68 .25,.68 .6,.6 | .45,.38 .36,.7 .3,1",
    ],
    "5": [
        ".1,0 .05,.42 | .05,.42 .3,.35 .55,.5 .55,.8 .3,1 0,.92 | .1,0 .58,0",
        ".55,.03 .15,.05 | .15,.05 .08,.4 .4,.45 .5,.75 .25,1 0,.9",
        ".14,.1 .08,.42 | .08,.42 .3,.38 .48,.6 .4,.92 .15,1 0,.9 | .14,.1 .4,.08 .7,-.06",
        ".2,.15 .1,.45 .3,.42 .45,.62 .38,.9 .15,1 0,.92 .06,.84 | .24,.06 .45,.1 .66,.0",
        ".5,0 .12,0 .05,.35 .1,.42 .3,.4 .48,.6 .4,.9 .1,1 0,.95",
    ],
    "6": [
        ".5,0 .2,.2 0,.6 .1,.95 .35,1 .5,.8 .4,.55 .2,.55 .03,.75",
        ".35,0 .08,.4 0,.75 .15,1 .38,.95 .45,.7 .3,.52 .08,.65",
        ".4,0 .15,.35 .02,.8 .2,1 .42,.85 .4,.62 .22,.58 .1,.75 .16,.9",
        ".3,0 .05,.35 0,.8 .15,1 .35,.92 .4,.65 .22,.5 .02,.7",
    ],
    "7": [
        "0,0 .5,0 | .5,0 .35,.45 .2,1",
        "0,.04 .5,0 | .5,0 .3,.5 .2,1 | .08,.5 .52,.46",
        "0,.15 .04,.02 | .04,.02 .55,.02 | .55,.02 .3,.55 .25,1 | .1,.55 .55,.5",
        "0,.1 .15,.0 .38,.1 .6,0 | .6,0 .38,.45 .28,1",
        "0,.12 .14,.0 .38,.1 .58,0 | .58,0 .36,.5 .26,1 | .16,.56 .36,.48 .56,.54",
        "0,.18 .08,0 .3,.08 .55,.02 .4,.4 .3,.7 .32,1 | .2,.5 .56,.44",
        "0,0 .45,0 | .45,0 .4,.5 .38,1 | .2,.5 .6,.5",
    ],
    "8": [
        ".45,.1 .25,0 .05,.15 .15,.4 .4,.55 .5,.8 .25,1 0,.8 .15,.5 .4,.35 .48,.12 .38,.04",
        ".62,.02 .3,.0 .1,.2 .25,.42 .45,.7 .3,1 .05,.9 .1,.6 .35,.4 .62,.04",
        ".25,0 .05,.2 .25,.45 .45,.2 .25,0 | .25,.45 0,.75 .25,1 .5,.75 .25,.45",
        ".4,.12 .2,0 .06,.2 .22,.42 .42,.66 .35,.94 .12,1 0,.82 .12,.6 .36,.36 .42,.06",
        ".3,.0 .1,.1 .12,.34 .36,.56 .44,.84 .2,1 .02,.84 .14,.56 .4,.3 .34,.04 .56,-.06",
    ],
    "9": [
        ".5,.2 .3,0 .05,.2 .15,.45 .4,.4 .5,.15 | .5,.15 .48,.6 .4,1",
        ".48,.15 .28,0 .04,.2 .12,.45 .35,.42 .5,.12 .5,.6 .36,.95 .08,.95",
        ".5,.1 .25,0 .02,.25 .2,.5 .48,.3 | .52,.05 .42,1",
        ".42,.12 .2,0 .02,.22 .14,.42 .36,.34 .44,.08 | .44,.08 .36,.6 .2,1",
        ".44,.08 .2,.04 0,.3 .14,.48 .36,.34 .46,.06 .4,.55 .3,.9 .1,1 .04,.9",
    ],
}


@validate_params(
    {
        "n_writers": [Interval(Integral, 1, None, closed="left")],
        "n_copies": [Interval(Integral, 1, None, closed="left")],
        "side": [Interval(Integral, 8, 256, closed="both")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_digits(n_writers=100, n_copies=10, *, side=28, random_state=None):
    """Draw handwritten digits, in the forms that writers of different countries use.

    MNIST's digits are American. Elsewhere, people write a 1 with an upstroke, a crossed 7, a looped
    2, or an 8 that ends where it starts. Here, a digit is a few strokes through given points. Each
    writer has one form of each digit, one pen and fixed proportions, and draws every copy slightly
    differently. No files and no network connection are needed.

    Parameters
    ----------
    n_writers : int, default=100
        Number of writers.
    n_copies : int, default=10
        How often each writer writes each digit.
    side : int, default=28
        Height and width of an image in pixels, from 8 to 256. Digits fill 20/28 of the height, as
        in MNIST; very wide digits fill less.
    random_state : int, RandomState instance or None, default=None
        Controls the randomness. Pass an int to get the same images on every call.

    Returns
    -------
    X : ndarray of shape (n_writers * 10 * n_copies, side * side) and dtype uint8
        Images with light ink on black, sorted by writer, then by digit.
    y : ndarray of int of shape (n_writers * 10 * n_copies,)
        The digits.

    See Also
    --------
    make_scribbles : Images that are not digits.
    compose_strings : Pictures of numbers from images of digits.

    Examples
    --------
    >>> from skdigits.datasets import make_digits
    >>> X, y = make_digits(n_writers=2, n_copies=3, random_state=0)
    >>> X.shape, y[:6]
    ((60, 784), array([0, 0, 0, 1, 1, 1]))
    """
    rng = _generator(random_state)
    images = [image for _ in range(n_writers) for image in _draw_writer(rng, n_copies, side)]
    digits = np.tile(np.repeat(np.arange(10), n_copies), n_writers)
    return np.reshape(images, (-1, side * side)), digits


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "side": [Interval(Integral, 8, 256, closed="both")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_scribbles(n_samples=100, *, side=28, random_state=None):
    """Draw images that are not digits: random strokes, polygons and crossed lines.

    Parameters
    ----------
    n_samples : int, default=100
        Number of images.
    side : int, default=28
        Height and width of an image in pixels, from 8 to 256.
    random_state : int, RandomState instance or None, default=None
        Controls the randomness. Pass an int to get the same images on every call.

    Returns
    -------
    X : ndarray of shape (n_samples, side * side) and dtype uint8
        Images with light ink on black.

    See Also
    --------
    make_digits : Digits drawn with the same pen.

    Examples
    --------
    >>> from skdigits.datasets import make_scribbles
    >>> make_scribbles(5, random_state=0).shape
    (5, 784)
    """
    rng = _generator(random_state)
    images = []
    for _ in range(n_samples):
        strokes = []
        for _ in range(rng.integers(1, 4)):
            points = rng.uniform((0, 0), (0.9, 1), size=(rng.integers(4, 8), 2))
            if rng.random() < 0.35:  # straight edges, often closed
                corners = np.vstack([points, points[:1]]) if rng.random() < 0.6 else points
                strokes += [np.stack(edge) for edge in pairwise(corners)]
            else:
                strokes.append(points)
        curves = _trace(strokes, 1, 0.01, rng)
        images.append(_ink(curves, rng.uniform(0.04, 0.11), rng.uniform(0, 0.3), side))
    return np.reshape(images, (-1, side * side))


def _generator(random_state):
    """Return a NumPy generator from scikit-learn's ``random_state``."""
    return np.random.default_rng(check_random_state(random_state).randint(2**31))


def _draw_writer(rng, n_copies, side):
    """Return the images of a writer's digits."""
    forms = [rng.choice(FORMS[digit]) for digit in "0123456789"]
    pen = rng.uniform(0.04, 0.11)
    pressure = rng.uniform(0, 0.45)
    looseness = rng.uniform(0.01, 0.055)
    images = []
    for form in forms:
        strokes = _parse(form)
        width = rng.uniform(0.85, 1.3)
        for _ in range(n_copies):
            curves = _trace(strokes, width, looseness, rng)
            images.append(_ink(curves, pen * rng.uniform(0.9, 1.1), pressure, side))
    return images


def _parse(form):
    """Return the strokes of a form, arrays of points."""
    return [
        np.array([point.split(",") for point in stroke.split()], dtype=float)
        for stroke in form.split("|")
    ]


def _trace(strokes, width, looseness, rng):
    """Return the strokes as smooth curves, with the random differences of one copy."""
    field = rng.normal(0, looseness, size=(2, 6))
    curves = []
    for stroke in strokes:
        x, y = stroke.T
        terms = np.array([x * 2, y * 2, x * y * 2, y * y, np.sin(5 * y), np.sin(6 * x)])
        points = stroke + (field @ terms).T + rng.normal(0, looseness / 2, stroke.shape)
        points[:, 0] *= width
        lengths = np.maximum(np.hypot(*np.diff(points, axis=0).T), 0.02)
        at = np.append(0, np.cumsum(lengths**0.5))
        fine = np.linspace(0, at[-1], 12 * len(points))
        kind = "natural" if len(points) > 2 else "not-a-knot"
        curves.append(CubicSpline(at, points, bc_type=kind)(fine))
    return curves


def _ink(curves, pen, pressure, side):
    """Draw curves; the pen's width is a share of the image's side, and downstrokes are wider."""
    every = np.vstack(curves)
    low, high = every.min(0), every.max(0)
    fine = side * FINER
    width, height = np.maximum(high - low, (0.1, 0.3))
    scale = fine * min((TALL - pen) / height, (WIDE - pen) / width)
    shift = fine / 2 - (low + high) / 2 * scale
    image = Image.new("L", (fine, fine))
    draw = ImageDraw.Draw(image)
    for curve in curves:
        points = curve * scale + shift
        steps = np.diff(points, axis=0)
        down = steps[:, 1] / np.maximum(np.hypot(*steps.T), 1e-6)
        widths = pen * fine * (1 + pressure * down)
        widths = np.convolve(np.pad(widths, 2, mode="edge"), np.ones(5) / 5, mode="valid")
        for (a, b), wide in zip(pairwise(points), widths.tolist(), strict=True):
            draw.line((*a, *b), fill=255, width=round(wide))
        for (x, y), r in zip(points, np.append(widths[0], widths) / 2, strict=True):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return np.asarray(image.reduce(FINER))
