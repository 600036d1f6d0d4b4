"""Write a number on a canvas: its digits, marks, and parts of neighbours, in light ink on black."""

from dataclasses import dataclass
from math import radians, tan

import numpy as np
from PIL import Image, ImageDraw

from skdigits.datasets._glyphs import FAR, HEIGHT, edges_of

ROOM = 32  # pixels of canvas above the highest digit and below the lowest
SIDE = 21  # pixels of canvas left and right of the digits, at most
MARKS = {"comma": 45, "point": 25, "dash": 12, "end": 18}  # relative frequency in percent


@dataclass(frozen=True)
class Writing:
    """A number on its canvas.

    Parameters
    ----------
    ink : ndarray of shape (height, width) and dtype uint8
        The canvas.
    text : str
        What is written.
    box : tuple of int
        Left, top, right and bottom of the digits' ink.
    ends : tuple of int
        Widths of the first and the last digit, in columns.
    top : int
        First row of digits that do not drift; they are `HEIGHT` rows tall.
    spaces : list of float
        Columns midway between neighbouring digits.
    gap : float
        Mean distance of the digits, as a multiple of their height.
    size : float
        Height of the digits, as a multiple of `HEIGHT`.
    """

    ink: np.ndarray
    text: str
    box: tuple
    ends: tuple
    top: int
    spaces: list
    gap: float
    size: float


@dataclass(frozen=True)
class Mark:
    """A mark after a digit, and the space that it takes in pixels."""

    kind: str
    after: int
    length: float
    space: float


def write(glyphs, amounts, chance):
    """Return a random number as a Writing."""
    digits = chance.choices(list(glyphs.of), k=chance.randint(*amounts.lengths))
    slant = -tan(radians(chance.uniform(*amounts.slants)))
    size = chance.uniform(0.9, 1.1)
    width = chance.uniform(*amounts.widths)
    narrow, wide = amounts.gaps
    gap = width * (narrow + (wide - narrow) * chance.random() ** 2.5)
    mark = _choose_mark(len(digits), chance) if chance.random() < amounts.marks else None
    spaces = [round((gap + chance.gauss(0, 0.06)) * HEIGHT) + 1 for _ in digits[1:]]
    if mark and mark.after < len(spaces):
        spaces[mark.after] += round(mark.space)

    cells = glyphs.draw(digits, slant, size, width, chance)
    edges = first, last = edges_of(cells)
    y = _drift(len(digits), amounts.drift, chance)
    x = _place(first, last, y, spaces)
    y += np.rint(tan(radians(chance.uniform(-amounts.tilt, amounts.tilt))) * x).astype(int)
    starts, ends = x + first.min(1), x + last.max(1) + 1
    left = chance.randint(8, SIDE)
    shift = left - int(starts.min())
    x += shift
    right, top = int(ends.max()) + shift, ROOM - min(0, int(y.min()))
    bottom = top + HEIGHT + max(0, int(y.max()))
    y += top + (HEIGHT - cells.shape[1]) // 2
    has_ink = first < FAR
    highest = int((y + has_ink.argmax(1)).min())
    lowest = int((y + cells.shape[1] - has_ink[:, ::-1].argmax(1)).max())
    box = left, highest, right, lowest

    canvas = np.zeros((bottom + ROOM, right + chance.randint(8, SIDE)), np.uint8)
    for cell, column, row in zip(cells, x.tolist(), y.tolist(), strict=True):
        _put(canvas, cell, column, row)
    if chance.random() < amounts.scraps:
        scraps = chance.choices(list(glyphs.of), k=chance.randint(1, 3))
        _put_scraps(canvas, glyphs.draw(scraps, slant, size, width, chance), right, chance)
    if mark:
        canvas = _draw_mark(canvas, mark, x, y, edges, slant, chance)
    between = ((starts[1:] + ends[:-1]) / 2 + shift).tolist()
    separator = mark if amounts.separators else None
    first_and_last = int(ends[0] - starts[0]), int(ends[-1] - starts[-1])
    return Writing(canvas, _spell(digits, separator), box, first_and_last, top, between, gap, size)


def _spell(digits, mark):
    """Return digits as a string, with a point for a decimal mark."""
    text = "".join(map(str, digits))
    if mark and mark.kind in ("comma", "point"):
        return f"{text[: mark.after + 1]}.{text[mark.after + 1 :]}"
    return text


