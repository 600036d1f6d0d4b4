"""Labelled images of your own: folders, tables and arrays."""

import csv
import warnings
import zipfile
import zlib
from math import isqrt
from typing import Any, NamedTuple

from skdigits.cli._console import progress, say
from skdigits.cli._files import refuse_url
from skdigits.cli._images import (
    TABLE,
    describe_left_out,
    labelled_files,
    left_out_files,
    read_table,
)

CHUNK = 500  # images of an array that are normalised at a time
PARTS = "train", "test"
PAIRS = ("x", "y"), ("images", "labels"), ("data", "target")
"""Names of arrays, in lower case: "x" and "y", or "x_train", "y_train", "x_test" and "y_test"."""


class Labelled(NamedTuple):
    """Labelled pictures.

    Parameters
    ----------
    pictures : list of Path, or ndarray of shape (n_pictures, height, width[, channels])
        Image files, or grey levels or colours.
    labels : ndarray of str of shape (n_pictures,)
        The true labels.
    names : list of Path or int
        The file of each picture, or its index in the array.
    """

    pictures: Any
    labels: Any
    names: list

    def take(self, places):
        """Return those at some places."""
        is_array = hasattr(self.pictures, "shape")
        pictures = self.pictures[places] if is_array else [self.pictures[i] for i in places]
        return Labelled(pictures, self.labels[places], [self.names[i] for i in places])


def name_of(path):
    """Return a name for what is made of a source."""
    return path.resolve().name if path.is_dir() else path.stem


def read_source(path):
    """Return the labelled pictures at a path.

    Parameters
    ----------
    path : Path
        One of these: a folder with a sub-folder of images for each label; ``labels.csv`` with the
        header ``file,label``, or a folder with this file; a folder with such folders ``train`` and
        ``test``; a CSV file with the header ``label,pixel0,pixel1,...``; an .npz file with the
        arrays ``X`` and ``y``, or ``x_train``, ``y_train``, ``x_test`` and ``y_test``; or an .npy
        file of images beside that of their labels.

    Returns
    -------
    parts : dict of str to Labelled
        "train", "test" or both. Pictures that are not divided are "train".

    Raises
    ------
    ValueError
        If there are no labelled pictures, or they cannot be read.
    """
    refuse_url(path)
    if path.is_dir():
        parts = {part: path / part for part in PARTS if (path / part).is_dir()}
        if (path / TABLE).exists() or not parts:
            parts = {"train": path}
        return {part: _in_folder(folder) for part, folder in parts.items()}
    if not path.exists():
        raise ValueError(f"{path} is missing: no file or folder has this name.")
    if not path.is_file():
        raise ValueError(f"{path} is neither a file nor a folder.")
    readers = {".csv": _read_csv, ".npz": _read_npz, ".npy": _read_npy}
    if path.suffix.lower() not in readers:
        raise ValueError(
            f"{path} has no labelled images: give a folder of images, or a .csv, .npz or .npy file."
        )
    return readers[path.suffix.lower()](path)


