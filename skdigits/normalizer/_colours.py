"""The colours of a picture, to show it."""

import numpy as np
from PIL import Image, ImageOps

from skdigits.normalizer._opening import open_image

COLOURED = ("RGB", "P", "YCbCr", "CMYK")  # modes of Pillow


def read_colours(source, shape):
    """Return a picture in colour.

    Parameters
    ----------
    source : picture
        As for `read_picture`, which must have accepted it.
    shape : tuple of int
        ``(height, width)`` to reduce it to, such as that of its grey levels.

    Returns
    -------
    colours : ndarray of uint8 of shape (height, width, 3), or None
        Red, green and blue; None if it has no colours, has transparent parts, is an array that does
        not hold bytes, or cannot be read a second time.
    """
    if isinstance(source, np.ndarray):
        if source.dtype != np.uint8 or source.shape[2:] != (3,):
            return None
        source = Image.fromarray(source)
    if not hasattr(source, "getbands"):
        try:
            image, _ = open_image(source)
        except ValueError:
            return None
        with image:
            image.draft("RGB", shape[::-1])
            return read_colours(image, shape)
    if source.mode not in COLOURED or source.has_transparency_data:
        return None
    upright = ImageOps.exif_transpose(source).convert("RGB")
    return np.asarray(upright.resize(shape[::-1], Image.Resampling.BOX))