def _choose_mark(n, chance):
    """Return a mark after one of `n` digits: any mark between two, or a point at the end."""
    kind = chance.choices(list(MARKS), list(MARKS.values()))[0] if n > 1 else "end"
    after = n - 1 if kind == "end" else chance.randrange(n - 1)
    length = chance.uniform(5, 10) if kind == "dash" else chance.uniform(4, 15)
    space = length + chance.uniform(3, 7) if kind == "dash" else chance.uniform(2, 9)
    return Mark(kind, after, length, space)


def _drift(n, amount, chance):
    """Return how far digits are below the line, in pixels: a random walk around the line."""
    y, at = np.zeros(n, dtype=int), 0.0
    for index in range(n):
        at = 0.6 * at + chance.gauss(0, amount * HEIGHT / 2)
        y[index] = round(at)
    return y


def _place(first, last, y, spaces):
    """Return the columns of cells, spaced by the distance between the strokes of neighbours."""
    n, height = first.shape
    rows = (y - y.min() + 2)[:, None] + np.arange(height)
    each = np.arange(n)[:, None]
    firsts = np.full((n, int(rows.max()) + 3), FAR)
    lasts = -firsts
    firsts[each, rows], lasts[each, rows] = first, last
    # Strokes also keep their distance from strokes two rows above and below.
    near = np.minimum(firsts[1:, 2:-2], np.minimum(firsts[1:, 4:], firsts[1:, :-4]))
    steps = (lasts[:-1, 2:-2] - near).max(1, initial=-FAR)
    apart = steps < -FAR // 2  # no row holds ink of both
    steps[apart] = (last.max(1)[:-1] - first.min(1)[1:])[apart]
    steps = np.maximum(steps + np.array(spaces, dtype=int), 5)
    return np.concatenate([[0], steps.cumsum()])


def _put(canvas, cell, x, y):
    """Put a cell on the canvas; parts outside the canvas are cut off."""
    top, left = max(0, -y), max(0, -x)
    part = cell[top : max(0, canvas.shape[0] - y), left : max(0, canvas.shape[1] - x)]
    place = canvas[y + top : y + top + part.shape[0], x + left : x + left + part.shape[1]]
    np.maximum(place, part, out=place)


def _put_scraps(canvas, cells, right, chance):
    """Draw parts of digits of neighbouring lines at the upper or lower edge of the canvas.

    There are none at the sides: part of a digit on the same line looks like a 1.
    """
    for cell in cells:
        (rows,) = np.nonzero(cell.max(1))
        is_above, shown = chance.random() < 0.5, chance.randint(2, 8)
        if len(rows):
            y = 7 + shown - rows[-1] if is_above else len(canvas) - 8 - shown - rows[0]
            _put(canvas, cell, chance.randrange(right), y)


def _draw_mark(canvas, mark, x, y, edges, slant, chance):
    """Return the canvas with a mark after a digit."""
    i, last = mark.after, edges[1]
    height = last.shape[1]
    baseline = int(y[i]) + (height + HEIGHT) // 2
    lower = last[i, height // 2 : height // 2 + HEIGHT // 2].max()
    at = int(x[i]) + int(last[i].max())
    foot = int(x[i]) + int(lower) if lower >= 0 else at
    if mark.kind == "dash":
        x1, y1 = at + chance.uniform(2, 5), baseline - HEIGHT / 2 + chance.uniform(-2, 3)
        x2, y2 = x1 + mark.length, y1 + chance.uniform(-1, 1)
    elif mark.kind == "comma":
        x1, y1 = foot + chance.uniform(1.5, 6), baseline + chance.uniform(-6, 2)
        x2, y2 = x1 + slant * mark.length - chance.uniform(-0.5, 2.5), y1 + mark.length
    else:
        x1, y1 = foot + chance.uniform(1.5, 6), baseline - chance.uniform(-1, 4)
        x2, y2 = x1 + chance.uniform(0, 1.5), y1 + chance.uniform(0, 1)
    width = chance.uniform(1.2, 3.2)
    drawn = Image.fromarray(canvas)
    pen = ImageDraw.Draw(drawn)
    pen.line((x1, y1, x2, y2), fill=255, width=round(width))
    r = width / 2
    pen.ellipse((x1 - r, y1 - r, x1 + r, y1 + r), fill=255)
    return np.asarray(drawn)
