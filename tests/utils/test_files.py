"""What is written appears whole or not at all, and nothing stays of what died."""

import errno
import os
import signal
import subprocess
import sys
import threading

import pytest

from skdigits._utils.files import workspace, write_new, write_whole

fcntl = pytest.importorskip("fcntl", reason="leftovers are told by locks, which this system lacks")

STAYS = """
import sys, time
from pathlib import Path
from skdigits._utils.files import workspace
with workspace(Path(sys.argv[1]), *sys.argv[2:]) as folder:
    (folder / "half").write_text("half")
    print("there", flush=True)
    time.sleep(100)
"""


@pytest.fixture
def other(tmp_path):
    """A function that starts a process which has a workspace of a name."""
    processes = []

    def start(*name):
        command = [sys.executable, "-c", STAYS, str(tmp_path), *name]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "there\n"
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_file__new_and_replaced(tmp_path):
    write_whole(tmp_path / "file", b"old")
    write_whole(tmp_path / "file", b"n", memoryview(b"ew"))
    assert (tmp_path / "file").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("write", [write_whole, write_new])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "folder cannot be written: Is a dir|File exists"),
        ("none/file", "none/file cannot be written: there is no folder .*none"),
        ("file/inside", "file/inside cannot be written: there is no folder .*file"),
        (300 * "a", "aaa cannot be written: File name too long"),
    ],
)
def test_what_cannot_be_written__is_named(write, name, words, tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=words):
        write(tmp_path / name, b"new")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.parametrize("old", [b"old", None])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_disk_that_fails__leaves_the_old_and_is_named(old, code, tmp_path, monkeypatch):
    if old:
        (tmp_path / "file").write_bytes(old)

    def refuse(descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match=f"file cannot be written: {os.strerror(code)}") as caught:
        write_whole(tmp_path / "file", b"new")
    assert caught.value.errno == code
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([old] if old else [])


def test_interrupt__leaves_the_old(tmp_path, monkeypatch):
    def interrupt(descriptor):
        raise KeyboardInterrupt

    write_whole(tmp_path / "file", b"old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("links", [True, False])
def test_new_file__never_replaces(links, tmp_path, monkeypatch):
    def refuse(*paths):
        raise PermissionError(errno.EPERM, "no links on this disk")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    write_new(tmp_path / "file", b"old")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_leftovers__go_with_the_next_writing_if_their_process_is_dead(other, tmp_path):
    alive, dead = other(), other()
    of_dead = [path for path in tmp_path.iterdir() if f"-{dead.pid}-" in path.name]
    kill(dead)
    assert len(of_dead) == 1
    write_whole(tmp_path / "file", b"")
    assert not of_dead[0].exists()
    (of_alive,) = tmp_path.glob(".writing-*")
    assert f"-{alive.pid}-" in of_alive.name
    assert (of_alive / "content" / "half").exists()
    kill(alive)
    write_whole(tmp_path / "file", b"")
    assert os.listdir(tmp_path) == ["file"]


def test_leftovers__what_is_not_ours_stays(tmp_path):
    notes, target = tmp_path / ".writing-notes", tmp_path / "target"
    for folder in (notes, target):
        folder.mkdir()
        (folder / "mine").write_text("keep")
    (target / ".lock").touch()
    (tmp_path / ".writing-link").symlink_to(target)
    (tmp_path / ".writing-file").touch()
    before = sorted(tmp_path.rglob("*"))
    write_whole(tmp_path / "file", b"")
    (tmp_path / "file").unlink()
    assert sorted(tmp_path.rglob("*")) == before


def test_named_workspace__is_one_process_s_as_long_as_it_lives(other, tmp_path):
    process = other("results")
    for _ in range(2):
        with pytest.raises(BlockingIOError), workspace(tmp_path, "results"):
            pass
    with workspace(tmp_path, "others"):
        pass
    kill(process)
    with workspace(tmp_path, "results") as folder:
        assert list(folder.iterdir()) == []
    assert os.listdir(tmp_path) == []


def test_many_at_once__none_takes_another_s_for_left_over(tmp_path):
    errors = []

    def write(number):
        try:
            for turn in range(30):
                write_whole(tmp_path / str(number), str(turn).encode())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        str(number): "29" for number in range(8)
    }


def test_file_system_without_locks__writes_all_the_same(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with workspace(tmp_path):
        write_whole(tmp_path / "file", b"new")
        assert len(list(tmp_path.glob(".writing-*"))) == 1
        with pytest.raises(BlockingIOError), workspace(tmp_path, "a"), workspace(tmp_path, "a"):
            pass
    assert os.listdir(tmp_path) == ["file"]
