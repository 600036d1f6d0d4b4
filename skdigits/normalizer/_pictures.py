"""Pictures of any kind as grey levels from 0 for black to 1 for white."""

from collections.abc import Mapping

import numpy as np
from PIL import ExifTags, ImageOps

from skdigits._utils.images import to_array
from skdigits._utils.wording import brief
from skdigits.normalizer._opening import check_size, is_file, open_image

LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)
CHANNELS = (1, 3, 4)
BAND = 1_000_000  # pixels that are converted at a time
KEYS = ("bytes", "composite", "image", "path")  # of the pictures of Hugging Face and gradio


def is_picture(source):
    """Tell what can only be one picture from what may be a list of pictures, or numbers."""
    is_mapping = isinstance(source, Mapping) and not hasattr(source, "shape")  # a sparse matrix
    return is_file(source) or hasattr(source, "getbands") or is_mapping


def read_picture(source, longest=1024):
    """Return a picture's grey levels.

    Colours become the one axis along which they differ most, so that red ink on blue paper shows.
    What is transparent shows paper that contrasts with the ink.

    Parameters
    ----------
    source : str, path, bytes-like, file object, PIL image, mapping, or array-like of shape \
            (height, width), (height, width, 1, 3 or 4) or (1, 3 or 4, height, width)
        A string may be a ``data:`` URL. A mapping holds the picture by one of the keys "bytes",
        "composite", "image" and "path". Arrays of bytes or words reach to the largest of their
        dtype, or to 1 where they hold no more; other numbers to 1, 255 or 65,535, or from their
        least to their largest.
    longest : int, default=1024
        Larger pictures are reduced by a whole factor until no side is longer.

    Returns
    -------
    grey : ndarray of float32 of shape (height, width)

    Raises
    ------
    ValueError
        If there is no such picture, or it is damaged, animated, empty or too large: a file may
        have 64 million pixels, or 16 million as WebP.
    """
    while isinstance(source, Mapping):
        source = _find_in(source)
    if is_file(source):
        image, name = open_image(source)
        with image:
            return _from_pillow(image, longest, name, draft=True)
    if hasattr(source, "getbands"):
        return _from_pillow(source, longest)
    return _from_array(source, longest)


