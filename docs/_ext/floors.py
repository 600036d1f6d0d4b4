"""The floors of the package, and a directive of Sphinx that draws them with their imports."""

import ast
import sys
import tomllib
from collections import defaultdict
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "skdigits"
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]
FLOORS = tomllib.loads((ROOT / "docs/floors.toml").read_text(encoding="utf-8"))["floor"]
BOXES = {box: modules for floor in FLOORS for box, modules in floor.items()}

# Lengths in the drawing's own units: at the width of a phone, each is about a pixel.
COLUMN, WIDTH, LINE, GAP, MARGIN = 90, 84, 13, 40, 6
LETTERS = 11  # of a name, that surely fit into a box in any font


def module_of(path):
    """Return the module, or subpackage, that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path):
    """Return every dotted name that a file imports, at its head or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names)
    return names


def used_by_module():
    """Return for each module what it imports: modules of the package, and other packages."""
    used = defaultdict(set)
    for path in FILES:
        for name in imports_of(path):
            package, *rest = name.split(".")
            if package not in sys.stdlib_module_names:  # its io is not ours
                used[module_of(path)].add(rest[0] if package == "skdigits" else package)
    return used


def arrows(used):
    """Return pairs of boxes of which the first imports the second, and not by way of a third."""
    direct, reached = {}, {}
    for box in reversed(BOXES):  # from the bottom up
        names = set().union(*(used[module] for module in BOXES[box]))
        direct[box] = {other for other in BOXES if other != box and names & {*BOXES[other]}}
        reached[box] = direct[box].union(*(reached[lower] for lower in direct[box]))
    return [
        (box, lower)
        for box in BOXES
        for lower in BOXES
        if lower in direct[box] and not any(lower in reached[way] for way in direct[box])
    ]


def draw():
    """Return the drawing as SVG, in the colours of the page that it stands in."""
    used = used_by_module()
    pairs = [pair for pair in arrows(used) if pair[1] not in FLOORS[-1]]
    width = COLUMN * max(map(len, FLOORS)) + 2 * MARGIN - (COLUMN - WIDTH)
    floors, boxes, places, y = [], [], {}, 0
    for floor in FLOORS:
        height = 2 * MARGIN + max(height_of(box) for box in floor)
        floors.append(rectangle("floor", 0, y, width, height))
        for column, box in enumerate(floor):
            x = MARGIN + COLUMN * column
            kind = "box torch" if any("torch" in used[name] for name in BOXES[box]) else "box"
            broad = WIDTH if floor is not FLOORS[-1] else width - 2 * MARGIN
            boxes.append(rectangle(kind, x, y + MARGIN, broad, height_of(box)))
            boxes += texts(x + broad / 2, y + MARGIN, box)
            places[box] = x, y, y + height
        y += height + GAP
    ways = [arrow(upper, lower, pairs, places) for upper, lower in pairs]
    title = "The package, from the top floor to the bottom: " + "; ".join(map(", ".join, FLOORS))
    return f"""<svg class="floors" viewBox="0 0 {width} {y - GAP}" role="img">
<title>{escape(title)}</title>
<style>{STYLE}</style>
<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path class="tip" d="M0 0 8 4 0 8z"/></marker>
{"".join([*floors, *ways, *boxes])}
</svg>"""


def lines_of(box):
    """Return the lines below a box's name; on the lowest floor there is one."""
    if BOXES[box] == [box]:
        return []
    return [" · ".join(BOXES[box])] if box in FLOORS[-1] else BOXES[box]


def height_of(box):
    """Return the height of a box."""
    return LINE * (1 + len(lines_of(box))) + 8


def rectangle(kind, x, y, width, height):
    """Return a rectangle of SVG."""
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>'


def texts(x, y, box):
    """Return a box's name with its modules below, centred at `x`; a long name fills the box."""
    for number, line in enumerate([box, *lines_of(box)]):
        kind, bottom = "module" if number else "name", y + LINE * (number + 1)
        fit = f' textLength="{WIDTH - 8}" lengthAdjust="spacingAndGlyphs"'
        fit = fit if number == 0 and len(line) > LETTERS else ""
        yield f'<text class="{kind}" x="{x}" y="{bottom}"{fit}>{escape(line)}</text>'


def arrow(upper, lower, pairs, places):
    """Return an arrow; those that leave or reach the same box do so side by side."""
    starts = sorted((b for a, b in pairs if a == upper), key=places.get)
    ends = sorted((a for a, b in pairs if b == lower), key=places.get)
    (x1, y, bottom), (x2, top, _) = places[upper], places[lower]
    x1 += WIDTH * (starts.index(lower) + 1) / (len(starts) + 1)
    x2 += WIDTH * (ends.index(upper) + 1) / (len(ends) + 1)
    y1, y2, bend = y + MARGIN + height_of(upper), top + MARGIN, GAP * 0.7
    path = f"M{x1:g} {y1} V{bottom} C{x1:g} {bottom + bend} {x2:g} {top - bend} {x2:g} {top} V{y2}"
    return f'<path class="arrow" d="{path}" marker-end="url(#tip)"/>'


STYLE = """
.floors { display: block; width: 100%; max-width: 36rem; margin: 1rem auto; }
.floors .floor { fill: var(--pst-color-surface, #f3f4f5); }
.floors .box { fill: var(--pst-color-background, #fff); stroke: #0072b2; }
.floors .torch { stroke: #d55e00; stroke-width: 2.5; }
.floors text { fill: var(--pst-color-text-base, #222); text-anchor: middle; }
.floors .name { font-size: 11px; font-weight: bold; }
.floors .module { font-size: 10px; }
.floors .arrow { fill: none; stroke: var(--pst-color-text-muted, #555); }
.floors .tip { fill: var(--pst-color-text-muted, #555); }
"""


class Floors(Directive):
    """``.. floors::`` draws the floors."""

    def run(self):
        """Return the drawing."""
        return [nodes.raw("", draw(), format="html")]


def setup(app):
    """Tell Sphinx of the directive."""
    app.add_directive("floors", Floors)
    return {"parallel_read_safe": True}
