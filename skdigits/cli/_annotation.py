"""Pictures with boxes around the digits that were read."""

import os
from itertools import count

import numpy as np

from skdigits._utils.files import write_new, write_whole
from skdigits.cli._evaluation import draw_picture

NARROWEST, WIDEST, HIGHEST = 5, 10, 12  # inches of 150 pixels


class Annotations:
    """A folder of PNG files, one for each picture.

    Parameters
    ----------
    folder : Path
        The folder; it is created if it is missing.
    files : list of Path or StandardInput
        The pictures, which are never replaced.
    force : bool
        Whether the folder may hold files; those of the same names are then replaced.

    Attributes
    ----------
    n_saved : int
        How many pictures were saved.

    Raises
    ------
    FileExistsError
        If the folder is a file, or is not empty and `force` is False.
    OSError
        If it cannot be created.
    """

    def __init__(self, folder, files, *, force):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            holds_files = any(not file.name.startswith(".") for file in folder.iterdir())
        except FileExistsError as error:
            raise FileExistsError(f"{folder} is a file: give another --annotate.") from error
        except OSError as error:
            raise type(error)(f"{folder} cannot be written: {error.strerror}.") from error
        if holds_files and not force:
            raise FileExistsError(
                f"{folder} is not empty: give another --annotate, or --force to replace the "
                "pictures in it."
            )
        self._write = write_whole if force else write_new
        self._files = {str(file): file for file in files}
        self._paths = _free_paths(folder, files)
        self.n_saved = 0

    def save(self, readings):
        """Save a picture with its readings.

        Parameters
        ----------
        readings : list of Reading
            Named by their file.

        Raises
        ------
        OSError, ValueError
            If it cannot be written or drawn.
        """
        from skdigits.displays import ReadingDisplay
        from skdigits.normalizer import read_with_shape

        name = readings[0].name
        shown = readings[0] if len(readings) == 1 else readings
        grey, (height, width) = read_with_shape(self._files[name])
        inches = np.clip(width / 150, NARROWEST, WIDEST)
        content = draw_picture(
            lambda ax: ReadingDisplay(grey, shown, (height, width)).plot(ax=ax),
            (inches, min(inches * height / width, HIGHEST) + 0.5),
        )
        try:
            self._write(self._paths[name], content)
        except FileExistsError as error:  # another process has made it meanwhile
            raise FileExistsError(
                f"{error.filename} exists: give another --annotate, or --force to replace it."
            ) from error
        self.n_saved += 1


def _free_paths(folder, files):
    """Return a new path in a folder for each file, by its name; none is that of a file."""
    taken = {os.path.realpath(str(file)).casefold() for file in files}
    paths = {}
    for file in files:
        for number in count(1):
            path = folder / f"{file.stem}{f'-{number}' if number > 1 else ''}.png"
            place = os.path.realpath(path).casefold()
            if place not in taken:
                taken.add(place)
                paths[str(file)] = path
                break
    return paths
