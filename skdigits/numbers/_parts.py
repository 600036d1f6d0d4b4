"""Find the parts of the ink in a picture that may be writing, and those in one line."""

import numpy as np
from scipy import ndimage

MARKED = 0.1  # of the strongest ink
SPECK = 0.02, 0.08  # largest speck: of the heaviest part's mass, of the largest part's size
NEIGHBOURS = np.ones((3, 3), dtype=bool)


def ink_beside_blocks(grey, find):
    """Find ink, except for blocks: areas at an edge that are far thicker than strokes.

    Blocks are shadows, tables and fingers in large pictures. They are covered with the paper around
    them, and the ink is searched again: next to a black phone, even pale shadows look like ink.

    Parameters
    ----------
    grey : ndarray of shape (height, width)
        From 0 for black to 1 for white.
    find : callable
        Takes grey levels, and returns their ink.

    Returns
    -------
    ink : ndarray of shape (height, width)
        If there is nothing but blocks, the ink of the whole picture.
    """
    ink = find(grey)
    blocks = _find_blocks(ink)
    if not blocks.any():
        return ink
    # Deep inside a block, no paper is near enough to recognise the block.
    inside, outside = np.median(grey[blocks]), np.median(grey[~blocks])
    like = np.abs(grey - inside) < np.abs(grey - outside)
    labels, _ = ndimage.label(like, NEIGHBOURS)
    blocks |= np.isin(labels, np.unique(labels[blocks & like]))
    nearest = ndimage.distance_transform_edt(blocks, return_distances=False, return_indices=True)
    beside = np.where(blocks, 0, find(grey[tuple(nearest)]))
    return beside if beside.any() else ink


def _find_blocks(ink):
    """Return the pixels of blocks, and the pixels next to them."""
    size = round(0.1 * min(ink.shape))
    marked = ink > MARKED
    none = np.zeros_like(marked)
    if size < 20:
        return none
    solid = ndimage.minimum_filter(marked, size, mode="constant", cval=1)
    if not solid.any():
        return none
    labels, n_labels = ndimage.label(marked, NEIGHBOURS)
    edges = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    blocks = np.intersect1d(labels[solid], edges)
    blocks = blocks[blocks > 0]
    if len(blocks) in (0, n_labels):
        return none
    return ndimage.binary_dilation(np.isin(labels, blocks), iterations=2)


def find_parts(ink):
    """Return the boxes of connected ink, except for ruled lines, frames and specks.

    Parameters
    ----------
    ink : ndarray of shape (height, width)
        Not empty.

    Returns
    -------
    parts : ndarray of shape (n_parts, 5)
        Top, left, bottom and right (the last two are exclusive), and mass.
    """
    marked = ink > MARKED
    if not marked.any():
        marked = ink > 0
    labels, n_labels = ndimage.label(_without_rules(marked), NEIGHBOURS)
    mass = np.bincount(labels.ravel(), ink.ravel(), n_labels + 1)[1:]
    places = ndimage.find_objects(labels)
    boxes = [(rows.start, columns.start, rows.stop, columns.stop) for rows, columns in places]
    parts = np.column_stack([np.array(boxes, dtype=float), mass])
    size = np.maximum(heights(parts), parts[:, 3] - parts[:, 1])
    return parts[(mass > SPECK[0] * mass.max()) & (size > SPECK[1] * size.max())]


def heights(parts):
    """Return the heights of parts."""
    return parts[:, 2] - parts[:, 0]


def widths(parts):
    """Return the widths of parts."""
    return parts[:, 3] - parts[:, 1]


def middles(parts):
    """Return x and y of the centres of parts, an array of shape (n_parts, 2)."""
    return np.column_stack([parts[:, 1] + parts[:, 3], parts[:, 0] + parts[:, 2]]) / 2


def around(parts):
    """Return top, left, bottom and right of all parts together."""
    return [*parts[:, :2].min(0), *parts[:, 2:4].max(0)]


def beside_the_heaviest(parts, height):
    """Return the parts in one line with the heaviest part, and the top and bottom of the line.

    Parts cut by the upper or lower edge of the picture count half: they may belong to another line.

    Parameters
    ----------
    parts : ndarray of shape (n_parts, 5)
    height : int
        Height of the picture.

    Returns
    -------
    parts : ndarray of shape (n_in_line, 5)
    top, bottom : float
        Limits of the tall parts of the line.
    """
    tall = parts[heights(parts) >= 0.45 * heights(parts).max()]
    is_cut = (tall[:, 0] == 0) | (tall[:, 2] == height)
    top, _, bottom, *_ = tall[np.where(is_cut, tall[:, 4] / 2, tall[:, 4]).argmax()]
    n_before, n_taken = 0, 1
    while n_before < n_taken:
        overlap = np.minimum(tall[:, 2], bottom) - np.maximum(tall[:, 0], top)
        taken = overlap >= 0.3 * np.minimum(heights(tall), bottom - top)
        n_before, n_taken = n_taken, int(taken.sum())
        top, bottom = tall[taken, 0].min(), tall[taken, 2].max()
    margin = 2  # pixels: a comma or dot this close still belongs to the line
    inside = (parts[:, 0] < bottom + margin) & (parts[:, 2] > top - margin)
    return parts[inside], top, bottom


def _without_rules(marked):
    """Remove the pixels of long straight lines, except where strokes cross them."""
    height, width = marked.shape
    long = round(min(max(0.5 * width, 1.5 * height), 0.85 * width))
    across = runs(marked, long, axis=1)
    down = runs(marked, round(0.85 * height), axis=0)
    free = marked & ~across
    free |= marked & ~down & closed(free, max(5, round(0.12 * height)), axis=0)
    free &= ~down | closed(free & ~down, 5, axis=1)
    return free if free.sum() >= 0.1 * marked.sum() else marked


def runs(marked, length, axis):
    """Return the pixels of runs of at least this many marked ones; runs may slant by a pixel."""
    wide = ndimage.maximum_filter1d(marked, 3, axis=1 - axis)
    return ndimage.maximum_filter1d(ndimage.minimum_filter1d(wide, length, axis), length, axis)


def closed(marked, size, axis):
    """Fill gaps shorter than this number of pixels along an axis."""
    return ndimage.minimum_filter1d(ndimage.maximum_filter1d(marked, size, axis), size, axis)
