"""The folder of results: whole, of one run, and with nothing left over."""

import os
import subprocess
import sys

import pytest

from skdigits.cli._folder import RESULTS, keep_only, new_folder

pytest.importorskip("fcntl", reason="leftovers are told by locks, which this system lacks")

# Runs in a process of its own, as it forks: each child dies at the n-th change of the disk.
DIES = """
import os, signal, sys
from pathlib import Path
from skdigits.cli._folder import RESULTS, new_folder

def dying(function, left):
    def change(*args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return change

place, n_changes, names = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
left = [n_changes]
for name in ("mkdir", "rename", "replace", "rmdir", "unlink", "link"):
    setattr(os, name, dying(getattr(os, name), left))
with new_folder(place, force=True) as folder:
    for name in names:
        (folder / name).write_text("new")
"""


def fill(folder, text, names=RESULTS):
    for name in names:
        (folder / name).write_text(text)


def read(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def die_at_each_change(tmp_path, prepare, names):
    """Yield the folder after a process died at its first change of the disk, its second, ..."""
    for number in range(1, 100):
        place = tmp_path / str(number) / "results"
        place.parent.mkdir()
        prepare(place)
        command = [sys.executable, "-c", DIES, str(place), str(number), *names]
        code = subprocess.run(command).returncode
        yield place
        if code == 0:
            assert number > 5
            return
        assert code == -9


@pytest.mark.slow
@pytest.mark.parametrize("names", [RESULTS, RESULTS[:1]], ids=["all", "model"])
def test_killed_while_results_are_replaced__no_report_stands_beside_another_s_model(
    names, tmp_path
):
    def prepare(place):
        place.mkdir()
        fill(place, "old")
        (place / "mine.txt").write_text("keep")

    seen = set()
    for place in die_at_each_change(tmp_path, prepare, names):
        found = read(place)
        assert found.pop("mine.txt") == "keep"
        assert len(set(found.values())) == 1, found
        assert "model.safetensors" in found
        seen.add(found["model.safetensors"])

        with new_folder(place, force=True) as folder:
            fill(folder, "newest", names)
        assert read(place) == dict.fromkeys(names, "newest") | {"mine.txt": "keep"}
        assert not list(tmp_path.rglob(".writing-*"))
    assert seen == {"old", "new"}


@pytest.mark.slow
def test_killed_while_a_new_folder_is_made__it_is_whole_or_not_there(tmp_path):
    seen = set()
    for place in die_at_each_change(tmp_path, lambda place: None, RESULTS):
        seen.add(place.exists())
        if place.exists():
            assert read(place) == dict.fromkeys(RESULTS, "new")
        with new_folder(place, force=True) as folder:
            fill(folder, "newest")
        assert read(place) == dict.fromkeys(RESULTS, "newest")
        assert not list(tmp_path.rglob(".writing-*"))
    assert seen == {True, False}


@pytest.mark.parametrize("exists", [True, False])
def test_second_run_into_the_same_folder__is_refused(exists, tmp_path):
    place = tmp_path / "results"
    if exists:
        place.mkdir()
    with new_folder(place, force=False) as folder:
        with (
            pytest.raises(FileExistsError, match=r"Another process is writing .*results: wait"),
            new_folder(place, force=True),
        ):
            pass
        fill(folder, "first")
    assert read(place) == dict.fromkeys(RESULTS, "first")


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError("full")])
def test_failure__leaves_all_as_it_was(exists, error, tmp_path):
    place = tmp_path / "results"
    if exists:
        place.mkdir()
        fill(place, "old")
    before = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}

    def run():
        with new_folder(place, force=True) as folder:
            fill(folder, "new")
            raise error

    with pytest.raises(error if isinstance(error, type) else OSError):
        run()
    assert {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert place.exists() == exists
    assert not list(tmp_path.rglob(".writing-*"))


def test_model_that_cannot_be_replaced__the_report_stays(tmp_path, monkeypatch):
    def refuse(*paths):
        raise PermissionError("not this one")

    fill(tmp_path, "old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError), new_folder(tmp_path, force=True) as folder:
        fill(folder, "new")
    assert read(tmp_path) == dict.fromkeys(RESULTS, "old")


def test_link_to_a_folder__stays_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "results").symlink_to("disk")
    with new_folder(tmp_path / "results", force=False) as folder:
        fill(folder, "new")
    assert (tmp_path / "results").is_symlink()
    assert read(tmp_path / "disk") == dict.fromkeys(RESULTS, "new")


def test_long_name(tmp_path):
    with new_folder(tmp_path / (250 * "é")[:127], force=False) as folder:
        fill(folder, "new")
    with (
        pytest.raises(OSError, match="aaa cannot be written: File name too long"),
        new_folder(tmp_path / (300 * "a"), force=False),
    ):
        pass
    assert len(os.listdir(tmp_path)) == 1


def test_place_below_a_file__is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(OSError, match="file/results cannot be written: (File exists|Not a dir)"),
        new_folder(tmp_path / "file" / "results", force=False),
    ):
        pass


def test_folder_of_the_name_of_a_result__is_refused_before_the_work(tmp_path):
    (tmp_path / "report.txt").mkdir()
    with (
        pytest.raises(FileExistsError, match="report.txt is a folder"),
        new_folder(tmp_path, force=True),
    ):
        pass


def test_only_one_is_kept(tmp_path):
    fill(tmp_path, "new")
    (tmp_path / ".writing-1-a" / "content").mkdir(parents=True)
    keep_only(tmp_path / "report.txt")
    assert os.listdir(tmp_path) == ["report.txt"]


def test_message_names_the_folder_that_was_asked_for(tmp_path):
    place = tmp_path / "results"

    def run():
        with new_folder(place, force=False) as folder:
            raise OSError(f"{folder / 'report.txt'} cannot be written: No space left on device.")

    with pytest.raises(OSError, match=f"^{place}/report.txt cannot be written"):
        run()
    assert os.listdir(tmp_path) == []
