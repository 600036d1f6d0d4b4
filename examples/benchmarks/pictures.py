"""Time how fast pictures are normalised and read, compared with resizing them with Pillow.

    python -m examples.benchmarks.pictures

Run it in the repository's root.
"""

import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from sklearn.pipeline import make_pipeline

from examples.benchmarks.circumstances import current_setting
from examples.benchmarks.report import machine, table
from examples.benchmarks.timing import timed
from skdigits import DigitNormalizer, load_pretrained
from skdigits.datasets import fetch_mnist

REPEATS = 7


def resize(pictures):
    """Return pictures in grey, resized to 28 x 28 pixels, as is often done."""
    images = [
        Image.open(picture) if isinstance(picture, Path) else Image.fromarray(picture)
        for picture in pictures
    ]
    return np.stack([np.asarray(image.convert("L").resize((28, 28))) for image in images])


def photograph(digit, folder):
    """Write a photograph of 12 megapixels: dark ink on grey paper, noise, a shadow."""
    ink = np.zeros((3000, 4000), dtype=np.float32)
    large = Image.fromarray(digit).resize((1400, 1400), Image.Resampling.BICUBIC)
    ink[800:2200, 1300:2700] = np.asarray(large) / 255
    noise = np.random.default_rng(0).normal(0, 4, ink.shape)
    grey = (220 - 160 * ink) * np.linspace(0.6, 1, 4000) + noise
    path = folder / "photograph.jpg"
    Image.fromarray(grey.clip(0, 255).astype(np.uint8)).convert("RGB").save(path, quality=90)
    return path


def measure(function, X):
    """Return median, lowest and highest of the seconds, after a first call."""
    function(X)
    seconds = [timed(function, X)[1] for _ in range(REPEATS)]
    return median(seconds), min(seconds), max(seconds)


def main():
    """Measure, and print a table."""
    rows, _ = fetch_mnist("test", return_X_y=True)
    images, normalizer, network = rows.reshape(-1, 28, 28), DigitNormalizer(), load_pretrained()
    reader = make_pipeline(normalizer, network)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        photo = [photograph(images[0], Path(folder))]
        for what, function, X in (
            ("10,000 images of 28 x 28, normalised", normalizer.transform, rows),
            ("10,000 images of 28 x 28, resized with Pillow", resize, images),
            ("10,000 images of 28 x 28, read", network.predict, rows),
            ("10,000 images of 28 x 28, scored", network.score_samples, rows),
            ("one photograph of 12 megapixels, normalised", normalizer.transform, photo),
            ("one photograph of 12 megapixels, resized with Pillow", resize, photo),
            ("one photograph of 12 megapixels, read", reader.predict, photo),
        ):
            middle, least, most = measure(function, X)
            spread = f"{least:.3f}-{most:.3f}"
            lines.append([what, f"{middle:.3f}", spread, f"{len(X) / middle:,.0f}"])
    print(f"{machine(current_setting(None))}; n = {REPEATS}\n")
    print(table(["what", "seconds", "lowest-highest", "images/s"], lines))


if __name__ == "__main__":
    main()