def read_image(path, shape):
    """Return the pixels of an image file that has a certain size.

    Parameters
    ----------
    path : str, path, bytes-like or file object
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
    image, name = open_image(path)
    with image:
        # Before any pixel is decoded, however many there are.
        if image.size != (shape[1], shape[0]):
            raise ValueError(
                f"{name} has {image.width}x{image.height} pixels instead of {shape[1]}x{shape[0]}: "
                "give images of that size."
            )
        grey = _from_pillow(image, max(shape), name)
    return np.rint(255 * grey).astype(np.uint8).ravel()


def _find_in(mapping):
    """Return the picture that a mapping holds."""
    found = next((mapping[key] for key in KEYS if mapping.get(key) is not None), None)
    if found is None:
        raise ValueError(
            f"{brief(mapping)} is no picture: a mapping holds one by a key of {', '.join(KEYS)}."
        )
    return found


def _from_array(source, longest):
    if source is None:
        raise ValueError("None is no picture: cv2.imread returns None where it cannot read a file.")
    try:
        array = np.asarray(to_array(source))
    except ValueError as error:
        raise ValueError(_no_picture(source)) from error
    if array.dtype.kind == "O" or array.ndim == 0:
        raise ValueError(_no_picture(source))
    if array.dtype.kind not in "biuf":
        raise ValueError(f"An image holds numbers, got dtype {array.dtype}.")
    if array.ndim not in (2, 3) or array.size == 0:
        raise ValueError(
            f"An image has shape (height, width), or (height, width, channels), got {array.shape}."
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("An image holds NaN or infinity.")
    if array.ndim == 3 and array.shape[2] not in CHANNELS and array.shape[0] in CHANNELS:
        array = array.transpose(1, 2, 0)  # as torch has it
    if array.ndim == 3 and array.shape[2] not in CHANNELS:
        raise ValueError(f"An image has 1, 3 or 4 channels, first or last, got {array.shape}.")
    return _reduce(_grey(*_channels(to_unit(array[None])[0])), longest)


def _no_picture(source):
    return (
        f"{brief(source)} is no picture: give a path, the bytes of an image file, a PIL image or "
        "an array of shape (height, width[, channels])."
    )


def _from_pillow(image, longest, name="The image", *, draft=False):
    check_size(image, name)
    try:
        # A telephone's JPEG may hold a small copy of the photograph besides.
        if not getattr(image, "is_animated", False) or image.format == "MPO":
            return _decode(image, longest, draft)
    except Exception as error:  # decoders raise errors of many kinds
        reason = str(error) or type(error).__name__
        raise ValueError(f"{name} is damaged: {reason.rstrip('.')}.") from error
    raise ValueError(f"{name} is animated, or has several pages: give one picture.")


def _decode(image, longest, draft):
    """Return grey levels, converted in bands so that the picture is in memory only once."""
    if draft:  # a JPEG is decoded at half size or less; the user's own image would stay so
        image.draft("RGB", (longest, longest))
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        image = ImageOps.exif_transpose(image)
    image.load()
    factor = -(-max(image.size) // longest)
    if image.mode.startswith(("I", "F")):
        return _decode_numbers(image, factor)
    opaque = not image.has_transparency_data
    grey = opaque and image.mode in ("1", "L")
    bands = [
        np.asarray(_convert(band, grey=grey, opaque=opaque).reduce(factor))
        for band in _bands(image, image.height, factor)
    ]
    return _grey(*_channels(np.concatenate(bands, dtype=np.float32) / 255, premultiplied=True))


def _convert(band, *, grey, opaque):
    if grey:
        return band.convert("L")
    return band.convert("RGB" if opaque else "RGBA").convert("RGB" if opaque else "RGBa")


def _decode_numbers(image, factor):
    """Return grey levels of an image of words or floats."""
    limits = []
    for band in map(np.asarray, _bands(image, image.height, factor)):
        if not np.isfinite(band).all():
            raise ValueError("it holds NaN or infinity")
        limits += [band.min(), band.max()]
    height = image.height - image.height % factor or image.height  # whole blocks, or a strip
    bands = map(np.asarray, _bands(image, height, factor))
    return np.concatenate(
        [_blocks(_scale(band, min(limits), max(limits)), factor) for band in bands]
    )


def _bands(image, height, factor):
    """Yield an image down to a height in bands of whole blocks."""
    step = factor * max(1, BAND // (factor * image.width))
    for top in range(0, height, step):
        yield image.crop((0, top, image.width, min(top + step, height)))


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
    low, high = (limit(axes, keepdims=True) for limit in (images.min, images.max))
    return _scale(images, low, high)


def _scale(images, low, high):
    """Return images from 0 to 1 that have these least and largest numbers."""
    if images.dtype.kind == "u" and images.dtype.itemsize <= 2:
        top = np.where(high > 1, np.iinfo(images.dtype).max, 1)
        return images / top.astype(np.float32)
    low, high = (np.asarray(limit, dtype=float) for limit in (low, high))
    known = (low >= 0) & (high <= 65_535)
    top = np.where(high <= 1, 1.0, np.where(high <= 255, 255.0, 65_535.0))
    low, high = np.where(known, 0.0, low), np.where(known, top, high)
    return ((images - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)


def _channels(array, premultiplied=False):
    """Return colours of shape (height, width, 1 or 3), times their opacity, and that opacity."""
    if array.ndim == 2:
        array = array[:, :, None]
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
    factor = -(-max(grey.shape) // longest)
    return grey if factor == 1 else _blocks(grey, factor)


def _blocks(grey, factor):
    """Return the means of whole blocks of pixels; a strip is less than a block across."""
    down, right = (min(factor, side) for side in grey.shape)
    height, width = grey.shape[0] // down, grey.shape[1] // right
    blocks = grey[: height * down, : width * right].reshape(height, down, width, right)
    return blocks.mean((1, 3))
