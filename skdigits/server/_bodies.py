"""Extract the pictures from the body of a request."""

import asyncio
import base64
import binascii
import io
import json
from math import isqrt

import numpy as np
from PIL import Image
from starlette.formparsers import MultiPartException, MultiPartParser

from skdigits.server._guard import Refused

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
KINDS = "PNG, JPEG, WebP, BMP or TIFF"
RAW = ("image/", "application/octet-stream")


async def pictures_in(request, settings, most=None):
    """Return the pictures in a body, as bytes of image files or as arrays of pixels.

    Raises
    ------
    Refused
        If there are no pictures or too many, or the body contains something else.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        found = await _in_form(request, settings)
        return await asyncio.to_thread(_checked, found, settings, most)
    if kind == "application/json" or kind.startswith(RAW):
        body = await request.body()
        return await asyncio.to_thread(_in_body, body, kind, settings, most)
    raise Refused(
        415,
        "Send an image with its content type, such as image/png, or multipart/form-data or "
        "application/json.",
    )


def _in_body(body, kind, settings, most):
    pictures = _in_json(body) if kind == "application/json" else [body]
    return _checked(pictures, settings, most)


def _checked(pictures, settings, most):
    """Return pictures, or raise Refused if there are too many or one is too large."""
    most = most or settings.max_pictures
    if not 1 <= len(pictures) <= most:
        raise Refused(
            422, f"A request must have 1 to {most} pictures." if most > 1 else "Send one picture."
        )
    for place, picture in enumerate(pictures):
        if isinstance(picture, bytes):
            name = f"Picture {place}" if len(pictures) > 1 else "The picture"
            _check_file(picture, name, settings.max_pixels)
    return pictures


async def _in_form(request, settings):
    parser = MultiPartParser(
        request.headers,
        request.stream(),
        max_files=settings.max_pictures,
        max_fields=settings.max_pictures,
    )
    parser.spool_max_size = settings.max_bytes  # nothing is written to the disk
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        raise Refused(422, f"The form cannot be read: {error}.") from error
    try:
        return [await part.read() for _, part in form.multi_items() if not isinstance(part, str)]
    finally:
        await form.close()


def _in_json(body):
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(422, "The body is not valid JSON.") from error
    if not isinstance(document, dict) or document.keys() not in ({"images"}, {"rows"}):
        raise Refused(
            422, 'The JSON must be {"images": [BASE64, ...]} or {"rows": [[PIXEL, ...], ...]}.'
        )
    ((key, values),) = document.items()
    if not isinstance(values, list):
        raise Refused(422, f"{key} must be a list.")
    return [_from_text(value) if key == "images" else _from_row(value) for value in values]


def _from_text(text):
    if not isinstance(text, str):
        raise Refused(422, "An image in JSON must be a base64 string or a data URL.")
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(422, "An image in JSON is not valid base64.") from error


def _from_row(row):
    try:
        pixels = np.array(row, dtype=np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused(422, "A row must be a list of numbers.") from error
    side = isqrt(pixels.size)
    if pixels.ndim != 1 or side * side != pixels.size or side == 0:
        raise Refused(422, "A row must be a square image, such as 784 pixels for 28 x 28.")
    if not ((pixels >= 0) & (pixels <= 255)).all():
        raise Refused(422, "The pixels of a row must be from 0 (black) to 255 (white).")
    return np.rint(pixels).astype(np.uint8).reshape(side, side)


def _check_file(content, name, max_pixels):
    """Check a file by its header, without decoding any pixel."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            n_pixels = image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        n_pixels = max_pixels + 1
    except Exception as error:  # decoders raise many kinds of errors
        raise Refused(415, f"{name} is not a {KINDS} file.") from error
    if n_pixels > max_pixels:
        raise Refused(413, f"{name} has more than {max_pixels:,} pixels: make it smaller first.")
