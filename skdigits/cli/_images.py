"""Folders of images as rows of pixels, with their labels."""

import csv
import os

from skdigits._utils.nested import first_with
from skdigits._utils.wording import counted
from skdigits.cli._console import say
from skdigits.cli._files import (
    describe_skipped,
    image_files,
    is_image,
    refuse_url,
    some_of,
    visible_files,
)

TABLE = "labels.csv"


def image_shape(model):
    """Return the shape ``(height, width)`` of the images that a model reads."""
    return first_with("image_shape_", model).image_shape_


def read_any_images(folder, model):
    """Return the images of a folder as a model reads them, and their labels if there are any.

    Parameters
    ----------
    folder : Path
        Has a sub-folder of images for each label, ``labels.csv`` with the header ``file,label``, or
        images without labels.
    model : estimator instance
        Fitted classifier of this package. If it begins with a normaliser, or reads images of
        MNIST's size, images may be of any size; but if all have its own size, they are not
        normalised.

    Returns
    -------
    X : ndarray of shape (n_samples, height * width) or list of str
        Pixels, or the files for a model that begins with a normaliser.
    y : ndarray of shape (n_samples,) or None
        Labels as strings.
    left_out : list of Path
        Image files in the folder or below it that are not used.

    Raises
    ------
    ValueError
        If there are no images, or one cannot be read.
    """
    import numpy as np

    from skdigits.normalizer import find_normalizer, read_image
    from skdigits.reading import Reader

    paths, labels, images = labelled_files(folder)
    y = np.array(labels) if paths else None
    if not paths:
        found = image_files([folder])
        if found.wrong:
            raise ValueError(found.wrong[str(folder)])
        paths = found.files
    left_out = left_out_files(images, paths)
    if find_normalizer(model):
        return [str(path) for path in paths], y, left_out
    reader = Reader(model)
    try:
        X = np.stack([read_image(path, reader.image_shape) for path in paths])
    except ValueError:  # one of another size, at least
        if reader.normalizer is None:
            raise
        X = reader.rows(paths)
    return X, y, left_out


def labelled_files(folder):
    """Return the image files with a label, their labels, and all image files below a folder.

    Files that are no images are counted on stderr.
    """
    refuse_url(folder)
    table = folder / TABLE
    files = visible_files(folder)
    images = [file for file in files if is_image(file)]
    skipped = [file for file in files if not is_image(file) and file != table]
    if skipped:
        say(describe_skipped(skipped))
    if table.exists():
        labelled = read_table(table)
    else:
        labelled = [(image, image.parent.name) for image in images if image.parent.parent == folder]
    return [path for path, _ in labelled], [label for _, label in labelled], images


def left_out_files(images, used):
    """Return the image files that are not among those used."""
    used = {os.path.realpath(path) for path in used}
    return [image for image in images if os.path.realpath(image) not in used]


def describe_left_out(folder, files):
    """Return a sentence on image files that are not used, and one on what to do."""
    names = some_of(str(file.relative_to(folder)) for file in files)
    return (
        f"{counted(len(files), 'image')} left out, as no label is given ({names}).",
        f"Put each into the sub-folder of its label, or list it in {TABLE}.",
    )


def read_table(table):
    """Return the files that a table names, each with its label."""
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
