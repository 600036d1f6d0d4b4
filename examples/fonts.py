"""Digits and letters of fonts, on which networks are trained besides MNIST.

The fonts are in packages in a folder. Each package is made by ``npm pack @fontsource/NAME`` (.tgz),
or by ``npm pack dseg``, which contains fonts of seven-segment displays.
"""

import json
import tarfile
from io import BytesIO
from pathlib import PurePath
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from skdigits import Distortion

DIGITS = "0123456789"
LETTERS = {  # of each alphabet, those that do not look like digits
    "latin": "ACEFHKMNPRTUVWXYadefhkmnprtuvwy+=%&#@",
    "greek": "ΓΔΘΛΞΠΣΦΨΩαβγδεζηκλμνξπτφχψω",
    "cyrillic": "БГДЖИЛФЦШЩЮЯгджилфцшщюя",
}
BENT = Distortion(rotation=4, translation=0, shear=0, elastic=0.03, stroke_width=0.6)
"""Small distortions that make one font look like many hands."""


class Font(NamedTuple):
    """A font: its name, the identifier of its licence, and its file by alphabet.

    An alphabet is one of `LETTERS`, or "digits" if the font has only digits.
    """

    name: str
    licence: str
    files: dict

    def digits(self):
        """Return images of the ten digits, of shape (10, 28, 28), or None if one is missing."""
        return draw(self.files.get("latin") or self.files["digits"], DIGITS)

    def letters(self):
        """Return images of letters that do not look like digits, an array for each alphabet."""
        alphabets = LETTERS.keys() & self.files
        drawn = [draw(self.files[name], LETTERS[name]) for name in sorted(alphabets)]
        return [images for images in drawn if images is not None]


def read_fonts(folder):
    """Return the fonts in the packages of a folder that are under the SIL Open Font License."""
    fonts = []
    for path in folder.glob("*.tgz"):
        with tarfile.open(path) as package:
            about = json.load(package.extractfile("package/package.json"))
            if not about["license"].startswith("OFL"):
                continue
            for name, files in find_files(about["name"], package.getnames()).items():
                read = {alphabet: package.extractfile(file).read() for alphabet, file in files}
                fonts.append(Font(name, about["license"], read))
    if not fonts:
        raise SystemExit(f"{folder} contains no packages of fonts: make some with npm pack.")
    return sorted(fonts)


def find_files(package, members):
    """Return pairs of an alphabet and a file for each font in a package."""
    if package == "dseg":  # seven-segment displays
        files = [name for name in members if PurePath(name).match("DSEG7[CM]*.woff2")]
        return {PurePath(name).stem: [("digits", name)] for name in files}
    name = package.partition("/")[2]
    files = [
        (alphabet, f"package/files/{name}-{alphabet}-400-normal.woff2") for alphabet in LETTERS
    ]
    return {name: [(alphabet, file) for alphabet, file in files if file in members]}


def draw(file, text):
    """Return images of the characters of a text, 28 x 28 pixels, all on one scale, or None."""
    font = ImageFont.truetype(BytesIO(file), 64)
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


def turned(images, digits):
    """Return images of digits on their side or mirrored, if they do not look like another digit."""
    digits = np.asarray(digits).astype(int)
    on_side = np.rot90(images[np.isin(digits, [2, 3, 4, 5, 7])], axes=(1, 2))
    mirrored = images[np.isin(digits, [3, 4, 7]), :, ::-1]
    return np.concatenate([on_side, mirrored])
