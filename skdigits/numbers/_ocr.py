"""Read digits with PP-OCRv6, the text recogniser of the package rapidocr."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from skdigits._utils.sessions import open_session
from skdigits._utils.threads import n_threads
from skdigits.numbers._lines import HEIGHT, INNER, MARGIN, Line

WEIGHTS = "PP-OCRv6_rec_*.onnx"
MISSING = 'engine="rapidocr" needs packages that are not installed: pip install "skdigits[ocr]"'
STRIP_HEIGHT = 48  # pixels: height of the recogniser's input
STEP = 8  # columns of the image per step of the output
LEAST_WIDTH = 320  # pixels; narrower strips are padded with grey, as rapidocr does
ROOM = 0.35  # of a digit's height: margin of the picture that is visible around the line
LEAST = 1e-9  # least probability of a symbol, so that none is impossible
# Share of the probability of other signs that is counted as blank. At 1, an uncertain digit is left
# out; at 0, letters are read as digits.
SIGN_SHARE = 0.1


@dataclass(frozen=True)
class Strip:
    """A line of digits as the recogniser sees it: a levelled part of the picture.

    Parameters
    ----------
    image : ndarray of uint8 of shape (48, width)
        Grey levels.
    line : Line
        The line that was found there.
    to_line : ndarray of shape (3, 3)
        Homography from the image to the scaled line before its gaps were shortened, for points
        (x, y, 1).
    """

    image: np.ndarray
    line: Line
    to_line: np.ndarray

    def middles(self, spans):
        """Return the middle columns, in the line, of spans of the recogniser's steps."""
        x = STEP / 2 * np.array([sum(span) for span in spans])
        columns = self.line.columns
        places = np.searchsorted(columns, np.rint(self.to_line[0, 0] * x + self.to_line[0, 2]))
        return np.minimum(places, len(columns) - 1).tolist()


def cut_strip(grey, line):
    """Cut a line with a margin around it out of its picture.

    Parameters
    ----------
    grey : ndarray of shape (height, width)
        The picture, from 0 for black to 1 for white. Ink may be dark or light.
    line : Line
        Found in the picture by `find_line` or `find_numbers`.
    """
    near = MARGIN - ROOM * INNER
    box = near, near, 1 + line.columns[-1] - near, HEIGHT - near
    left, top, right, bottom = _within_picture(box, line.to_picture, grey.shape)
    scale = STRIP_HEIGHT / (bottom - top)
    width = max(STRIP_HEIGHT, int(np.ceil((right - left) * scale)))
    scales = (right - left) / width, 1 / scale
    to_line = np.array([[scales[0], 0, left], [0, scales[1], top], [0, 0, 1]])
    to_picture = line.to_picture @ to_line
    # Large digits are averaged first, because the transform samples single pixels.
    fewer = max(1, int(scales[1] / line.scale))
    image = Image.fromarray(np.rint(255 * grey).astype(np.uint8)).reduce(fewer)
    to_picture[:2] /= fewer
    to_picture /= to_picture[2, 2]
    strip = image.transform(
        (width, STRIP_HEIGHT),
        Image.Transform.PERSPECTIVE,
        to_picture.ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
        fillcolor=int(255 * np.median(grey)),
    )
    return Strip(np.asarray(strip), line, to_line)


def _within_picture(box, to_picture, shape):
    """Clip a box of the scaled line at the middles of the picture's edges."""
    height, width = shape
    middles = [
        (0, height / 2, 1),
        (width / 2, 0, 1),
        (width, height / 2, 1),
        (width / 2, height, 1),
    ]
    x, y, depth = np.linalg.inv(to_picture) @ np.transpose(middles)
    left, top, right, bottom = (x / depth)[0], (y / depth)[1], (x / depth)[2], (y / depth)[3]
    return max(box[0], left), max(box[1], top), min(box[2], right), min(box[3], bottom)


def log_probabilities(strips):
    """Return the log-probabilities of the symbols at each step of each strip.

    Parameters
    ----------
    strips : list of Strip

    Returns
    -------
    log_probabilities : list of ndarray of shape (n_steps, 13)
        Of the blank, the digits, the decimal mark, and anything that is not a digit. A step is 8
        columns of a strip.

    Raises
    ------
    ImportError
        If the packages of the extra ``ocr`` are not installed.
    """
    recogniser = load_recogniser(n_threads())
    return [recogniser(strip.image) for strip in strips]


@lru_cache(maxsize=1)
def load_recogniser(n_threads):
    """Return the function that reads a strip's image; the model is loaded once."""
    package = find_spec("rapidocr")  # only for its weights: importing it would take seconds
    if package is None or package.origin is None or find_spec("onnxruntime") is None:
        raise ImportError(MISSING)
    folder = Path(package.origin).parent / "models"
    paths = sorted(folder.glob(WEIGHTS))
    if not paths:
        raise ImportError(
            'engine="rapidocr" needs PP-OCRv6, which the installed version of rapidocr does not '
            'contain: pip install --upgrade "skdigits[ocr]"'
        )
    session = open_session(paths[0], n_threads)
    signs = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    name = session.get_inputs()[0].name

    def recognise(image):
        padded = np.zeros((1, 3, STRIP_HEIGHT, max(LEAST_WIDTH, image.shape[1])), np.float32)
        padded[..., : image.shape[1]] = image / np.float32(127.5) - 1
        (steps,) = session.run(None, {name: padded})[0]
        return reduce(steps, signs)

    return recognise


def reduce(steps, signs):
    """Reduce the recogniser's probabilities to the symbols that a reader knows.

    Parameters
    ----------
    steps : ndarray of shape (n_steps, 1 + n_signs) or (n_steps, 2 + n_signs)
        Probabilities of the blank, of all signs and, if the model has one, of the space.
    signs : list of str

    Returns
    -------
    log_probabilities : ndarray of shape (n_steps, 13)
        Of the blank, the digits, the decimal mark and all other signs.
    """
    digits = steps[:, [1 + signs.index(digit) for digit in "0123456789"]]
    mark = steps[:, [1 + signs.index(mark) for mark in ".,"]].sum(axis=1)
    others = np.maximum(0, 1 - steps[:, 0] - digits.sum(axis=1) - mark)
    blank = steps[:, 0] + SIGN_SHARE * others
    signs_left = (1 - SIGN_SHARE) * others
    reduced = np.column_stack([blank, digits, mark, signs_left]).astype(np.float64) + LEAST
    return np.log(reduced / reduced.sum(axis=1, keepdims=True))