def read_rows(pictures, normalizer, image_shape):
    """Return pictures as rows of pixels.

    Parameters
    ----------
    pictures : list of Path or ndarray
        As in `Labelled`.
    normalizer : DigitNormalizer or None
        What brings pictures to the form of MNIST's images. None takes them as they are.
    image_shape : tuple of int
        ``(height, width)`` that pictures must have if they are not normalised.

    Returns
    -------
    X : ndarray of shape (n_pictures, height * width)

    Raises
    ------
    ValueError
        If a picture cannot be read or has another size.
    """
    import numpy as np

    from skdigits.normalizer import read_image

    if isinstance(pictures, np.ndarray) and normalizer is None:
        if pictures.shape[1:] != tuple(image_shape):
            raise ValueError(
                f"The images have the shape {pictures.shape[1:]}, but this model reads "
                f"{tuple(image_shape)}: give images of that size."
            )
        return pictures.reshape(len(pictures), -1)
    if isinstance(pictures, np.ndarray):
        # Lists, as an array of three large images may be one in colour.
        parts = [[*part] for part in np.array_split(pictures, -(-len(pictures) // CHUNK))]
        read = normalizer.transform
    elif normalizer is None:
        parts, read = pictures, lambda path: [read_image(path, image_shape)]
    else:
        parts, read = pictures, lambda path: [normalizer.diagnose(path).row]
    rows: list = []
    # A file is read or not, whatever libraries find odd about it.
    with warnings.catch_warnings(action="ignore"), progress("reading", len(parts)) as advance:
        for part in parts:
            rows.extend(read(part))
            advance()
    return np.stack(rows)


def _in_folder(folder):
    paths, labels, images = labelled_files(folder)
    left_out = left_out_files(images, paths)
    if paths and left_out and not (folder / TABLE).exists():  # a table may name a part only
        say(" ".join(describe_left_out(folder, left_out)))
    return _of_files(folder, paths, labels)


def _of_files(source, paths, labels):
    import numpy as np

    if not paths:
        raise ValueError(
            f"{source} has no labelled images: expected a sub-folder of images for each label, or "
            f"{TABLE} with the header file,label."
        )
    return Labelled(paths, np.array(labels), paths)


def _read_csv(path):
    """Return the images that a table of files names, or those in a table of pixels."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file)
            header = [name.strip() for name in next(lines, [])]
            if "file" not in header:
                return {"train": _read_pixels(path, header, lines)}
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8: save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise ValueError(f"{path} cannot be read: {error}.") from error
    labelled = read_table(path)
    return {
        "train": _of_files(path, [file for file, _ in labelled], [label for _, label in labelled])
    }


def _read_pixels(path, header, lines):
    import numpy as np

    from skdigits._utils.images import is_square

    n_pixels = len(header) - 1
    if "label" not in header or not n_pixels or not is_square(n_pixels):
        raise ValueError(
            f"{path} has neither the header file,label nor label,pixel0,pixel1,... with the pixels "
            "of square images."
        )
    place = header.index("label")
    labels, rows = [], []
    for line in filter(None, lines):
        if len(line) != len(header):
            raise ValueError(
                f"{path} has {len(line)} instead of {len(header)} values in line {lines.line_num}."
            )
        labels.append(line.pop(place).strip())
        if not labels[-1]:
            raise ValueError(f"{path} has no label in line {lines.line_num}.")
        try:
            rows.append(np.array(line, dtype=np.float32))
        except ValueError as error:
            raise ValueError(
                f"{path} has a pixel that is not a number in line {lines.line_num}."
            ) from error
    return _of_arrays(path, "pixels", np.array(rows).reshape(-1, n_pixels), np.array(labels))


def _read_npz(path):
    import numpy as np

    with path.open("rb") as file:
        try:
            archive = np.load(file)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} is no .npz file of NumPy, or is damaged.") from error
        if isinstance(archive, np.ndarray):
            raise ValueError(
                f"{path} holds a single array: save images and labels by np.savez(path, X=X, y=y)."
            )
        names = {name.lower(): name for name in archive.files}
        return _of_pairs(path, names, lambda name: _load(path, archive.__getitem__, name))


def _read_npy(path):
    import numpy as np

    files = {file.stem.lower(): file for file in path.parent.glob("*.npy")}
    return _of_pairs(path, files, lambda file: _load(file, np.load, file))


def _load(path, load, name):
    """Return an array, unless it is pickled."""
    try:
        return load(name)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        if "allow_pickle" in str(error):
            raise ValueError(
                f"{path} holds pickled Python objects, which can run code when they are read: "
                "save arrays of numbers, all images of one size."
            ) from error
        raise ValueError(f"{path} is damaged: {error}") from error


def _of_pairs(path, names, load):
    """Return the parts of which there are images and labels, by the names of arrays."""
    parts: dict[str, Labelled] = {}
    for part in (*PARTS, ""):
        forms = (f"{{}}_{part}", f"{part}_{{}}") if part else ("{}",)
        for images, labels in (
            (form.format(x), form.format(y)) for form in forms for x, y in PAIRS
        ):
            if images in names and labels in names and (part or "train") not in parts:
                parts[part or "train"] = _of_arrays(
                    path, images, load(names[images]), load(names[labels])
                )
    if not parts:
        raise ValueError(
            f"{path} has no images with labels among {', '.join(names) or 'no arrays'}: call the "
            "arrays X and y, or x_train, y_train, x_test and y_test."
        )
    return parts


def _of_arrays(path, name, images, labels):
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"{path} has labels of shape {labels.shape} for {name} of shape {images.shape}: "
            "expected one label for each image."
        )
    if not len(labels):
        raise ValueError(f"{path} has no images in {name}.")
    if images.dtype.kind not in "buif":
        raise ValueError(f"{path} holds {images.dtype} in {name}, but pixels are numbers.")
    if labels.dtype.kind == "f" and (labels == labels.round()).all():
        labels = labels.astype(int)
    return Labelled(_as_images(path, name, images), labels.astype(str), [*range(len(labels))])


def _as_images(path, name, array):
    """Return images of shape (n, height, width), or with channels of colour at the end."""
    from skdigits._utils.images import is_square

    match array.shape:
        case (n, length) if length and is_square(length):
            return array.reshape(n, isqrt(length), isqrt(length))
        case (n, height, width) | (n, 1, height, width) | (n, height, width, 1):
            return array.reshape(n, height, width)
        case (_, _, _, 3 | 4):
            return array
    raise ValueError(
        f"{path} has {name} of shape {array.shape}, but images have (n_images, height, width) or "
        "(n_images, n_pixels)."
    )
