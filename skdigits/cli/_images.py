"""Image files as rows of pixels."""

import csv

from skdigits._utils.nested import first_with
from skdigits.cli._files import image_files, is_image

TABLE = "labels.csv"
MNIST = (28, 28)


def image_shape(model):
    """Return the shape ``(height, width)`` of the images that a model reads."""
    return first_with("image_shape_", model).image_shape_


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

    paths, labels = _labelled_files(folder)
    if not paths:
        raise ValueError(
            f"{folder} has no labelled images: expected a sub-folder of images for each label, or "
            f"{TABLE} with the header file,label."
        )
    return _read_rows(paths, shape, normalized=shape == MNIST), np.array(labels)


def read_any_images(folder, model):
    """Return the images of a folder as a model reads them, and their labels if there are any.

    Parameters
    ----------
    folder : Path
        As for `read_labelled_images`, or with images and no labels.
    model : estimator instance
        Fitted classifier of this package. Where it begins with a normaliser, or reads images of
        MNIST's size, they may be of any size; but if all have its own, they are not normalised.

    Returns
    -------
    X : ndarray of shape (n_samples, height * width) or list of str
        Pixels, or the files for a model that begins with a normaliser.
    y : ndarray of shape (n_samples,) or None
        Labels as strings.

    Raises
    ------
    ValueError
        If there are no images, or one cannot be read.
    """
    import numpy as np

    from skdigits.normalizer import find_normalizer

    paths, labels = _labelled_files(folder)
    if not paths:
        found, wrong = image_files([folder])
        if wrong:
            raise ValueError(wrong[folder])
        paths, labels = found, None
    y = None if labels is None else np.array(labels)
    if find_normalizer(model):
        return [str(path) for path in paths], y
    shape = image_shape(model)
    try:
        return _read_rows(paths, shape, normalized=False), y
    except ValueError:  # one of another size, at least
        if shape != MNIST:
            raise
        return _read_rows(paths, shape, normalized=True), y


def _labelled_files(folder):
    """Return image files and their labels, of the same length; empty where there are none."""
    table = folder / TABLE
    if table.exists():
        labelled = _read_table(table)
    else:
        labelled = [
            (path, path.parent.name) for path in sorted(folder.glob("*/*")) if is_image(path)
        ]
    return [path for path, _ in labelled], [label for _, label in labelled]


def _read_rows(paths, shape, *, normalized):
    import numpy as np

    from skdigits.normalizer import DigitNormalizer, read_image

    if not normalized:
        return np.stack([read_image(path, shape) for path in paths])
    return np.stack([DigitNormalizer().diagnose(path).row for path in paths])


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
