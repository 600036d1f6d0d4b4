"""Files and folders that appear whole or not at all, and are on the disk once they are there."""

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

try:
    import fcntl
except ImportError:  # Windows has no such locks: there, nothing is taken for left over
    fcntl = None  # type: ignore[assignment] # None stands for a module

__all__ = ["remove_leftovers", "sync", "workspace", "write_new", "write_whole"]

PREFIX = ".writing-"
LOCK, CONTENT = ".lock", "content"


def write_whole(path, *parts):
    """Write a file; one that exists is replaced, or left as it was where that fails.

    Parameters
    ----------
    path : path-like
        The file.
    *parts : bytes-like
        What it is to hold.

    Raises
    ------
    OSError
        If it cannot be written. The message names it.
    """
    with _written(path, parts) as unfinished:
        unfinished.replace(path)


def write_new(path, *parts):
    """Write a file as `write_whole` does, unless there is one: that gives FileExistsError."""
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
    """Give a new folder in another, to write in; it is removed at the end.

    What processes that are no longer alive have left of theirs is removed first.

    Parameters
    ----------
    folder : Path
        Where it is made: on the same disk as what is moved out of it in the end.
    name : str, default=None
        If given, only one process at a time has the workspace of this name.

    Yields
    ------
    content : Path
        The folder.

    Raises
    ------
    BlockingIOError
        If another process has that of this name.
    """
    remove_leftovers(folder)
    path, lock = _make(folder, name)
    content = path / CONTENT
    try:
        content.mkdir()
        yield content
    finally:
        _remove(path)
        os.close(lock)  # not before: until then, nobody else takes it for left over


def remove_leftovers(folder):
    """Remove the workspaces of processes that are no longer alive."""
    with suppress(OSError), os.scandir(folder) as entries:
        paths = [
            Path(entry)
            for entry in entries
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False)
        ]
        for path in paths:
            with suppress(OSError):
                path.rmdir()  # its process has not come further, or is there and tries again
            with suppress(OSError):
                lock = os.open(path / LOCK, os.O_RDWR)
                try:
                    if _lock(lock):
                        _remove(path)
                finally:
                    os.close(lock)


def sync(path):
    """Wait until a file, or what a folder lists, is on the disk."""
    flags = os.O_RDONLY if os.path.isdir(path) else os.O_RDWR
    try:
        descriptor = os.open(path, flags)
    except OSError:  # Windows opens no folder
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _written(path, parts):
    """Give a file of this content, and say which one it was to become if anything fails."""
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
            with suppress(OSError):  # it is there, and some file systems sync no folder
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
    """Return a new workspace and its lock, which ends with this process however that ends."""
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
        except FileNotFoundError:  # another process has taken it for left over
            continue
        with suppress(BlockingIOError, FileNotFoundError):
            _lock(lock)
            if os.path.samestat(os.stat(path / LOCK), os.fstat(lock)):
                return path, lock
        os.close(lock)


def _lock(descriptor):
    """Lock a file where the file system can; BlockingIOError if another process has done so."""
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
    """Remove a workspace, its lock last: without that, it would not be known for one."""
    with suppress(OSError):
        for inside in path.iterdir():
            if inside.name != LOCK:
                shutil.rmtree(inside, ignore_errors=True)
        (path / LOCK).unlink()
        path.rmdir()
