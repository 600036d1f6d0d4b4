"""Find a line of digits in a picture, and scale it to the height that the network reads."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from skdigits.normalizer import find_ink, read_picture
from skdigits.numbers._levelling import rotation
from skdigits.numbers._parts import (
    beside_the_heaviest,
    find_parts,
    heights,
    ink_beside_blocks,
)

HEIGHT, INNER = 32, 24  # pixels: of a line, and of its digits
MARGIN = (HEIGHT - INNER) // 2
WIDEST_GAP = 24  # pixels between two digits; wider gaps are shortened to this
LONGEST = 1536  # pixels; longer lines are compressed to this width
LEAST_SKEW, LARGEST_SKEW = 2, 45  # degrees


@dataclass(frozen=True)
class Line:
    """A line as the network reads it, and its position in the picture.

    Parameters
    ----------
    image : ndarray of uint8 of shape (32, width)
        From 0 for paper to 255 for ink; the width is even.
    columns : ndarray of int of shape (width,)
        Index of each column in the scaled line before its gaps were shortened.
    to_picture : ndarray of shape (3, 3)
        Homography from that scaled line to the picture, for points (x, y, 1).
    shape : tuple of int
        Height and width of the picture.
    """

    image: np.ndarray
    columns: np.ndarray
    to_picture: np.ndarray
    shape: tuple

    @property
    def line(self):
        """The line itself, as for a Strip."""
        return self

    def middles(self, spans):
        """Return the middle columns of spans of the network's steps; a step is two columns."""
        return [first + last for first, last in spans]

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
        x = self.columns[first], self.columns[last - 1] + 1
        corners = [(x_, y, 1) for x_ in x for y in (rows[0], rows[-1] + 1)]
        across, down, depth = self.to_picture @ np.transpose(corners)
        (left, right), (top, bottom) = (
            (max(0, int(along.min())), min(side, int(np.ceil(along.max()))))
            for along, side in zip(
                np.round([across / depth, down / depth], 6), self.shape[::-1], strict=True
            )
        )
        return left, top, right, bottom

    def within(self, to_picture, shape):
        """Return the line with its position in the larger picture that this one was cut from.

        Parameters
        ----------
        to_picture : ndarray of shape (3, 3)
            Homography from this picture to the larger one.
        shape : tuple of int
            Height and width of the larger one.

        Returns
        -------
        line : Line
        """
        return replace(self, to_picture=to_picture @ self.to_picture, shape=shape)

    def enlarged(self, shape):
        """Return the line with its position in the picture of this shape, before reduction."""
        down, across = np.divide(shape, self.shape)
        return self.within(np.diag([across, down, 1.0]), shape)

    @property
    def scale(self):
        """Number of pixels of the line per pixel of the picture."""
        return 1 / np.hypot(*self.to_picture[:2, 0])


def find_line(grey, ink="auto"):
    """Find the line that contains the heaviest patch of ink in a picture.

    It is levelled, cut out and scaled until its digits are 24 pixels high. Ruled lines and frames
    are kept, but do not count as digits.

    Parameters
    ----------
    grey : ndarray of shape (height, width)
        From 0 for black to 1 for white.
    ink : {"auto", "dark", "light"}, default="auto"
        Whether it is darker or lighter than the paper.

    Returns
    -------
    line : Line or None
        None if there is no ink.
    """
    found = ink_beside_blocks(grey, lambda grey: find_ink(grey[None], ink).ink[0])
    return line_of(found) if found.any() else None


def line_of(ink):
    """Return the line that contains the heaviest patch of ink, see `find_line`.

    Parameters
    ----------
    ink : ndarray of shape (height, width)
        From 0 for paper to 1 for the strongest ink; not empty.

    Returns
    -------
    line : Line
    """
    parts, angle = find_parts(ink), 0.0
    level = Image.fromarray(np.rint(255 * ink).astype(np.uint8))
    if abs(skew := _skew(parts)) >= LEAST_SKEW:
        angle = skew
        level = level.rotate(angle, Image.Resampling.BILINEAR, expand=True)
        parts = find_parts(np.asarray(level) / np.float32(255))
    parts, top, bottom = beside_the_heaviest(parts, level.height)
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
    # The square root strengthens faint strokes relative to strong ones.
    image = np.rint(np.sqrt(np.asarray(line) * np.float32(255))).astype(np.uint8)
    columns = _without_gaps(parts, box[0], scale, width)
    to_picture = rotation(angle, level.size[::-1], ink.shape) @ np.array(
        [[1 / scale, 0, box[0]], [0, 1 / scale, box[1]], [0, 0, 1]]
    )
    return Line(image[:, columns], columns, to_picture, ink.shape)


def find_lines(pictures):
    """Yield the line of each picture, or None if it has no ink.

    Raises
    ------
    ValueError
        If a picture cannot be read; the message gives its index.
    """
    for index, picture in enumerate(pictures):
        try:
            grey = read_picture(picture)
        except (TypeError, ValueError) as error:
            raise ValueError(f"pictures[{index}]: {error}") from error
        yield find_line(grey)


def _skew(parts):
    """Return the angle in degrees by which a line of parts falls to the right; 0 if uncertain."""
    tall = parts[heights(parts) >= 0.5 * heights(parts).max()]
    x, y = (tall[:, 1] + tall[:, 3]) / 2, (tall[:, 0] + tall[:, 2]) / 2
    if len(tall) < 3 or np.ptp(x) < 2 * heights(tall).max():
        return 0.0
    angle = float(np.degrees(np.arctan(np.polyfit(x - x.mean(), y, 1)[0])))
    return angle if abs(angle) < LARGEST_SKEW else 0.0


def _without_gaps(parts, left, scale, width):
    """Return the columns of a scaled line after wide gaps are shortened: an even number."""
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
