"""The files that the arguments of a command name."""

import glob
import io
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from skdigits._utils.extras import are_installed
from skdigits._utils.wording import counted

SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}
HEIC = {".heic", ".heif"}
NO_PICTURES = {".csv", ".db", ".html", ".ini", ".json", ".md", ".npy", ".npz", ".txt", ".xml"}
MOST_NAMES = 5  # in a note


class StandardInput(io.BytesIO):
    """What is on stdin, as a file that can be read more than once."""

    name = stem = "stdin"

    def __str__(self):
        return self.name


@dataclass
class ImageFiles:
    """The image files that arguments name, and what was left out.

    Parameters
    ----------
    files : list of Path or StandardInput
        Each once, in the order of the arguments; those of a folder or pattern by name.
    wrong : dict of str to str
        An error for each argument that names no file.
    skipped : list of Path
        Files in folders that are no images.
    folders : list of Path
        Sub-folders that were not entered.
    """

    files: list = field(default_factory=list)
    wrong: dict = field(default_factory=dict)
    skipped: list = field(default_factory=list)
    folders: list = field(default_factory=list)

    def notes(self):
        """Yield a sentence on each kind of thing that was left out."""
        if self.skipped:
            yield describe_skipped(self.skipped)
        if self.folders:
            names = some_of(folder.name for folder in self.folders)
            yield (
                f"{counted(len(self.folders), 'sub-folder')} not read ({names}): add -r to read "
                "sub-folders."
            )


def image_files(arguments, *, recursive=False):
    """Return the `ImageFiles` of some arguments.

    Parameters
    ----------
    arguments : list of str or Path
        Files, folders of image files, patterns, and ``-`` for stdin.
    recursive : bool, default=False
        Whether to enter the sub-folders of folders.
    """
    found = ImageFiles()
    files: dict[str, Path | StandardInput] = {}
    for argument in arguments:
        try:
            for file in _files(str(argument), recursive, found):
                files.setdefault(os.path.realpath(str(file)), file)
        except ValueError as error:
            found.wrong[str(argument)] = str(error)
        except OSError as error:
            found.wrong[str(argument)] = f"{argument} cannot be read: {error.strerror}."
    found.files = [*files.values()]
    given = {os.path.realpath(argument) for argument in arguments}
    found.folders = [path for path in found.folders if os.path.realpath(path) not in given]
    return found


def _files(argument, recursive, found):
    if argument == "-":
        return [_standard_input()]
    refuse_url(argument)
    path = Path(argument)
    if path.is_dir():
        files = _in_folder(path, recursive, found)
        missing = f"{argument} has no image files."
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


def _standard_input():
    if sys.stdin is None:
        raise ValueError("stdin is closed: give a file, or pipe one into this command.")
    return StandardInput(sys.stdin.buffer.read())


def _in_folder(folder, recursive, found):
    """Return the images in a folder, and note what else is there and not hidden."""
    entries = visible_files(folder) if recursive else sorted(folder.iterdir())
    entries = [entry for entry in entries if not entry.name.startswith(".")]
    found.skipped += [entry for entry in entries if entry.is_file() and not is_image(entry)]
    found.folders += [entry for entry in entries if entry.is_dir()]
    return [entry for entry in entries if is_image(entry)]


def visible_files(folder):
    """Return the files in a folder and below it that are not hidden, in order."""
    files, entered = [], set()
    for path, folders, names in os.walk(folder, followlinks=True):
        if os.path.realpath(path) in entered:  # a link leads to a folder above it
            folders.clear()
            continue
        entered.add(os.path.realpath(path))
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(path, name) for name in names if not name.startswith(".")]
    return sorted(file for file in files if file.is_file())


def describe_skipped(paths):
    """Return a sentence on files that are no images, and on what to do about them."""
    kinds = {path.suffix.lower() for path in paths}
    names = some_of(kind or "without ending" for kind in kinds)
    remedy = "" if kinds <= NO_PICTURES else ": convert pictures to JPEG or PNG"
    if kinds & HEIC:
        remedy += ", or pip install pillow-heif to read HEIC"
    return f"{counted(len(paths), 'file')} skipped ({names}){remedy}."


def some_of(names):
    """Return a few of some names in order, each once."""
    names = sorted(set(names))
    shown = ", ".join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else f"{shown} and {len(names) - MOST_NAMES} more"


def refuse_url(path):
    """Refuse the address of a page, of which a Path has left one of two slashes away."""
    address = re.match(r"(\w{2,}):/+(.*)", str(path))
    if address and not os.path.exists(path):
        scheme, rest = address.groups()
        raise ValueError(f"{scheme}://{rest} is a URL, which cannot be read: download it first.")


def is_image(file):
    """Tell whether the name of a file is that of an image that can be read, and not hidden."""
    suffix = file.suffix.lower()
    is_read = suffix in SUFFIXES or (suffix in HEIC and are_installed(["pillow_heif"]))
    return is_read and not file.name.startswith(".")
