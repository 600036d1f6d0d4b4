"""Pictures with what was read on them."""

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
        The folder. It is made if it is missing.
    files : list of Path
        The pictures, none of which is replaced.
    force : bool
        Whether the folder may hold files. Those of the same names are replaced then.

    Raises
    ------
    FileExistsError
        If the folder is a file, or holds some and `force` is not given.
    OSError
        If it cannot be made.
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
        self._paths = _free_paths(folder, files)

    def save(self, readings):
        """Save a picture with its readings.

        Parameters
        ----------
        readings : list of Reading
            Named by its file.

        Returns
        -------
        problem : str or None
            Why there is no such picture now.
        """
        from skdigits.displays import ReadingDisplay
        from skdigits.normalizer import read_with_shape

        name = readings[0].name
        shown = readings[0] if len(readings) == 1 else readings
        try:
            grey, (height, width) = read_with_shape(name)
            inches = np.clip(width / 150, NARROWEST, WIDEST)
            content = draw_picture(
                lambda ax: ReadingDisplay(grey, shown, (height, width)).plot(ax=ax),
                (inches, min(inches * height / width, HIGHEST) + 0.5),
            )
            self._write(self._paths[name], content)
        except FileExistsError as error:  # another process has made it meanwhile
            return f"{error.filename} exists: give another --annotate, or --force to replace it."
        except (OSError, ValueError) as error:
            return str(error)
        return None


def _free_paths(folder, files):
    """Return a path in a folder for each file, by its name: no two are the same, none a file's."""
    taken = {os.path.realpath(file).casefold() for file in files}
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
