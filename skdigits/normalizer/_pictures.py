"""Pictures of any kind as grey levels from 0 for black to 1 for white."""

import os

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
MOST_PIXELS = 64_000_000
LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def read_picture(source, longest=1024):
    """Return a picture's grey levels.

    Colours become the one axis along which they differ most, so that red ink on blue paper shows.
    What is transparent shows paper that contrasts with the ink.

    Parameters
    ----------
    source : str, path, PIL image or array-like of shape (height, width[, 1, 3 or 4])
        Arrays of bytes or words reach to the largest of their dtype, or to 1 where they hold no
        more; other numbers to 1, 255 or 65,535, or from their least to their largest.
    longest : int, default=1024
        Larger pictures are reduced by a whole factor until no side is longer.

    Returns
    -------
    grey : ndarray of float32 of shape (height, width)

    Raises
    ------
    ValueError
        If there is no such picture, or it is damaged, animated, empty or larger than 64 million
        pixels.
    """
    if isinstance(source, str | os.PathLike):
        return _from_file(source, longest)
    if hasattr(source, "getbands"):
        return _from_pillow(source, longest)
    array = np.asarray(source)
    if array.ndim not in (2, 3) or array.size == 0:
        raise ValueError(
            f"An image has shape (height, width), or (height, width, channels), got {array.shape}."
        )
    if array.dtype.kind not in "biuf":
        raise ValueError(f"An image holds numbers, got dtype {array.dtype}.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("An image holds NaN or infinity.")
    return _reduce(_grey(*_channels(to_unit(array[None])[0])), longest)


def read_image(path, shape):
    """Return the pixels of an image file that has a certain size.

    Parameters
    ----------
    path : str or path
    shape : tuple of int
        ``(height, width)`` that it must have.

    Returns
    -------
    row : ndarray of uint8 of shape (height * width,)
        Pixels from 0 (black) to 255 (white), as of `read_picture`.

    Raises
    ------
    ValueError
        If it is of another size, or for the reasons of `read_picture`.
    """
    with _open(path) as image:
        # Before any pixel is decoded, however many there are.
        if image.size != (shape[1], shape[0]):
            raise ValueError(
                f"{path} has {image.width}x{image.height} pixels instead of {shape[1]}x{shape[0]}: "
                "give images of that size."
            )
        grey = _from_pillow(image, max(shape), name=path)
    return np.rint(255 * grey).astype(np.uint8).ravel()


def _from_file(path, longest):
    with _open(path) as image:
        return _from_pillow(image, longest, name=path)


def _open(path):
    try:
        return Image.open(path, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(_too_large(path)) from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{path} is not an image ({', '.join(FORMATS)}).") from error
    except Exception as error:  # decoders raise errors of many kinds
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{path} cannot be read: {reason}.") from error


def _too_large(name):
    return f"{name} has more than {MOST_PIXELS:,} pixels: reduce it first."


def _from_pillow(image, longest, name="The image"):
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(_too_large(name))
    try:
        # A telephone's JPEG may hold a small copy of the photograph besides.
        if getattr(image, "n_frames", 1) == 1 or image.format == "MPO":
            return _decode(image, longest)
    except Exception as error:  # as above
        raise ValueError(f"{name} is damaged: {error}.") from error
    raise ValueError(f"{name} is animated, or has several pages: give one picture.")


def _decode(image, longest):
    image.draft("RGB", (longest, longest))  # decodes a JPEG at half size or less
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        array = np.asarray(image)
        if not np.isfinite(array).all():
            raise ValueError("it holds NaN or infinity")
        return _reduce(to_unit(array[None])[0], longest)
    opaque = not image.has_transparency_data
    if opaque and image.mode in ("1", "L"):
        image = image.convert("L")
    else:
        image = image.convert("RGB" if opaque else "RGBA").convert("RGB" if opaque else "RGBa")
    image = image.reduce(max(1, -(-max(image.size) // longest)))
    return _grey(*_channels(np.asarray(image, dtype=np.float32) / 255, premultiplied=True))


def to_unit(images):
    """Return images on a scale from 0 to 1: each on its own, or bytes and words on theirs.

    An image of nothing but 0 and 1 is black and white, whatever its dtype.

    Parameters
    ----------
    images : ndarray of shape (n, ...)
        Not empty, finite.

    Returns
    -------
    images : ndarray of float32 of the same shape
    """
    axes = tuple(range(1, images.ndim))
    if images.dtype in (np.uint8, np.uint16):
        top = np.where(images.max(axes, keepdims=True) > 1, np.iinfo(images.dtype).max, 1)
        return images / top.astype(np.float32)
    low, high = (limit(axes, keepdims=True).astype(float) for limit in (images.min, images.max))
    known = (low >= 0) & (high <= 65_535)
    top = np.where(high <= 1, 1.0, np.where(high <= 255, 255.0, 65_535.0))
    low, high = np.where(known, 0.0, low), np.where(known, top, high)
    return ((images - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)


def _channels(array, premultiplied=False):
    """Return colours of shape (height, width, 1 or 3), times their opacity, and that opacity."""
    if array.ndim == 2:
        array = array[:, :, None]
    if array.shape[2] not in (1, 3, 4):
        raise ValueError(f"An image has 1, 3 or 4 channels, at the end, got shape {array.shape}.")
    if array.shape[2] < 4:
        return array, np.ones(array.shape[:2], dtype=np.float32)
    opacity = array[:, :, 3]
    return array[:, :, :3] * (1 if premultiplied else opacity[:, :, None]), opacity


def _grey(colours, opacity):
    """Return grey levels of colours that were multiplied by their opacity."""
    if opacity.min() < 1:
        colours = colours + (1 - opacity)[:, :, None] * _behind(colours, opacity)
    if colours.shape[2] == 1:
        return colours[:, :, 0]
    axis = _axis(colours.reshape(-1, 3)[:: 1 + colours.size // 60_000])
    return colours @ axis - np.minimum(axis, 0).sum()


def _behind(colours, opacity):
    """Return the colour of paper that is to show through.

    Where most of the picture is opaque, that is its paper, else its ink.
    """
    opaque = opacity > 0.5
    if opaque.mean() > 0.5:
        return np.median(colours[opaque], axis=0)
    return float(colours.sum() < 0.5 * colours.shape[2] * opacity.sum())


def _axis(colours):
    """Return the weights of red, green and blue whose sum differs most among some colours."""
    if np.ptp(colours, axis=1).max() < 0.1:
        return LUMINANCE
    _, axes = np.linalg.eigh(np.cov(colours.T))
    axis = axes[:, -1]
    axis = axis * (1 if axis @ LUMINANCE >= 0 else -1)
    return (axis / np.abs(axis).sum()).astype(np.float32)


def _reduce(grey, longest):
    """Return the means of whole blocks of pixels."""
    factor = -(-max(grey.shape) // longest)
    if factor == 1:
        return grey
    height, width = (side // factor for side in grey.shape)
    blocks = grey[: height * factor, : width * factor].reshape(height, factor, width, factor)
    return blocks.mean((1, 3))
