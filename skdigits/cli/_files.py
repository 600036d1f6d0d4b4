"""The files that arguments of a command name."""

import glob
import os
import re
from pathlib import Path

SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}


def image_files(arguments):
    """Return the image files that are named, each once, and what is wrong with the other names.

    Parameters
    ----------
    arguments : list of str or Path
        Files, folders of image files, and patterns.

    Returns
    -------
    files : list of Path
        In the order of the arguments; those of a folder or pattern by name.
    wrong : dict of str to str
        An error for each argument that names no file.
    """
    files: dict[str, Path] = {}
    wrong = {}
    for argument in arguments:
        try:
            for file in _files(str(argument)):
                files.setdefault(os.path.realpath(file), file)
        except ValueError as error:
            wrong[str(argument)] = str(error)
        except OSError as error:
            wrong[str(argument)] = f"{argument} cannot be read: {error.strerror}."
    return list(files.values()), wrong


def _files(argument):
    refuse_url(argument)
    path = Path(argument)
    if path.is_dir():
        files = [file for file in path.iterdir() if is_image(file)]
        missing = f"{argument} has no image files: name a folder that does, or a pattern."
    elif path.exists():
        files = [path]
        missing = f"{argument} is neither a file nor a folder."
    else:
        files = [Path(file) for file in glob.glob(argument, recursive=True)]
        missing = f"{argument} is missing: no file or folder has this name, and none matches it."
    files = sorted(file for file in files if file.is_file())
    if not files:
        raise ValueError(missing)
    return files


def refuse_url(path):
    """Refuse the address of a page, of which a Path has left one of two slashes away."""
    address = re.match(r"(\w{2,}):/+(.*)", str(path))
    if address and not os.path.exists(path):
        scheme, rest = address.groups()
        raise ValueError(f"{scheme}://{rest} is a URL, which cannot be read: download it first.")


def is_image(file):
    """Whether the name of a file is that of an image, and not hidden."""
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
