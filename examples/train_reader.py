"""Train a reader of numbers for real paper, and keep it in a file.

It learns from numbers composed of the 60,000 training images of MNIST and, where they are given, of
the digits of handwriting fonts: those of MNIST were written by Americans, and lack the 1 with an
upstroke, the crossed 7 and the looped 2 of other hands. Fonts are files that Pillow opens (.ttf,
.otf, .woff, .woff2).

Run it from the repository::

    python -m examples.train_reader reader.safetensors --fonts FOLDER

It takes about two hours on two cores and 8 GB of memory. Ctrl-C ends the training early and keeps
what it has learned.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from skdigits import save_model
from skdigits.datasets import compose_strings, fetch_mnist
from skdigits.numbers import DigitReader

CLEAN = {
    **dict.fromkeys(["tilt", "drift", "stroke_width", "marks", "rules", "scraps", "cuts"], 0),
    **dict.fromkeys(["fading", "shading", "blur", "noise"], 0),
}
SHARE_OF_FONTS = 0.48  # of the strings, where there are fonts
N_CLEAN = 6  # one in so many strings is on clean paper
N_HELD_OUT = 5_000  # images of MNIST of which strings to calibrate on are composed
N_CALIBRATING = 6_000  # of those strings


def draw(font):
    """Return images of 28 x 28 pixels of a font's digits, on one scale, or None if it has none."""
    drawn = []
    for digit in "0123456789":
        image = Image.new("L", (200, 200))
        ImageDraw.Draw(image).text((60, 40), digit, font=font, fill=255)
        box = image.getbbox()
        if box is None:
            return None
        drawn.append(image.crop(box))
    scale = 20 / max(image.height for image in drawn)
    images = []
    for image in drawn:
        size = [max(1, round(side * scale)) for side in image.size]
        image = image.resize((min(size[0], 28), size[1]), Image.Resampling.BOX)
        canvas = Image.new("L", (28, 28))
        canvas.paste(image, ((28 - image.width) // 2, (28 - image.height) // 2))
        images.append(np.asarray(canvas))
    return np.array(images)


def sources(X, y, fonts):
    """Return images, their digits and the share of strings that are composed of them."""
    found = [(X, y, 1 - SHARE_OF_FONTS)]
    for path in fonts:
        images = draw(ImageFont.truetype(str(path), 64))
        if images is not None:
            found.append((images, np.arange(10), SHARE_OF_FONTS / len(fonts)))
    return found


def compose(found, n_strings, seed):
    """Return pictures and strings."""
    rng = np.random.RandomState(seed)
    total = sum(share for _, _, share in found)
    pictures, strings = [], []
    for X, y, share in found:
        n = max(N_CLEAN, round(n_strings * share / total))
        for n_some, amounts in ((n - n // N_CLEAN, {}), (n // N_CLEAN, CLEAN)):
            composed = compose_strings(X, y, n_some, separators=True, random_state=rng, **amounts)
            pictures += composed[0]
            strings += composed[1].tolist()
    return pictures, strings


def main():
    """Compose, train, calibrate, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, help="file to write")
    parser.add_argument("--fonts", type=Path, help="folder of handwriting fonts")
    parser.add_argument("--strings", type=int, default=500_000, help="to compose (500,000)")
    parser.add_argument("--epochs", type=int, default=4)
    arguments = parser.parse_args()
    fonts = sorted(arguments.fonts.rglob("*.*")) if arguments.fonts else []
    X, y = fetch_mnist(return_X_y=True)
    found = sources(X[:-N_HELD_OUT], y[:-N_HELD_OUT], fonts)
    reader = DigitReader(
        max_epochs=arguments.epochs,
        validation_fraction=None,
        on_interrupt="keep",
        random_state=0,
        verbose=2,
    )
    reader.fit(*compose(found, arguments.strings, seed=0))
    found = sources(X[-N_HELD_OUT:], y[-N_HELD_OUT:], fonts)
    pictures, strings = compose(found, N_CALIBRATING, seed=1)
    reader.calibrate(pictures, strings)
    save_model(reader, arguments.output)


if __name__ == "__main__":
    main()
