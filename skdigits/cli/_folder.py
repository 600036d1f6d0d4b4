"""A folder of results that appears whole or not at all."""

import shutil
from contextlib import ExitStack, contextmanager

from skdigits._utils.files import remove_leftovers, sync, workspace
from skdigits.cli._model import MODEL_NAME

RESULTS = (
    MODEL_NAME,
    "report.json",
    "report.txt",
    "predictions.csv",
    "results.csv",
    "confusion_matrix.png",
    "confusion_gallery.png",
    "sample_predictions.png",
    "misclassified.png",
    "training_batch.png",
    "training_curve.png",
)
"""What `skdigits train` leaves, the model first."""


@contextmanager
def new_folder(path, *, force):
    """Give an empty folder to fill, which becomes `path` if all goes well.

    Parameters
    ----------
    path : Path
        The folder to make. One that holds files is refused, unless `force`: then the results in it
        are replaced, and other files stay.
    force : bool
        Whether to write into a folder that holds files.

    Yields
    ------
    folder : Path
        The folder to fill.

    Raises
    ------
    FileExistsError
        If `path` is a file, holds some and `force` is not given, or is being written by another
        process.
    OSError
        If it cannot be written.
    """
    with ExitStack() as stack:
        place, folder = _enter_workspace(stack, path, force)
        try:
            yield folder
            for file in folder.iterdir():
                sync(file)
            if place.exists():
                check_place(path, force)
                _replace(folder, place)
            else:
                sync(folder)
                folder.rename(place)
                sync(place.parent)
        except OSError as error:
            # Nobody needs to know by which way files come to be there.
            if str(folder) not in str(error):
                raise
            raise type(error)(str(error).replace(str(folder), str(path))) from error


def keep_only(path):
    """Remove every other file beside one."""
    for file in path.parent.iterdir():
        if file.is_dir():  # a workspace, where writing was interrupted as well
            shutil.rmtree(file)
        elif file != path:
            file.unlink()


def check_place(path, force):
    """Refuse a folder that results cannot be written to."""
    if path.exists() and not path.is_dir():
        raise FileExistsError(f"{path} is a file: give another --output.")
    if not force and path.exists() and any(not _is_hidden(file) for file in path.iterdir()):
        raise FileExistsError(
            f"{path} is not empty: give another --output, or --force to replace the results in it."
        )
    for name in RESULTS:
        if (path / name).is_dir():
            raise FileExistsError(f"{path / name} is a folder: give another --output.")


def _is_hidden(file):
    """Tell whether a file is a workspace, of which one may be left over."""
    return file.name.startswith(".writing-")


def _enter_workspace(stack, path, force):
    """Return where results go, and a folder to write in that one process at a time has for it."""
    try:
        check_place(path, force)
        place = path.resolve()  # what a link leads to
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(place.parent)
        # Inside of a folder that exists, as that may be a disk of its own.
        home, name = (place, "results") if place.exists() else (place.parent, place.name[:50])
        return place, stack.enter_context(workspace(home, name))
    except BlockingIOError as error:
        raise FileExistsError(
            f"Another process is writing {path}: wait for it, or give another --output."
        ) from error
    except OSError as error:
        if error.strerror is None:  # a sentence already
            raise
        raise type(error)(f"{path} cannot be written: {error.strerror}.") from error


def _replace(folder, place):
    """Move results to where others are, so that no report ever stands beside another's model."""
    new = {file.name for file in folder.iterdir()}
    old = RESULTS if MODEL_NAME in new else [name for name in RESULTS if name in new]
    away = folder.parent / "old"
    away.mkdir()
    moved = []
    try:
        for name in old[::-1]:
            if name != MODEL_NAME and (place / name).exists():
                (place / name).rename(away / name)
                moved.append(name)
        sync(place)
        if MODEL_NAME in new:
            (folder / MODEL_NAME).replace(place / MODEL_NAME)
    except BaseException:
        for name in moved:
            (away / name).rename(place / name)
        raise
    sync(place)
    for file in folder.iterdir():
        file.replace(place / file.name)
    sync(place)
