"""Image files as rows of pixels."""

import csv
import warnings

from skdigits.cli._files import is_image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
TABLE = "labels.csv"
MNIST = (28, 28)


def image_shape(model):
    """Return the shape ``(height, width)`` of the images that a model reads."""
    while not hasattr(model, "image_shape_"):
        model = model.steps[-1][1] if hasattr(model, "steps") else model.estimator_
    return model.image_shape_


def normal_row(diagnosis):
    """Return the pixels of a normalised picture, as bytes."""
    return (255 * diagnosis.steps["normal"]).round().astype("uint8").ravel()


def read_image(path, shape):
    """Return the pixels of an image file.

    Colours become grey, and what is transparent shows a black ground: the images of MNIST are
    light on dark.

    Parameters
    ----------
    path : Path
        The file.
    shape : tuple of int
        ``(height, width)`` that it must have.

    Returns
    -------
    row : ndarray of shape (height * width,), dtype=uint8
        Pixels from 0 (black) to 255 (white).

    Raises
    ------
    ValueError
        If it is missing, not an image, damaged or of another size.
    """
    from PIL import Image

    expected = f"{shape[1]}x{shape[0]} that this model reads"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(path, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"{path} is far larger than the {expected}.") from error
    except Exception as error:  # decoders raise errors of many kinds
        reason = getattr(error, "strerror", None) or f"not an image ({', '.join(FORMATS)})"
        raise ValueError(f"{path} cannot be read: {reason}.") from error
    with image:
        # Before any pixel is decoded, however many there are.
        if image.size != (shape[1], shape[0]):
            raise ValueError(
                f"{path} has {image.width}x{image.height} pixels instead of the {expected}: "
                "give images of that size."
            )
        try:
            return _grey(image).ravel()
        except Exception as error:  # as above
            raise ValueError(f"{path} is damaged: {error}.") from error


def _grey(image):
    import numpy as np

    if image.mode.startswith("I;16"):
        return (np.asarray(image) // 257).astype(np.uint8)
    if not image.has_transparency_data:
        return np.asarray(image.convert("L"))
    grey, opacity = np.moveaxis(np.asarray(image.convert("LA"), dtype=np.uint16), -1, 0)
    return (grey * opacity // 255).astype(np.uint8)


def read_labelled_images(folder, shape):
    """Return the images of a folder and their labels; those for MNIST's size are normalised.

    Parameters
    ----------
    folder : Path
        Holds a sub-folder of images for each label, or ``labels.csv`` with the header
        ``file,label``.
    shape : tuple of int
        ``(height, width)`` of the model's images, which all must have unless it is MNIST's.

    Returns
    -------
    X : ndarray of shape (n_samples, height * width), dtype=uint8
        Pixels.
    y : ndarray of shape (n_samples,)
        Labels as strings.

    Raises
    ------
    ValueError
        If there are no labelled images, or one cannot be read.
    """
    import numpy as np

    table = folder / TABLE
    if table.exists():
        labelled = _read_table(table)
    else:
        labelled = [
            (path, path.parent.name) for path in sorted(folder.glob("*/*")) if is_image(path)
        ]
    if not labelled:
        raise ValueError(
            f"{folder} has no labelled images: expected a sub-folder of images for each label, or "
            f"{TABLE} with the header file,label."
        )
    paths, labels = zip(*labelled, strict=True)
    if shape == MNIST:
        from skdigits.normalizer import DigitNormalizer

        rows = [normal_row(DigitNormalizer().diagnose(path)) for path in paths]
    else:
        rows = [read_image(path, shape) for path in paths]
    return np.stack(rows), np.array(labels)


def _read_table(table):
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not {"file", "label"} <= set(rows.fieldnames or []):
            raise ValueError(f"{table} has no header file,label.")
        labelled = [(row["file"], row["label"]) for row in rows]
    for number, pair in enumerate(labelled, start=2):
        if not all(pair):
            raise ValueError(f"{table} has no file or no label in line {number}.")
    return [(table.parent / file, label) for file, label in labelled]
