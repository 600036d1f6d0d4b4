"""Corruptions of images of 28 x 28 pixels, to measure what a model stands.

Written anew after the descriptions in Mu & Gilmer, "MNIST-C: A Robustness Benchmark for Computer
Vision", 2019, with its severities. No model is trained on them.

Each takes floats of shape (n, 28, 28) from 0 for black to 1, and a `numpy.random.Generator`, and
returns as many images on the same scale.
"""

import itertools

import numpy as np
from scipy import ndimage
from skimage.feature import canny
from skimage.transform import AffineTransform, warp

SIDE = 28


def shot_noise(images, rng):
    """Count photons, three for white."""
    return np.clip(rng.poisson(3 * images) / 3, 0, 1)


def impulse_noise(images, rng):
    """Set 17 % of the pixels to black or white."""
    hit = rng.random(images.shape) < 0.17
    return np.where(hit, rng.random(images.shape) < 0.5, images)


def glass_blur(images, rng):
    """Blur, let pixels change places with a neighbour, twice, and blur again."""
    images = ndimage.gaussian_filter(images, (0, 0.7, 0.7))
    every = np.arange(len(images))
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                moves = rng.integers(-1, 1, (2, len(images))) * (rng.random(len(images)) < 0.5)
                there = every, row + moves[0], column + moves[1]
                here = images[:, row, column].copy()
                images[:, row, column] = images[there]
                images[there] = here
    return np.clip(ndimage.gaussian_filter(images, (0, 0.7, 0.7)), 0, 1)


def motion_blur(images, rng):
    """Smear along a line of up to 10 pixels, at an angle of up to 45 degrees."""
    steps = np.arange(10)
    weights = np.exp(-(steps**2) / (2 * 3**2))
    result = []
    for image in images:
        angle = np.deg2rad(rng.uniform(-45, 45))
        kernel = np.zeros((21, 21))
        for step, weight in zip(steps, weights, strict=True):
            point = np.clip(np.rint(10 + step * np.array([np.sin(angle), np.cos(angle)])), 0, 20)
            kernel[tuple(point.astype(int))] += weight
        result.append(ndimage.convolve(image, kernel / kernel.sum(), mode="nearest"))
    return np.stack(result)


def _warped(images, matrices):
    """Map each image by a matrix from new to old positions around the centre."""
    centre = AffineTransform(translation=(-(SIDE - 1) / 2, -(SIDE - 1) / 2))
    maps = (AffineTransform(np.linalg.inv(centre.params) @ m @ centre.params) for m in matrices)
    return np.stack([warp(image, m, order=1) for image, m in zip(images, maps, strict=True)])


def _signs(images, rng):
    return rng.choice([-1.0, 1.0], len(images))


def shear(images, rng):
    """Slant to the left or right, by 0.4 pixels a row."""
    return _warped(images, [[[1, a, 0], [0, 1, 0], [0, 0, 1]] for a in 0.4 * _signs(images, rng)])


def scale(images, rng):
    """Shrink to 70 %."""
    return _warped(images, [np.diag([1 / 0.7, 1 / 0.7, 1])] * len(images))


def rotate(images, rng):
    """Turn by 0.4 radians, either way."""
    angles = 0.4 * _signs(images, rng)
    return _warped(images, [AffineTransform(rotation=angle).params for angle in angles])


def translate(images, rng):
    """Shift by 3 pixels along both axes, each either way."""
    shifts = 3 * np.stack([_signs(images, rng), _signs(images, rng)], axis=1)
    return _warped(images, [AffineTransform(translation=shift).params for shift in shifts])


def brightness(images, rng):
    """Make all pixels lighter by a half."""
    return np.clip(images + 0.5, 0, 1)


def stripe(images, rng):
    """Invert the quarters at the left and the right."""
    images = images.copy()
    images[:, :, :7], images[:, :, 21:] = 1 - images[:, :, :7], 1 - images[:, :, 21:]
    return images


def fog(images, rng):
    """Add three times a cloud that is rough at every scale, and bring the sum back to the range."""
    highest = images.max((1, 2), keepdims=True)
    return np.clip((images + 3 * _clouds(len(images), rng)) * highest / (highest + 3), 0, 1)


def _clouds(n, rng, roughness=1.4):
    """Return fractal noise from 0 to 1, by midpoint displacement on a torus of 64 pixels."""
    clouds, amplitude = np.zeros((n, 1, 1)), 1.0
    for _ in range(6):
        middles = (clouds + np.roll(clouds, -1, 1)) / 2
        clouds = np.stack([clouds, middles], axis=2).reshape(n, -1, clouds.shape[2])
        middles = (clouds + np.roll(clouds, -1, 2)) / 2
        clouds = np.stack([clouds, middles], axis=3).reshape(n, clouds.shape[1], -1)
        clouds = clouds + amplitude * rng.uniform(-1, 1, clouds.shape)
        amplitude /= roughness
    clouds -= clouds.min((1, 2), keepdims=True)
    return (clouds / clouds.max((1, 2), keepdims=True))[:, :SIDE, :SIDE]


def spatter(images, rng):
    """Cover blots with mud of a quarter's lightness."""
    liquid = ndimage.gaussian_filter(rng.normal(0.65, 0.3, images.shape), (0, 1, 1))
    mud = ndimage.gaussian_filter((liquid > 0.65).astype(float), (0, 1.5, 1.5))
    mud[mud < 0.8] = 0
    return np.clip(images * (1 - mud) + 63 / 255 * mud, 0, 1)


def _line(start, end):
    """Return a soft line from the column and row `start` to `end`, brightest along its middle."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    slope = (end[1] - start[1]) / (end[0] - start[0])
    distance = np.clip(np.abs(rows - start[1] - slope * (columns - start[0])), 0, 2.3 - 1e-9)
    line = np.clip(np.log(1 - distance / 2.3) + 1, 0, 1)
    return line * ((columns >= np.floor(start[0])) & (columns < np.ceil(end[0])))


def dotted_line(images, rng):
    """Draw a line from edge to edge, of two pixels on and two off."""
    dots = np.arange(SIDE) // 2 % 2
    ends = rng.integers(0, 27, (len(images), 2))
    lines = np.stack([_line((0, first), (27, last)) * dots for first, last in ends])
    return np.clip(images + lines, 0, 1)


def zigzag(images, rng):
    """Draw a zigzag of two pixels up and down along a line from left to right."""
    result = images.copy()
    for image in result:
        first = rng.integers(0, 27)
        last = first + rng.integers(-5, 5)
        angle = np.arctan((last - first) / 23)
        length = 23 / np.cos(angle)
        along = np.concatenate([[0], np.arange(2, length, 4), [length]])
        aside = np.concatenate([[0], 2.0 * (-1) ** np.arange(len(along) - 2), [0]])
        columns = 2 + along * np.cos(angle) - aside * np.sin(angle)
        rows = first + along * np.sin(angle) + aside * np.cos(angle)
        points = list(zip(columns, rows, strict=True))
        for start, end in itertools.pairwise(points):
            image += _line(start, end)
    return np.clip(result, 0, 1)


def canny_edges(images, rng):
    """Keep nothing but the outlines."""
    return np.stack([canny(image) for image in images]).astype(float)


CORRUPTIONS = (
    shot_noise,
    impulse_noise,
    glass_blur,
    motion_blur,
    shear,
    scale,
    rotate,
    brightness,
    translate,
    stripe,
    fog,
    spatter,
    dotted_line,
    zigzag,
    canny_edges,
)
