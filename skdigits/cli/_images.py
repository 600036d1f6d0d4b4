"""Image files as rows of pixels."""

import csv

from skdigits._utils.nested import first_with
from skdigits.cli._files import image_files, is_image, refuse_url

TABLE = "labels.csv"


def image_shape(model):
    """Return the shape ``(height, width)`` of the images that a model reads."""
    return first_with("image_shape_", model).image_shape_


def read_any_images(folder, model):
    """Return the images of a folder as a model reads them, and their labels if there are any.

    Parameters
    ----------
    folder : Path
        Holds a sub-folder of images for each label, ``labels.csv`` with the header
        ``file,label``, or images without labels.
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

    from skdigits.normalizer import find_normalizer, read_image
    from skdigits.reading import Reader

    paths, labels = labelled_files(folder)
    if not paths:
        found, wrong = image_files([folder])
        if wrong:
            raise ValueError(wrong[str(folder)])
        paths, labels = found, None
    y = None if labels is None else np.array(labels)
    if find_normalizer(model):
        return [str(path) for path in paths], y
    reader = Reader(model)
    try:
        return np.stack([read_image(path, reader.image_shape) for path in paths]), y
    except ValueError:  # one of another size, at least
        if reader.normalizer is None:
            raise
        return reader.rows(paths), y


def labelled_files(folder):
    """Return image files and their labels, of the same length; empty where there are none."""
    refuse_url(folder)
    table = folder / TABLE
    if table.exists():
        labelled = read_table(table)
    else:
        labelled = [
            (path, path.parent.name)
            for path in sorted(folder.glob("*/*"))
            if is_image(path) and path.is_file()
        ]
    return [path for path, _ in labelled], [label for _, label in labelled]


def read_table(table):
    """Return the files that a table names, and their labels."""
    if not table.is_file():
        raise ValueError(f"{table} is not a file.")
    labelled = []
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            rows.fieldnames = [name.strip() for name in rows.fieldnames or []]
            if not {"file", "label"} <= set(rows.fieldnames):
                raise ValueError(f"{table} has no header file,label.")
            for row in rows:
                pair = [(row[name] or "").strip() for name in ("file", "label")]
                if not all(pair):
                    raise ValueError(f"{table} has no file or no label in line {rows.line_num}.")
                labelled.append((table.parent / pair[0], pair[1]))
    except UnicodeDecodeError as error:
        raise ValueError(f"{table} is not text in UTF-8: save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise ValueError(f"{table} cannot be read: {error}.") from error
    for file, _ in labelled:
        if file.exists() and not file.is_file():
            raise ValueError(f"{file}, which {table} names, is not a file.")
    return labelled
