"""Measure images of single digits, and redraw them with another slant and size."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_array, check_consistent_length, column_or_1d, gen_batches

from skdigits._utils.images import as_rows, is_square, rows_to_images
from skdigits._utils.wording import brief

HEIGHT = 24  # pixels: height of digits when drawn, before the picture is resized
INK = 60  # of 255: fainter pixels are not part of a stroke
LEAN = 0.1  # pixels to the right for each pixel up: the mean slant of MNIST's writers
FAR = 10_000  # pixels: stands for the edge of a row without ink


@dataclass(frozen=True)
class Glyphs:
    """Images of single digits, and their measurements.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) and dtype uint8
        Light ink on black.
    of : dict of int to list of int
        Indices of the images of each digit.
    boxes : ndarray of shape (n, 4)
        Box of the ink in pixels: x and y of its centre, width and height.
    slants : ndarray of shape (n,)
        Pixels to the right for each pixel down.
    scale : float
        Factor that scales the mean height of the ink to `HEIGHT`.
    """

    images: np.ndarray
    of: dict
    boxes: np.ndarray
    slants: np.ndarray
    scale: float

    def draw(self, digits, slant, size, width, chance):
        """Return an image of each digit: an array of shape (n, height, width) and dtype uint8."""
        picks = [chance.choice(self.of[digit]) for digit in digits]
        n = len(picks)
        sy = self.scale * size * _array(chance.uniform(0.9, 1.08) for _ in range(n))
        sx = sy * width * _array(chance.uniform(0.88, 1.15) for _ in range(n))
        slants = slant + _array(chance.gauss(0, 0.04) for _ in range(n))
        x, y, widths, heights = self.boxes[picks].T
        shear = self.slants[picks] / sy - slants / sx  # source pixels for each pixel down
        height = int((heights * sy).max()) + 4
        width = int((widths * sx + np.abs(shear) * sx * heights * sy).max()) + 6
        return _warp(self.images[picks], (x, y), (sx, sy), shear, (height, width))


def measure(X, y):
    """Check images and labels, and return their Glyphs."""
    images, digits = _check_images(X), _check_digits(y)
    check_consistent_length(images, digits)
    peaks = images.max((1, 2))
    has_ink = peaks > int(peaks.max()) // 2
    images, digits = _shrink(images[has_ink] if not has_ink.all() else images), digits[has_ink]
    boxes, slants = (
        np.concatenate(parts)
        for parts in zip(
            *(_measure(images[part]) for part in gen_batches(len(images), 4096)), strict=True
        )
    )
    of = {int(digit): np.flatnonzero(digits == digit).tolist() for digit in np.unique(digits)}
    # Some digits always lean, a 7 to the right: a writer's slant is the difference from the mean.
    for members in of.values():
        slants[members] -= slants[members].mean() + np.float32(LEAN)
    return Glyphs(images, of, boxes, slants, HEIGHT / float(boxes[:, 3].mean()))


def edges_of(cells):
    """Return the first and the last column with ink of each row, of shape (n, height)."""
    on = cells > INK
    has_ink = on.any(2)
    first = np.where(has_ink, on.argmax(2), FAR)
    last = np.where(has_ink, cells.shape[2] - 1 - on[:, :, ::-1].argmax(2), -FAR)
    too_faint = ~has_ink.any(1)
    first[too_faint] = last[too_faint] = cells.shape[2] // 2
    return first, last


def _check_images(X):
    """Return images of shape (n, height, width) and dtype uint8, scaled to a maximum of 255."""
    rows, shape = as_rows(X)
    rows = check_array(rows, input_name="X")
    if shape is None:
        if not is_square(rows.shape[1]):
            raise ValueError(
                f"X has {rows.shape[1]} features, which is not a square number: give images of "
                "shape (n_samples, height, width)."
            )
        shape = (int(rows.shape[1] ** 0.5),) * 2
    lowest, highest = rows.min(), rows.max()
    if lowest < 0:
        raise ValueError(
            f"X has values down to {lowest:.4g}, but the background must be 0 and ink positive."
        )
    if not highest:
        raise ValueError("X has no ink: all pixels are 0.")
    if rows.mean(dtype=np.float64) > highest / 2:
        raise ValueError(
            "X is mostly light, but light digits on a black background were expected, as in MNIST: "
            f"give {highest:.4g} - X."
        )
    if rows.dtype == np.uint8 and highest == 255:
        return rows_to_images(rows, shape)
    scaled = np.empty(rows.shape, dtype=np.uint8)
    for part in gen_batches(len(rows), 4096):
        scaled[part] = np.rint(rows[part] * (255 / float(highest)))
    return rows_to_images(scaled, shape)


def _check_digits(y):
    """Return labels, numbers or strings, as integers from 0 to 9."""
    y = column_or_1d(y)
    digits = y if y.dtype.kind in "iuf" else y.astype(str)
    wrong = ~np.isin(digits, np.arange(10).astype(digits.dtype))
    if wrong.any():
        raise ValueError(
            f"y must contain digits, 0 to 9 or '0' to '9', got {brief(y[wrong].tolist()[0])}."
        )
    return digits.astype(np.int64)


def _shrink(images):
    """Average blocks of pixels, so that digits are not much higher than `HEIGHT`."""
    height = np.mean(
        [_measure(images[part])[0][:, 3].mean() for part in gen_batches(len(images), 4096)]
    )
    k = round(height / HEIGHT)
    if k < 2:
        return images
    n, *sides = images.shape
    padded = np.pad(images, ((0, 0), *((0, -side % k) for side in sides)))
    height, width = (side // k for side in padded.shape[1:])
    return padded.reshape(n, height, k, width, k).mean((2, 4)).astype(np.uint8)


def _measure(images):
    """Return the boxes and slants of images, as in Glyphs."""
    n, height, width = images.shape
    ends = []
    for has_ink in (images.max(1) > INK, images.max(2) > INK):
        ends += [has_ink.argmax(1), has_ink.shape[1] - has_ink[:, ::-1].argmax(1)]
    left, right, top, bottom = np.array(ends, dtype=np.float32)
    boxes = np.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], axis=1)
    # The first and second moments of the ink, from one matrix product.
    y, x = (side.ravel() for side in np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j])
    powers = np.stack([np.ones_like(x), x, y, x * y, y * y], axis=1).astype(np.float32)
    total, *moments = (images.reshape(n, -1).astype(np.float32) @ powers).T
    x, y, xy, yy = (moment / total for moment in moments)
    slants = (xy - x * y) / np.maximum(yy - y * y, 1e-6) * ((width - 1) / max(height - 1, 1))
    return boxes, np.clip(slants, -1, 1)


def _warp(images, centres, scales, shear, shape):
    """Scale and shear images about their centres, with bilinear interpolation."""
    n, height, width = images.shape
    padded = np.zeros((n, height + 2, width + 2), dtype=np.float32)
    padded[:, 1:-1, 1:-1] = images
    down, across = (np.arange(side, dtype=np.float32) - (side - 1) / 2 for side in shape)
    (x, y), (sx, sy) = centres, scales
    row, part = _split(down / sy[:, None] + (y + 0.5)[:, None], height)  # (n, h)
    row += (np.arange(n) * (height + 2))[:, None]
    rows = _blend(padded.reshape(-1, width + 2), row, part[:, :, None])  # (n, h, width + 2)
    start = down * shear[:, None] + (x + 0.5)[:, None]
    column, part = _split(across / sx[:, None, None] + start[:, :, None], width)  # (n, h, w)
    column += (np.arange(n * len(down)) * (width + 2)).reshape(n, -1, 1)
    drawn = _blend(rows.ravel(), column, part)
    drawn += 0.5
    return drawn.astype(np.uint8)


def _split(at, side):
    """Split positions among `side` pixels, padded by one at each end, into index and fraction."""
    np.minimum(np.maximum(at, 0, out=at), np.float32(side + 0.999), out=at)  # faster than clip
    whole = np.floor(at)
    at -= whole
    return whole.astype(np.intp), at


def _blend(values, index, part):
    """Interpolate between each value and the next one."""
    low, high = values.take(index, axis=0), values.take(index + 1, axis=0)
    high -= low
    high *= part
    high += low
    return high


def _array(numbers):
    return np.array(list(numbers), dtype=np.float32)
