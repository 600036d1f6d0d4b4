"""A folder of results, written as a whole: if that fails, nothing changes."""

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
"""The files that `skdigits train` writes, the model first."""


@contextmanager
def new_folder(path, *, force):
    """Provide an empty folder to fill, which becomes `path` at the end unless there is an error.

    Parameters
    ----------
    path : Path
        The folder to make. If it is not empty, it is refused, or, with `force`, the results in it
        are replaced and other files stay.
    force : bool
        Whether to write into a folder that is not empty.

    Yields
    ------
    folder : Path
        The folder to fill.

    Raises
    ------
    FileExistsError
        If `path` is a file, is not empty without `force`, or is being written by another process.
    OSError
        If `path` cannot be written.
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
            # Users know the folder that they asked for, not the one that is filled first.
            if str(folder) not in str(error):
                raise
            raise type(error)(str(error).replace(str(folder), str(path))) from error


def keep_only(path):
    """Remove all files in the same folder but this one."""
    for file in path.parent.iterdir():
        if file.is_dir():  # a workspace, if writing was interrupted
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
    """Tell whether this is a workspace, which a killed process may have left."""
    return file.name.startswith(".writing-")


def _enter_workspace(stack, path, force):
    """Return the folder of the results, and a folder to fill that only one process can have."""
    try:
        check_place(path, force)
        place = path.resolve()  # the target of a link
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(place.parent)
        # Inside a folder that exists, as it may be on another disk than its parent.
        home, name = (place, "results") if place.exists() else (place.parent, place.name[:50])
        return place, stack.enter_context(workspace(home, name))
    except BlockingIOError as error:
        raise FileExistsError(
            f"Another process is writing {path}: wait for it, or give another --output."
        ) from error
    except OSError as error:
        if error.strerror is None:  # one of the sentences above
            raise
        raise type(error)(f"{path} cannot be written: {error.strerror}.") from error


def _replace(folder, place):
    """Replace results so that a report is never beside the model of another run."""
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
