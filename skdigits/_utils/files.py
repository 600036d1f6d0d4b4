"""Write files and folders atomically, and synced to the disk."""

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

try:
    import fcntl
except ImportError:  # Windows has no such locks, so leftovers are not removed there
    fcntl = None  # type: ignore[assignment] # None stands for a module

__all__ = ["remove_leftovers", "sync", "workspace", "write_new", "write_whole"]

PREFIX = ".writing-"
LOCK, CONTENT = ".lock", "content"


def write_whole(path, *parts):
    """Write a file atomically: if it fails, an existing file is left untouched.

    Parameters
    ----------
    path : path-like
        The file.
    *parts : bytes-like
        Its new content, one part after the other.

    Raises
    ------
    OSError
        If it cannot be written. The message names the file.
    """
    with _written(path, parts) as unfinished:
        unfinished.replace(path)


def write_new(path, *parts):
    """Write a file as `write_whole` does, or raise FileExistsError if it exists."""
    with _written(path, parts) as unfinished:
        try:
            os.link(unfinished, path)
        except FileExistsError:
            raise
        except OSError:  # not every file system has links
            Path(path).open("xb").close()
            unfinished.replace(path)


@contextmanager
def workspace(folder, name=None):
    """Make a temporary folder inside another, and remove it at the end.

    Workspaces left by dead processes are removed first.

    Parameters
    ----------
    folder : Path
        Parent folder, on the same disk as the final files: they are moved, not copied.
    name : str, default=None
        If given, only one process at a time may have the workspace of this name.

    Yields
    ------
    content : Path
        The temporary folder.

    Raises
    ------
    BlockingIOError
        If another process has the workspace of this name.
    """
    remove_leftovers(folder)
    path, lock = _make(folder, name)
    content = path / CONTENT
    try:
        content.mkdir()
        yield content
    finally:
        _remove(path)
        os.close(lock)  # last: until then, no other process takes the folder for a leftover


def remove_leftovers(folder):
    """Remove the workspaces of dead processes."""
    with suppress(OSError), os.scandir(folder) as entries:
        paths = [
            Path(entry)
            for entry in entries
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False)
        ]
        for path in paths:
            with suppress(OSError):
                path.rmdir()  # has no lock yet; if its process lives, it tries again
            with suppress(OSError):
                lock = os.open(path / LOCK, os.O_RDWR)
                try:
                    if _lock(lock):
                        _remove(path)
                finally:
                    os.close(lock)


def sync(path):
    """Wait until a file, or a folder's list of entries, is on the disk."""
    flags = os.O_RDONLY if os.path.isdir(path) else os.O_RDWR
    try:
        descriptor = os.open(path, flags)
    except OSError:  # Windows cannot open folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _written(path, parts):
    """Yield a temporary file with this content; errors name the file that it should become."""
    path = Path(path)
    try:
        with workspace(path.parent) as folder:
            unfinished = folder / "file"
            with unfinished.open("wb") as file:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            yield unfinished
            with suppress(OSError):  # the file is written, and some file systems sync no folders
                sync(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        reason = error.strerror or error
        if not path.parent.is_dir():
            reason = f"there is no folder {path.parent}"
        told = type(error)(f"{path} cannot be written: {reason}.")
        told.errno = error.errno
        raise told from error


def _make(folder, name):
    """Return a new workspace and its lock, which is released even if this process is killed."""
    while True:
        if name is None:
            path = Path(mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=folder))
        else:
            path = Path(folder, f"{PREFIX}{name}")
            try:
                path.mkdir(mode=0o700)
            except FileExistsError as error:
                raise BlockingIOError(f"another process has {path}") from error
        try:
            lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:  # another process took the folder for a leftover
            continue
        with suppress(BlockingIOError, FileNotFoundError):
            _lock(lock)
            if os.path.samestat(os.stat(path / LOCK), os.fstat(lock)):
                return path, lock
        os.close(lock)


def _lock(descriptor):
    """Tell whether a file could be locked; raise BlockingIOError if another process locks it."""
    try:
        if fcntl:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        raise
    except OSError:
        pass
    return False


def _remove(path):
    """Remove a workspace, its lock last: a folder without a lock is not seen as a leftover."""
    with suppress(OSError):
        for inside in path.iterdir():
            if inside.name != LOCK:
                shutil.rmtree(inside, ignore_errors=True)
        (path / LOCK).unlink()
        path.rmdir()
