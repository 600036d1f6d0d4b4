"""Train the reader of numbers that the package ships.

It learns from numbers composed of the 60,000 training images of MNIST and, where they are given,
of the digits of handwriting fonts: those of MNIST were written by Americans, and lack the 1 with an
upstroke, the crossed 7 and the looped 2 of other hands. Letters of the fonts teach it what is no
number. Fonts are files that Pillow opens (.ttf, .otf, .woff, .woff2); those that the shipped reader
learned from are listed in its card.

Run it from the repository::

    python -m examples.train_reader --fonts FOLDER

It takes about two hours on two cores and 8 GB of memory, and writes the weights into the
package. Ctrl-C ends the training early and keeps what it has learned.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from skdigits import save_model
from skdigits.datasets import compose_strings, fetch_mnist
from skdigits.numbers import DigitReader

DIGITS = "0123456789"
LETTERS = "ACEFHKMNPRTUVWXYadefhkmnprtuvwy+=%&?#"  # none of them looks like a digit
CLEAN = {
    **dict.fromkeys(["tilt", "drift", "stroke_width", "marks", "rules", "scraps", "cuts"], 0),
    **dict.fromkeys(["fading", "shading", "blur", "noise"], 0),
}
SHARES = {"mnist": 0.48, "fonts": 0.46, "letters": 0.06}
N_CLEAN = 6  # one in so many strings is on clean paper
N_HELD_OUT = 5_000  # images of MNIST of which strings to calibrate on are composed
N_CALIBRATING = 6_000  # of those strings


def draw(font, text):
    """Return images of 28 x 28 pixels of the characters of a text, on one scale, or None."""
    drawn = []
    for character in text:
        image = Image.new("L", (200, 200))
        ImageDraw.Draw(image).text((60, 40), character, font=font, fill=255)
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
    """Return images, their digits and how often strings are composed of them, by kind."""
    found = [(X, y, SHARES["mnist"], True)]
    for path in fonts:
        font = ImageFont.truetype(str(path), 64)
        for text, share in ((DIGITS, SHARES["fonts"]), (LETTERS, SHARES["letters"])):
            images = draw(font, text)
            if images is not None:
                labels = np.arange(len(text)) % 10
                found.append((images, labels, share / len(fonts), text == DIGITS))
    return found


def compose(found, n_strings, seed):
    """Return pictures and strings; those of letters are empty."""
    rng = np.random.RandomState(seed)
    total = sum(share for _, _, share, _ in found)
    pictures, strings = [], []
    for X, y, share, is_number in found:
        n = max(N_CLEAN, round(n_strings * share / total))
        for n_some, amounts in ((n - n // N_CLEAN, {}), (n // N_CLEAN, CLEAN)):
            composed = compose_strings(X, y, n_some, separators=True, random_state=rng, **amounts)
            pictures += composed[0]
            strings += composed[1].tolist() if is_number else [""] * n_some
    return pictures, strings


def main():
    """Compose, train, calibrate, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fonts", type=Path, help="folder of handwriting fonts")
    parser.add_argument("--strings", type=int, default=500_000, help="to compose (500,000)")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--output", type=Path, default="skdigits/io/weights/reader.safetensors")
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
