"""Read pictures of any kind as grey levels, from 0 for black to 1 for white."""

from collections.abc import Callable, Mapping

import numpy as np
from PIL import ExifTags

from skdigits._utils.images import to_array
from skdigits._utils.wording import brief
from skdigits.normalizer._grey import block_means, reduce_to, scale, split_opacity, to_grey, to_unit
from skdigits.normalizer._opening import check_size, is_file, open_image

CHANNELS = (1, 3, 4)
BAND = 1_000_000  # pixels that are converted at a time
UPRIGHT: dict[int, Callable] = {  # by the camera's orientation in the EXIF data
    2: np.fliplr,
    3: lambda grey: grey[::-1, ::-1],
    4: np.flipud,
    5: np.transpose,
    6: lambda grey: np.rot90(grey, -1),
    7: lambda grey: grey[::-1, ::-1].T,
    8: np.rot90,
}
KEYS = ("bytes", "composite", "image", "path")  # of dicts from Hugging Face and gradio


def is_picture(source):
    """Tell whether this can only be one picture, not a list of pictures and not numbers."""
    is_mapping = isinstance(source, Mapping) and not hasattr(source, "shape")  # a sparse matrix
    return is_file(source) or hasattr(source, "getbands") or is_mapping


def read_picture(source, longest=1024):
    """Return a picture's grey levels.

    Colours are projected on the axis along which they differ most, so that red ink on blue paper
    remains visible. Transparent pixels become paper that contrasts with the ink.

    Parameters
    ----------
    source : str, path, bytes-like, file object, PIL image, mapping, or array-like of shape \
            (height, width), (height, width, 1, 3 or 4) or (1, 3 or 4, height, width)
        A string may be a ``data:`` URL. A mapping holds the picture under one of the keys "bytes",
        "composite", "image" and "path". In arrays of uint8 and uint16, white is the largest value
        of the dtype, or 1 if no value is larger. In arrays of other numbers, white is 1, 255 or
        65,535, whichever fits, or slightly more after resampling; negative or larger numbers are
        scaled from their minimum to their maximum.
    longest : int, default=1024
        Larger pictures are reduced by a whole factor until no side has more pixels than this.

    Returns
    -------
    grey : ndarray of float32 of shape (height, width)

    Raises
    ------
    ValueError
        If the picture does not exist, or is damaged, animated, empty or too large. A file may have
        64 million pixels, a progressive JPEG 48 million, a WebP 16 million.
    """
    return read_with_shape(source, longest)[0]


def read_with_shape(source, longest=1024):
    """Return grey levels as `read_picture` does, and the height and width before any reduction."""
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
    """Return the pixels of an image file that must have a certain size.

    Parameters
    ----------
    path : str, path, bytes-like or file object
    shape : tuple of int
        The expected ``(height, width)``.

    Returns
    -------
    row : ndarray of uint8 of shape (height * width,)
        Pixels from 0 (black) to 255 (white), read as by `read_picture`.

    Raises
    ------
    ValueError
        If the image has another size, or `read_picture` cannot read it.
    """
    image, name = open_image(path)
    with image:
        # Checked before any pixel is decoded: there may be very many.
        if image.size != (shape[1], shape[0]):
            raise ValueError(
                f"{name} has {image.width}x{image.height} pixels instead of {shape[1]}x{shape[0]}: "
                "give images of that size."
            )
        grey, _ = _from_pillow(image, max(shape), name)
    return np.rint(255 * grey).astype(np.uint8).ravel()


def holds_picture(mapping):
    """Tell whether a mapping holds one picture, and not a list of them."""
    return any(not isinstance(mapping.get(key), list | tuple | None) for key in KEYS)


def _find_in(mapping):
    """Return the picture that a mapping holds."""
    found = next((mapping[key] for key in KEYS if mapping.get(key) is not None), None)
    if found is None:
        raise ValueError(
            f"{brief(mapping)} is not a picture: a dict must hold it under one of the keys "
            f"{', '.join(KEYS)}."
        )
    return found


