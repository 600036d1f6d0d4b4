"""Find out how a page is turned and tilted in its picture, and level it."""

from itertools import product
from math import cos, radians, sin, tan

import numpy as np
from PIL import Image

SEARCH = (1.0, 16, 0.05, 4), (0.25, 3, 0.02, 3), (0.1, 2, 0.005, 3)
"""Step size and number of steps, of the angle in degrees and of the tilt: the share by which lines
at an edge of the page are closer together than in its middle."""
STRAIGHT = 0.5, 0.01  # largest angle in degrees and largest tilt that are not corrected
TURN_GAIN, LEAN_GAIN = 1.02, 1.2  # least gain in sharpness of rows and columns
STRICTNESS = 0.25  # of a digit's height: how exactly the parts of a line must be level


def rotation(angle, shape, turned_shape):
    """Return the homography of a rotation about the middle of a picture.

    Parameters
    ----------
    angle : float
        Clockwise, in degrees.
    shape, turned_shape : tuple of int
        Height and width of the picture, and of the rotated picture.

    Returns
    -------
    homography : ndarray of shape (3, 3)
    """
    return _shift(turned_shape, 0.5) @ _turn(angle) @ _shift(shape, -0.5)


def find_levelling(points, rules, rule_weight, height, shape):
    """Find the homography from the level page to its picture.

    Rows are rotated and made parallel so that they are sharpest; then upright ruled lines are
    straightened in the same way. Nothing is changed unless the result is clearly sharper.

    Parameters
    ----------
    points : ndarray of shape (n_points, 2)
        x and y of the parts that form rows, in pixels.
    rules : ndarray of shape (n_rule_points, 2)
        x and y of pixels of ruled lines.
    rule_weight : float
        Weight of each of these pixels; a point has the weight 1.
    height : float
        Height of a digit in pixels.
    shape : tuple of int
        Height and width of the picture.

    Returns
    -------
    homography : ndarray of shape (3, 3)
        The identity if the page is level.
    """
    middle = np.array(shape[::-1]) / 2
    n_rules = np.full(len(rules), rule_weight)
    x, y = (np.concatenate([points, rules]) - middle).T
    weight = np.concatenate([np.ones(len(points)), n_rules])
    angle, tilt = _sharpest(x, y, weight, height, TURN_GAIN)
    rows = _turn(angle) @ _tilt(tilt, 0)
    if len(rules):
        x, y = _apply(np.linalg.inv(rows), rules - middle).T
        angle, tilt = _sharpest(y, x, n_rules, height, LEAN_GAIN)
        lean = np.array([[1, tan(radians(angle)), 0], [0, 1, 0], [0, 0, 1]])
        rows = rows @ lean @ _tilt(0, tilt)
    return np.eye(3) if np.array_equal(rows, np.eye(3)) else _shift(shape, 0.5) @ rows


def _sharpest(along, across, weight, height, gain):
    """Return the angle of lines in degrees, and their tilt per pixel.

    Both are 0 unless lines at this angle are sharper, by the gain, than lines along the first axis.
    """
    reach = max(1.0, np.hypot(along, across).max())  # so that no depth is near 0

    def sharpness(angle, tilt):
        turn = radians(angle)
        depth = 1 + tilt / reach * (along * cos(turn) + across * sin(turn))
        lines = (across * cos(turn) - along * sin(turn)) / depth
        lines = (lines - lines.min()) / (STRICTNESS * height)
        below = lines.astype(int)
        share = (lines - below) * weight
        counts = np.bincount(below, weight - share, below.max() + 2)
        counts += np.bincount(below + 1, share, below.max() + 2)
        return (counts**2).sum() * (1 - 0.002 * abs(angle)) * (1 - 0.2 * abs(tilt))

    best = 0.0, 0.0
    for angle_step, n_angles, tilt_step, n_tilts in SEARCH:
        angles = best[0] + angle_step * np.arange(-n_angles, n_angles + 1)
        tilts = best[1] + tilt_step * np.arange(-n_tilts, n_tilts + 1)
        best = max(product(angles, tilts), key=lambda pair: sharpness(*pair))
    is_level = abs(best[0]) < STRAIGHT[0] and abs(best[1]) < STRAIGHT[1]
    if is_level or sharpness(*best) < gain * sharpness(0, 0):
        return 0.0, 0.0
    return best[0], best[1] / reach


def level_page(ink, homography):
    """Return the ink of the level page, and the homography from it to the picture.

    Parameters
    ----------
    ink : ndarray of shape (height, width)
        From 0 to 1.
    homography : ndarray of shape (3, 3)
        From the level page to the picture; the origin may be anywhere.

    Returns
    -------
    ink : ndarray of float32 of shape (level_height, level_width)
        Large enough for the whole picture.
    homography : ndarray of shape (3, 3)
    """
    height, width = ink.shape
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)])
    x, y = _apply(np.linalg.inv(homography), corners).T
    left, top = np.floor([x.min(), y.min()])
    size = int(np.ceil(x.max() - left)), int(np.ceil(y.max() - top))
    homography = homography @ np.array([[1, 0, left], [0, 1, top], [0, 0, 1]])
    coefficients = (homography / homography[2, 2]).ravel()[:8]
    level = Image.fromarray(np.rint(255 * ink).astype(np.uint8)).transform(
        size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR
    )
    return np.asarray(level) / np.float32(255), homography


def _shift(shape, by):
    """Return the homography of a shift by a share of a picture's width and height."""
    return np.array([[1, 0, by * shape[1]], [0, 1, by * shape[0]], [0, 0, 1]])


def _turn(angle):
    """Return the homography of a rotation about the origin."""
    turn = radians(angle)
    return np.array([[cos(turn), -sin(turn), 0], [sin(turn), cos(turn), 0], [0, 0, 1]])


def _tilt(right, down):
    """Return the homography that moves lines closer together towards the left and the top."""
    return np.array([[1, 0, 0], [0, 1, 0], [-right, -down, 1]])


def _apply(homography, points):
    """Return points of shape (n, 2) after the homography."""
    x, y, depth = homography @ np.column_stack([points, np.ones(len(points))]).T
    return np.column_stack([x / depth, y / depth])
