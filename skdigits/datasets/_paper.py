"""Turn writing into a picture on paper: strokes, light, sharpness, noise and size."""

import functools
from math import ceil

import numpy as np
from PIL import Image
from scipy import ndimage

from skdigits.datasets._glyphs import HEIGHT
from skdigits.datasets._rules import draw_rules


def take_picture(writing, amounts, chance):
    """Return a picture of a Writing, dark on light: ndarray of shape (height, width) and uint8."""
    left, top, right, bottom = frame = _choose_frame(writing, amounts.cuts, chance)
    ink = _change_strokes(writing.ink[top:bottom, left:right], amounts.stroke_width, chance)
    if amounts.fading:
        ink = _fade(ink, amounts.fading, chance)
    if chance.random() < amounts.rules:
        np.maximum(ink, draw_rules(writing, frame, chance) * np.float32(1 / 255), out=ink)
    # At the default amounts, paper is up to 50 % darker and ink up to 85 % fainter.
    paper = 1 - min(1.25 * amounts.shading, 0.8) * chance.random()
    contrast = paper
    if chance.random() < 0.7:
        contrast *= 1 - min(amounts.fading / 0.6 * 0.85, 0.9) * chance.random()
    ink *= np.float32(-contrast)
    ink += np.float32(paper)
    if amounts.shading:
        shadow = paper * amounts.shading * 0.6 * chance.random() ** 2
        ink -= np.float32(shadow) * _patch(_textures()["shadow"], ink.shape, chance)
    sigma = amounts.blur * chance.random() ** 2
    if sigma > 0.2:
        _blur(ink, sigma)
    scale = chance.uniform(*amounts.heights) / (HEIGHT * writing.size)
    picture = _resize(_to_bytes(ink * np.float32(255)), scale)
    if amounts.noise:
        deviation = 255 * amounts.noise * chance.random() ** 2 * contrast * 1.2
        grain = np.float32(deviation) * _patch(_textures()["noise"], picture.shape, chance)
        grain += picture
        picture = _to_bytes(grain)
    return picture


def _choose_frame(writing, cuts, chance):
    """Return left, top, right and bottom of the picture, which may cut into the digits."""
    height, width = writing.ink.shape
    _, top, _, bottom = writing.box
    frame = [
        chance.randint(0, 7),
        top - chance.randint(3, 16) - 16 * (chance.random() < 0.15),
        width - chance.randint(0, 7),
        bottom + chance.randint(3, 16) + 16 * (chance.random() < 0.15),
    ]
    if chance.random() < cuts:
        side = chance.randrange(4)
        most = 3 if side % 2 else min(4, writing.ends[side // 2] // 4)
        inside = chance.randint(-2, most)
        frame[side] = writing.box[side] + (inside if side < 2 else -inside)
    return max(0, frame[0]), max(0, frame[1]), min(width, frame[2]), min(height, frame[3])


def _change_strokes(ink, amount, chance):
    """Return ink from 0 to 1, its strokes wider or narrower by up to `amount` pixels."""
    by = chance.uniform(-amount, amount * 1.3)
    scaled = ink * np.float32(1 / 255)
    if not by:
        return scaled
    change = np.maximum if by > 0 else np.minimum
    tall = ink.copy()
    change(tall[1:], ink[:-1], out=tall[1:])
    change(tall[:-1], ink[1:], out=tall[:-1])
    changed = tall.copy()
    change(changed[:, 1:], tall[:, :-1], out=changed[:, 1:])
    change(changed[:, :-1], tall[:, 1:], out=changed[:, :-1])
    share = min(abs(by) / 2, 1)
    scaled *= np.float32(1 - share)
    scaled += changed * np.float32(share / 255)
    return scaled


def _fade(ink, amount, chance):
    """Make ink fainter in places, and grainy."""
    if chance.random() < 0.5:
        ink *= 1 - np.float32(amount * chance.random()) * _patch(
            _textures()["fading"], ink.shape, chance
        )
    if chance.random() < 0.35:
        grain = _patch(_textures()["grain"], ink.shape, chance) - np.float32(0.6)
        grain *= np.float32(amount * 2.5 * chance.random())
        grain += 1
        ink *= np.clip(grain, 0, 1, out=grain)
    return ink


def _blur(ink, sigma):
    """Blur in place by small steps of diffusion, which is faster than a filter on small images."""
    n_steps = ceil(2 * sigma**2)
    share = np.float32(sigma**2 / (2 * n_steps))
    for side in (ink, ink.T) * n_steps:
        flow = side[1:] - side[:-1]
        flow *= share
        side[:-1] += flow
        side[1:] -= flow


def _resize(picture, scale):
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    return np.array(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))


def _to_bytes(grey):
    """Round grey values from 0 to 255."""
    grey += np.float32(0.5)
    return np.minimum(np.maximum(grey, 0, out=grey), 255, out=grey).astype(np.uint8)


def _patch(texture, shape, chance):
    """Return a random part of a texture, repeated if it is too small."""
    (height, width), (tall, wide) = shape, texture.shape
    top, left = chance.randrange(max(1, tall - height)), chance.randrange(max(1, wide - width))
    if height <= tall and width <= wide:
        return texture[top : top + height, left : left + width]
    rows = texture.take(range(top, top + height), 0, mode="wrap")
    return rows.take(range(left, left + width), 1, mode="wrap")


@functools.cache
def _textures():
    """Return noise of unit variance, and smoothed noise from 0 to 1."""
    generator = np.random.default_rng(0)
    noise = generator.standard_normal((3, 256, 2048)).astype(np.float32)
    smooth = {
        name: ndimage.gaussian_filter(layer, sigma, mode="wrap")
        for name, layer, sigma in zip(
            ("grain", "fading", "shadow"), noise, (0.9, 7, 40), strict=True
        )
    }
    return {"noise": noise[0]} | {name: _to_unit(field) for name, field in smooth.items()}


def _to_unit(field):
    low, high = np.quantile(field, [0.01, 0.99])
    return np.clip((field - low) / (high - low), 0, 1).astype(np.float32)
