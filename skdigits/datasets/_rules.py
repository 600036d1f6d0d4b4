"""Draw ruled lines, edges of table cells and boxes of forms."""

import numpy as np
from PIL import Image, ImageDraw

from skdigits.datasets._glyphs import HEIGHT

BEYOND = 6  # pixels above and below the digits; with less, an upright line looks like a 1


def draw_rules(writing, frame, chance):
    """Return the lines of a form around a Writing within a frame: ink from 0 to 255."""
    height, width = writing.ink.shape
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    if chance.random() < 0.75:
        _draw_cell(pen, writing, frame, chance)
    elif writing.gap > 0.25 or chance.random() < 0.3:
        _draw_boxes(pen, writing, chance)
    return np.asarray(image.crop(frame))


def _draw_cell(pen, writing, frame, chance):
    """Draw some of the four edges of a table's cell.

    Upright ones only if the picture is so much taller than the digits that they do not look like
    a 1.
    """
    left, top, right, bottom = writing.box
    is_tall = top - frame[1] >= BEYOND and frame[3] - bottom >= BEYOND
    height, width = writing.ink.shape
    fall, lean = chance.gauss(0, 0.012) * width, chance.gauss(0, 0.6)
    if chance.random() < 0.7:
        y = writing.top + HEIGHT + chance.uniform(-12, 12)
        _draw_rule(pen, (0, y), (width, y + fall), chance)
    if chance.random() < 0.4:
        y = writing.top + chance.uniform(-14, 4)
        _draw_rule(pen, (0, y), (width, y + fall), chance)
    if is_tall and chance.random() < 0.4:
        x = chance.uniform(0, left - 2)
        _draw_rule(pen, (x, 0), (x + lean, height), chance)
    if is_tall and chance.random() < 0.4:
        x = chance.uniform(right + 1, width)
        _draw_rule(pen, (x, 0), (x + lean, height), chance)


def _draw_rule(pen, start, end, chance):
    """Draw a solid, dashed or dotted line."""
    look = {"width": chance.randint(1, 3), "fill": chance.randint(90, 255)}
    if chance.random() < 0.6:
        pen.line((start, end), **look)
        return
    dx, dy = end[0] - start[0], end[1] - start[1]
    n = max(1, int(max(abs(dx), abs(dy)) / chance.uniform(3, 9)))
    drawn = chance.uniform(0.4, 0.75)
    for index in range(n):
        here, there = ((index + part) / n for part in (0, drawn))
        line = [(start[0] + dx * at, start[1] + dy * at) for at in (here, there)]
        pen.line(line, **look)


def _draw_boxes(pen, writing, chance):
    """Draw a box around each digit."""
    top = writing.top - chance.uniform(2, 9)
    bottom = writing.top + HEIGHT + chance.uniform(2, 9)
    left, _, right, _ = writing.box
    columns = [left - 5, *writing.spaces, right + 4]
    look = {"width": chance.randint(1, 2), "fill": chance.randint(90, 255)}
    lean = chance.gauss(0, 0.6)
    for x in columns:
        pen.line((x, top, x + lean, bottom), **look)
    for y in (top, bottom):
        pen.line((columns[0], y, columns[-1], y), **look)