def _from_array(source, longest):
    if source is None:
        raise ValueError("None is not a picture: cv2.imread returns None if it cannot read a file.")
    try:
        array = np.asarray(to_array(source))
    except ValueError as error:
        raise ValueError(_no_picture(source)) from error
    if array.dtype.kind == "O" or array.ndim == 0:
        raise ValueError(_no_picture(source))
    if array.dtype.kind not in "biuf":
        raise ValueError(f"An image must hold numbers, got dtype {array.dtype}.")
    if array.ndim not in (2, 3) or array.size == 0:
        raise ValueError(
            "An image must have the shape (height, width) or (height, width, channels), got "
            f"{array.shape}."
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("An image contains NaN or infinity.")
    if array.ndim == 3 and array.shape[2] not in CHANNELS and array.shape[0] in CHANNELS:
        array = array.transpose(1, 2, 0)  # torch has the channels first
    if array.ndim == 3 and array.shape[2] not in CHANNELS:
        raise ValueError(
            "An image must have 1, 3 or 4 channels, on its first or last axis, got the shape "
            f"{array.shape}."
        )
    grey = to_grey(*split_opacity(to_unit(array[None])[0]))
    return reduce_to(grey, longest), grey.shape


def _no_picture(source):
    return (
        f"{brief(source)} is not a picture: give a path, the bytes of an image file, a PIL image "
        "or an array of shape (height, width[, channels])."
    )


def _from_pillow(image, longest, name="The image", *, draft=False):
    check_size(image, name)
    try:
        # A phone's JPEG may also hold a small copy of the photo, which Pillow calls animated.
        if not getattr(image, "is_animated", False) or image.format == "MPO":
            return _decode(image, longest, draft)
    except Exception as error:  # decoders raise errors of many kinds
        reason = str(error) or type(error).__name__
        raise ValueError(f"{name} is damaged: {reason.rstrip('.')}.") from error
    raise ValueError(f"{name} is animated or has several pages: save one of them as a picture.")


def _decode(image, longest, draft):
    """Return grey levels and the shape of the whole picture, both upright.

    Pixels are converted in bands, so that the picture is in memory only once.
    """
    whole = np.broadcast_to(np.uint8(0), image.size[::-1])
    if draft:  # a JPEG is decoded at half size or less; an image of the user would stay reduced
        image.draft("RGB", (longest, longest))
    image.load()
    turn = UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation), np.asarray)
    factor = -(-max(image.size) // longest)
    words = image.mode.startswith(("I", "F"))
    grey = _decode_numbers(image, factor) if words else _decode_colours(image, factor)
    return np.ascontiguousarray(turn(grey)), turn(whole).shape  # turned last: it is small now


def _decode_colours(image, factor):
    """Return grey levels of an image of bytes."""
    opaque = not image.has_transparency_data
    grey = opaque and image.mode in ("1", "L")
    bands = [
        np.asarray(_convert(band, grey=grey, opaque=opaque).reduce(factor))
        for band in _bands(image, image.height, factor)
    ]
    return to_grey(
        *split_opacity(np.concatenate(bands, dtype=np.float32) / 255, premultiplied=True)
    )


def _convert(band, *, grey, opaque):
    if grey:
        return band.convert("L")
    return band.convert("RGB" if opaque else "RGBA").convert("RGB" if opaque else "RGBa")


def _decode_numbers(image, factor):
    """Return grey levels of an image of words or floats."""
    limits = []
    for band in map(np.asarray, _bands(image, image.height, factor)):
        if not np.isfinite(band).all():
            raise ValueError("it contains NaN or infinity")
        limits += [band.min(), band.max()]
    height = image.height - image.height % factor or image.height  # whole blocks, or a strip
    bands = map(np.asarray, _bands(image, height, factor))
    return np.concatenate(
        [block_means(scale(band, min(limits), max(limits)), factor) for band in bands]
    )


def _bands(image, height, factor):
    """Yield the upper part of an image, of this height, in bands of whole blocks."""
    step = factor * max(1, BAND // (factor * image.width))
    for top in range(0, height, step):
        yield image.crop((0, top, image.width, min(top + step, height)))
