"""Pictures that are damaged or strange get a reading or a sentence, whatever was done to them."""

import io
import os

import numpy as np
import pytest
from composed import clean_strings
from PIL import Image

N_MUTATED = int(os.environ.get("SKDIGITS_N_MUTATED", "200"))  # 2,000 before a release


def spoil_bytes(picture, rng):
    """A file with some bytes changed, or a part of it missing."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, rng.choice(["PNG", "JPEG", "BMP", "TIFF", "GIF"]))
    content = bytearray(file.getvalue())
    for place in rng.integers(len(content), size=rng.integers(1, 20)):
        content[place] = rng.integers(256)
    return bytes(content[: rng.integers(1, len(content))] if rng.random() < 0.3 else content)


def stretch(picture, rng):
    size = np.maximum(1, np.exp(rng.uniform(0, np.log(2000), 2))).astype(int)
    return np.asarray(Image.fromarray(picture).resize(size.tolist()))


def crop(picture, rng):
    height, width = picture.shape
    top, left = rng.integers(height), rng.integers(width)
    return picture[top : top + rng.integers(1, 200), left : left + rng.integers(1, 200)]


def turn(picture, rng):
    return np.asarray(Image.fromarray(picture).rotate(rng.uniform(0, 360), expand=True))


def add_noise(picture, rng):
    return np.clip(picture + rng.normal(0, rng.uniform(1, 200), picture.shape), 0, 255)


def change_greys(picture, rng):
    return rng.permutation(256).astype(np.uint8)[picture]


def change_type(picture, rng):
    kind = rng.choice(["u2", "i4", "f4", "f8", "?", "f2"])
    return (picture * rng.choice([1e-9, 1 / 255, 1, 100])).astype(kind)


def blot(picture, rng):
    blotted = picture.copy()
    top, left = rng.integers(picture.shape)
    blotted[top : top + rng.integers(1, 60), left : left + rng.integers(1, 60)] = rng.integers(256)
    return blotted


MUTATIONS = (spoil_bytes, stretch, crop, turn, add_noise, change_greys, change_type, blot)


@pytest.fixture(scope="module")
def mutated(digits):
    """Pictures that each underwent one to three mutations."""
    rng = np.random.default_rng(0)
    pictures, _ = clean_strings(digits, 50, 3, lengths=(1, 8))
    found = []
    for index in range(N_MUTATED):
        picture = pictures[index % len(pictures)]
        for mutate in rng.choice(MUTATIONS[1:], size=rng.integers(0, 3)):
            picture = mutate(np.asarray(picture, dtype=np.uint8), rng)
        found.append(MUTATIONS[index % len(MUTATIONS)](np.asarray(picture, dtype=np.uint8), rng))
    return found


@pytest.mark.slow
def test_each_is_answered(number_reader, mutated):
    readings = list(number_reader.read_many(mutated))
    assert len(readings) == len(mutated)
    for reading in readings:
        if reading.error is None:
            assert set(reading.text) <= set("0123456789?")
            assert 0 <= reading.confidence <= 1
        else:
            assert reading.text == ""
            assert "\n" not in str(reading)
            assert len(str(reading)) < 400
    assert sum(reading.error is not None for reading in readings) < 0.5 * len(readings)
