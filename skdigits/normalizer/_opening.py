"""Open image files of any origin, without decoding them."""

import base64
import inspect
import io
import os
import re
import stat
from urllib.parse import unquote_to_bytes

from PIL import Image, UnidentifiedImageError

from skdigits._utils.wording import brief

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
MOST_OF_HEIC = 50_000_000  # a telephone's 48 megapixels take half a gigabyte
MOST_PIXELS = 64_000_000
MOST_OF_WEBP, MOST_PROGRESSIVE = 16_000_000, 48_000_000  # these decoders need more memory
MOST_BYTES = 1 << 30

BYTES = (bytes, bytearray, memoryview)


def is_file(source):
    """Tell whether a picture is a path, the content of a file or an open file."""
    return isinstance(source, (str, os.PathLike, *BYTES)) or hasattr(source, "read")


def open_image(source):
    """Open an image file.

    Parameters
    ----------
    source : str, path, bytes-like or file object
        A path, a ``data:`` URL, the content of a file, or a file opened in binary mode. An open
        file is read from its beginning, whatever its position.

    Returns
    -------
    image : PIL image
        Not decoded yet; the caller closes it.
    name : str
        The file's name for messages.

    Raises
    ------
    ValueError
        If the file cannot be read, or is not an image.
    """
    name = _name(source)
    try:
        return _open(_find_file(source)), name
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(_too_large(name, MOST_PIXELS)) from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{name} is not an image ({', '.join(FORMATS)}).") from error
    except Exception as error:  # decoders raise many kinds of errors
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ValueError(f"{name} cannot be read: {reason.rstrip('.')}.") from error


def _open(file):
    """Open an image file, in HEIC by pillow-heif: Pillow does not read that by itself."""
    try:
        return Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        if not _is_heic(file):
            raise
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise ValueError("it is HEIC, so convert it to JPEG or pip install pillow-heif") from error
    return HeifImageFile(file)


def _is_heic(file):
    if isinstance(file, io.BytesIO):
        head = file.getvalue()[:12]
    else:
        with open(file, "rb") as opened:
            head = opened.read(12)
    return head[4:8] == b"ftyp" and head[8:] in HEIC_BRANDS


def check_size(image, name):
    """Raise a ValueError if an image would take too much memory."""
    most = MOST_OF_WEBP if image.format == "WEBP" else MOST_PIXELS
    if image.format == "HEIF":
        most = MOST_OF_HEIC
    if "progressive" in image.info:
        most = MOST_PROGRESSIVE
    if image.width * image.height > most:
        raise ValueError(_too_large(name, most))


def _too_large(name, most):
    return f"{name} has more than {most:,} pixels: make it smaller first."


def _name(source):
    """Return a file's name for messages."""
    if isinstance(source, BYTES):
        return f"a file of {len(source):,} bytes"
    if isinstance(source, str) and _is_data(source):
        return f"a data URL of {len(source):,} characters"
    path = source if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    if not isinstance(path, str | os.PathLike):
        return "the open file"
    text = str(path)
    return text if 0 < len(text) <= 200 else brief(text)


def _is_data(text):
    return text[:5].lower() == "data:"


def _find_file(source):
    """Return the path, or the content, of a file."""
    if isinstance(source, BYTES):
        return io.BytesIO(source)
    if hasattr(source, "read"):
        return io.BytesIO(_content(source))
    if isinstance(source, str) and _is_data(source):
        head, comma, data = source.partition(",")
        if not comma:
            raise ValueError("it has no comma before its data")
        content = unquote_to_bytes(data)
        return io.BytesIO(base64.b64decode(content) if head.endswith(";base64") else content)
    if re.match(r"\w{2,}:/", str(source)):  # a Path drops one of the two slashes
        raise ValueError("it is a URL, so download it first")
    mode = os.stat(source).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # opening a pipe may block for ever
        raise ValueError("it is a pipe or a device, not a file")
    return source


def _content(file):
    """Return the bytes of an open file."""
    if hasattr(file, "seek") and getattr(file, "seekable", lambda: True)():
        file.seek(0)
    content = file.read(MOST_BYTES)
    if inspect.iscoroutine(content):
        content.close()
        raise ValueError("its read() is asynchronous, so await it and give the bytes")
    if not isinstance(content, BYTES):
        raise ValueError("it was opened in text mode, so open it with mode 'rb'")
    return content
