"""A line of digits, found in a picture and brought to the height that the network reads."""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from PIL import Image

from skdigits.normalizer import find_ink, read_picture
from skdigits.numbers._parts import beside_the_heaviest, find_parts, heights, without_blocks

HEIGHT, INNER = 32, 24  # pixels: of a line, and of its digits
MARGIN = (HEIGHT - INNER) // 2
WIDEST_GAP = 24  # pixels between two digits; wider gaps are shortened to it
LONGEST = 1536  # pixels: longer lines are squeezed
LEAST_SKEW, LARGEST_SKEW = 2, 45  # degrees


@dataclass(frozen=True)
class Line:
    """A line as the network reads it, and where it stands in its picture.

    Parameters
    ----------
    image : ndarray of uint8 of shape (32, width)
        From 0 for paper to 255 for ink; the width is even.
    columns : ndarray of int of shape (width,)
        Which column of the scaled line, with its gaps, each column is.
    left, top, scale : float
        Place of the scaled line in the levelled picture, and pixels of it for one of the picture.
    angle : float
        By which the picture was turned to level the line, in degrees.
    shapes : tuple of tuple of int
        Of the picture and of the levelled one.
    """

    image: np.ndarray
    columns: np.ndarray
    left: float
    top: float
    scale: float
    angle: float
    shapes: tuple

    def box(self, first, last):
        """Return the box of the ink in some columns, in pixels of the picture.

        Parameters
        ----------
        first, last : int
            Columns of the image; the last is exclusive.

        Returns
        -------
        box : tuple of int
            ``(left, top, right, bottom)``.
        """
        marked = self.image[:, first:last] > 255 // 3
        rows, columns = np.flatnonzero(marked.any(1)), np.flatnonzero(marked.any(0))
        if len(rows):
            first, last = first + columns[0], first + columns[-1] + 1
        else:
            rows = np.arange(MARGIN, HEIGHT - MARGIN)
        x = self.left + np.array([self.columns[first], self.columns[last - 1] + 1]) / self.scale
        y = self.top + np.array([rows[0], rows[-1] + 1]) / self.scale
        (height, width), (turned_height, turned_width) = self.shapes
        x, y = np.meshgrid(x - turned_width / 2, y - turned_height / 2)
        turn = radians(self.angle)
        corners = (
            x * cos(turn) - y * sin(turn) + width / 2,
            x * sin(turn) + y * cos(turn) + height / 2,
        )
        limits = [
            (max(0, int(along.min())), min(side, int(np.ceil(along.max()))))
            for along, side in zip(corners, (width, height), strict=True)
        ]
        return limits[0][0], limits[1][0], limits[0][1], limits[1][1]


def find_line(grey, ink="auto"):
    """Find the line of the heaviest ink in a picture.

    It is levelled, cut out and scaled until its digits are 24 pixels high. Rules and frames stay;
    they only do not count as digits.

    Parameters
    ----------
    grey : ndarray of shape (height, width)
        From 0 for black to 1 for white.
    ink : {"auto", "dark", "light"}, default="auto"
        Whether it is darker or lighter than the paper.

    Returns
    -------
    line : Line or None
        None where there is no ink.
    """
    found = without_blocks(find_ink(grey[None], ink).ink[0])
    if not found.any():
        return None
    parts, angle = find_parts(found), 0.0
    level = Image.fromarray(np.rint(255 * found).astype(np.uint8))
    if abs(skew := _skew(parts)) >= LEAST_SKEW:
        angle = skew
        level = level.rotate(angle, Image.Resampling.BILINEAR, expand=True)
        parts = find_parts(np.asarray(level) / np.float32(255))
    parts, top, bottom = beside_the_heaviest(parts)
    scale = INNER / (bottom - top)
    margin = MARGIN / scale
    box = (parts[:, 1].min() - margin, top - margin, parts[:, 3].max() + margin, bottom + margin)
    width = 2 * round(np.clip((box[2] - box[0]) * scale, 8, LONGEST) / 2)
    room = int(np.ceil(margin)) + 1
    padded = Image.fromarray(np.pad(np.asarray(level), room))
    line = padded.resize(
        (width, HEIGHT),
        Image.Resampling.BILINEAR,
        (box[0] + room, box[1] + room, box[2] + room, box[3] + room),
    )
    # The root lifts faint strokes beside strong ones.
    image = np.rint(np.sqrt(np.asarray(line) * np.float32(255))).astype(np.uint8)
    columns = _without_gaps(parts, box[0], scale, width)
    shapes = grey.shape, (level.height, level.width)
    return Line(image[:, columns], columns, box[0], box[1], scale, angle, shapes)


def find_lines(pictures):
    """Yield the line of each of some pictures, or None where there is no ink.

    Raises
    ------
    ValueError
        If one cannot be read; its place is named.
    """
    for index, picture in enumerate(pictures):
        try:
            grey = read_picture(picture)
        except (TypeError, ValueError) as error:
            raise ValueError(f"pictures[{index}]: {error}") from error
        yield find_line(grey)


def _skew(parts):
    """Return the angle in degrees by which a line of parts falls to the right; 0 if unsure."""
    tall = parts[heights(parts) >= 0.5 * heights(parts).max()]
    x, y = (tall[:, 1] + tall[:, 3]) / 2, (tall[:, 0] + tall[:, 2]) / 2
    if len(tall) < 3 or np.ptp(x) < 2 * heights(tall).max():
        return 0.0
    angle = float(np.degrees(np.arctan(np.polyfit(x - x.mean(), y, 1)[0])))
    return angle if abs(angle) < LARGEST_SKEW else 0.0


def _without_gaps(parts, left, scale, width):
    """Return an even number of columns of a scaled line, from wide gaps only as many as stay."""
    kept = np.ones(width, dtype=bool)
    tall = heights(parts)
    written = parts[tall >= 0.2 * tall.max()]
    starts = (written[:, 1] - left) * scale
    order = np.argsort(starts)
    ends = np.maximum.accumulate((written[order, 3] - left) * scale)
    for end, start in zip(ends[:-1], starts[order][1:], strict=True):
        if start - end > WIDEST_GAP + 4:
            first, last = (
                round(at / 2) * 2 for at in (end + WIDEST_GAP / 2, start - WIDEST_GAP / 2)
            )
            kept[first:last] = False
    return np.flatnonzero(kept)
