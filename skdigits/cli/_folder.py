"""A folder of results that appears whole or not at all."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def new_folder(path, *, force):
    """Give an empty folder to fill, which becomes `path` if all goes well.

    Parameters
    ----------
    path : Path
        The folder to make. One that holds files is refused, unless `force`: then files of the
        same names are replaced, and others stay.
    force : bool
        Whether to write into a folder that holds files.

    Yields
    ------
    folder : Path
        The folder to fill.

    Raises
    ------
    FileExistsError
        If `path` is a file, or holds some and `force` is not given.
    """
    if path.exists() and not path.is_dir():
        raise FileExistsError(f"{path} is a file: give another --output.")
    if not force and path.exists() and any(path.iterdir()):
        raise FileExistsError(
            f"{path} is not empty: give another --output, or --force to replace the results in it."
        )
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path if path.exists() else path.parent
    with TemporaryDirectory(dir=beside, prefix=".writing-") as temporary:
        folder = Path(temporary, "results")
        folder.mkdir()
        yield folder
        if path.exists():
            for file in folder.iterdir():
                file.replace(path / file.name)
        else:
            folder.rename(path)


def keep_only(path):
    """Remove every other file beside one."""
    for file in path.parent.iterdir():
        if file != path:
            file.unlink()
