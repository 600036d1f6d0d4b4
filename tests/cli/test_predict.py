"""``skdigits predict``, run as a user runs it."""

import contextlib
import csv
import io
import json
import math
import os
import pickle
import shutil
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from commands import assert_refused, photograph, run, start
from PIL import Image, ImageDraw
from sklearn.pipeline import make_pipeline

import skdigits
from skdigits._utils.wording import percent
from skdigits.io import load_model, save_model


def test_predict__without_a_model__reads_photographs(photos):
    result = run("predict", photos)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line[: len(f"{photos}/0.png: 0 (")] for line in lines] == [
        f"{photos / f'{label}.png'}: {label} (" for label in range(5)
    ]
    answers = json.loads(run("predict", photos, "--json").out)
    assert [answer["label"] for answer in answers] == list("01234")
    assert all(answer["findings"][0] == "dark on light: inverted" for answer in answers)


def test_predict__label_probability_and_runners_up(folder, images):
    path = images / "0" / "0.png"
    answer = json.loads(run("predict", "--model", folder, path, "--json").out)[0]
    best = [answer, *answer["runners_up"]]
    assert answer["file"] == str(path)
    assert len({each["label"] for each in best}) == 3
    model = load_model(folder / "model.safetensors")
    row = np.asarray(Image.open(path)).reshape(1, -1)
    expected = np.sort(model.predict_proba(row)[0])[::-1]
    np.testing.assert_allclose([each["probability"] for each in best], expected[:3])
    assert answer["score"] == pytest.approx(model.score_samples(row)[0])
    first, *others = [f"{each['label']} ({percent(each['probability'])})" for each in best]
    result = run("predict", "--model", folder, path)
    assert result == (0, f"{path}: {first}, then {', '.join(others)}\n", "")


def test_predict__files_folders_and_patterns_each_file_once(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(photos)
    for name in (".hidden.png", "notes.txt", "sub/9.png", "sub/sub/8.PNG", "[7].png"):
        path = photos / name
        path.parent.mkdir(parents=True, exist_ok=True)
        photograph(7).save(path, format="PNG")

    def read(*args):
        return [answer["file"] for answer in json.loads(run("predict", "--json", *args).out)]

    whole = ["0.png", "1.png", "2.png", "3.png", "4.png", "[7].png"]
    assert read(".") == whole
    assert read("*.png") == whole
    assert read("[34].png", "[7].png") == ["3.png", "4.png", "[7].png"]
    assert read("**/*.[pP][nN][gG]") == [*whole, "sub/9.png", "sub/sub/8.PNG"]
    assert read("sub/*") == ["sub/9.png"]
    assert read("3.png", "./3.png", photos / "3.png", ".") == ["3.png", *whole[:3], *whole[4:]]


def test_predict__names_of_no_file__are_named_and_the_others_read(photos, tmp_path):
    (tmp_path / "folder.png").mkdir()
    names = ["no.png", "no-*.png", "folder.png", 300 * "a"]
    result = run("predict", *(tmp_path / name for name in names), photos / "3.png")
    assert result.code == 1
    assert result.out.startswith(f"{photos / '3.png'}: 3 (")
    assert result.out.count("\n") == 1
    expected = ("no.png is missing", "no-*.png is missing", "has no image files", "name too long")
    lines = result.err.splitlines()
    assert len(lines) == len(expected)
    for line, words in zip(lines, expected, strict=True):
        assert line.startswith("skdigits: ")
        assert words in line


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_predict__pipe__is_not_waited_for(photos):
    os.mkfifo(photos / "pipe.png")
    assert_refused(run("predict", photos / "pipe.png"), 1, "is neither a file nor a folder")
    assert run("predict", photos).err == ""


def bomb(side):
    """The head of a PNG of so many pixels, and nothing of them."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b""))


@pytest.fixture
def bad_files(tmp_path):
    """Files that are no picture, and what is said of each."""
    png, jpeg, gif, tiff = (io.BytesIO() for _ in range(4))
    image = photograph(1)
    image.save(png, "PNG")
    image.save(jpeg, "JPEG")
    image.save(gif, "GIF", save_all=True, append_images=[photograph(2)])
    image.save(tiff, "TIFF", save_all=True, append_images=[photograph(2)])
    files = {
        "nothing.png": (b"", "is not an image (PNG, JPEG"),
        "cut.png": (png.getvalue()[:600], "is damaged"),
        "cut.jpg": (jpeg.getvalue()[:600], "is damaged"),
        "text.png": (b"not an image", "is not an image"),
        "pickle.png": (pickle.dumps(np.eye(3)), "is not an image"),
        "moving.gif": (gif.getvalue(), "is animated"),
        "pages.tiff": (tiff.getvalue(), "has several pages"),
        "bomb.png": (bomb(10_000), "bomb.png has more than 64,000,000 pixels"),
        "large-bomb.png": (bomb(100_000), "bomb.png has more than 64,000,000 pixels"),
    }
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)
    return {tmp_path / name: words for name, (_, words) in files.items()}


@pytest.mark.filterwarnings("default")
def test_predict__bad_files__are_named_and_the_others_read(bad_files, photos):
    good = photos / "3.png"
    result = run("predict", *bad_files, good)
    assert result.code == 1
    assert result.out.startswith(f"{good}: 3 (")
    assert result.out.count("\n") == 1
    lines = result.err.splitlines()
    assert len(lines) == len(bad_files)
    for line, (path, words) in zip(lines, bad_files.items(), strict=True):
        assert line.startswith(f"skdigits: {path}")
        assert words in line
    answers = json.loads(run("predict", *bad_files, good, "--json").out)
    assert len({tuple(answer) for answer in answers}) == 1
    for line, answer in zip(lines, answers, strict=False):
        assert line == f"skdigits: {answer['error']}"
        assert answer["label"] is None
    assert answers[-1]["error"] is None


def test_predict__model_of_another_size__reads_files_of_that_size_only(folder, bad_files, images):
    good = images / "1" / "1.png"
    result = run("predict", "--model", folder, *bad_files, good)
    assert result.code == 1
    assert result.out.startswith(f"{good}: ")
    lines = result.err.splitlines()
    assert len(lines) == len(bad_files)
    for path, line in zip(bad_files, lines, strict=True):
        assert path.name in line
    assert "has 200x120 pixels instead of 8x8: give images of that size" in lines[1]
    assert "has 10000x10000 pixels instead of 8x8" in lines[-2]
    assert "has more than 64,000,000 pixels" in lines[-1]
    result = run("predict", "--model", folder, good, "--explain")
    assert_refused(result, 2, "--explain", "8x8")


def test_predict__any_kind_of_grey_or_colour_reads_the_same(folder, images, tmp_path):
    grey = Image.open(images / "2" / "2.png")
    white_ink = Image.merge("LA", (Image.new("L", (8, 8), 255), grey))
    sixteen_bits = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    kinds = {
        "colour.png": grey.convert("RGB"),
        "opaque.png": grey.convert("RGBA"),
        "palette.gif": grey.convert("P"),
        "transparent.png": white_ink.convert("RGBA"),
        "grey.tiff": grey,
        "grey.bmp": grey,
        "deep.png": sixteen_bits,
    }
    for name, image in kinds.items():
        image.save(tmp_path / name)
    paths = [images / "2" / "2.png", *(tmp_path / name for name in kinds)]
    answers = json.loads(run("predict", "--model", folder, *paths, "--json").out)
    assert len({answer["probability"] for answer in answers}) == 1


def test_predict__two_classes__have_one_runner_up(tmp_path, two_digits):
    classifier = skdigits.CNNDigitClassifier(max_epochs=10, random_state=0).fit(*two_digits)
    save_model(classifier, tmp_path / "model")
    Image.new("L", (8, 8)).save(tmp_path / "blank.png")
    args = ("predict", "--model", tmp_path / "model", tmp_path / "blank.png", "--json")
    answer = json.loads(run(*args).out)[0]
    assert {answer["label"], *(each["label"] for each in answer["runners_up"])} == {"0", "1"}


def test_predict__blank_paper__has_no_digit(tmp_path):
    path = tmp_path / "blank.png"
    Image.new("L", (90, 60), 200).save(path)
    assert run("predict", path) == (0, f"{path}: no ink found\n", "")
    assert json.loads(run("predict", path, "--json").out) == [
        {
            "file": str(path),
            "label": None,
            "probability": None,
            "runners_up": [],
            "score": None,
            "like_a_digit": False,
            "several": False,
            "rejected": False,
            "findings": ["empty: no ink found"],
            "error": None,
        }
    ]


def test_predict__own_model__is_normalised_for_once(own_models, photos):
    folder, models = own_models
    paths = sorted(photos.iterdir())
    found = {
        name: [
            answer["probability"]
            for answer in json.loads(run("predict", "--model", folder / name, *paths, "--json").out)
        ]
        for name in models
    }
    reader = make_pipeline(skdigits.DigitNormalizer(), models["rows"])
    np.testing.assert_allclose(found["rows"], reader.predict_proba(paths).max(1), rtol=1e-5)
    for name in ("pictures", "careful"):
        expected = models[name].predict_proba(paths).max(1)
        np.testing.assert_allclose(found[name], expected, rtol=1e-5)


def test_predict__what_a_selective_model_rejects(own_models, photos, tmp_path):
    careful = load_model(own_models[0] / "careful")
    careful.threshold_ = math.inf
    save_model(careful, tmp_path / "model")
    args = ("predict", "--model", tmp_path / "model", photos / "2.png")
    reject = str(careful.reject_label_)
    answer = json.loads(run(*args, "--json").out)[0]
    assert answer["label"] == reject
    assert answer["runners_up"][0]["label"] == "2"
    assert answer["probability"] == answer["runners_up"][0]["probability"]
    assert len(answer["runners_up"]) == 2
    assert run(*args).out.startswith(f"{photos / '2.png'}: {reject} (best guess 2, ")


def test_predict__what_is_not_like_a_digit(folder, images, tmp_path):
    noise = np.random.default_rng(0).integers(0, 2, (8, 8), dtype=np.uint8) * 255
    Image.fromarray(noise).save(tmp_path / "noise.png")
    args = ("predict", "--model", folder, tmp_path / "noise.png")
    answer = json.loads(run(*args, "--json").out)[0]
    assert answer["score"] < 0
    assert answer["like_a_digit"] is False
    assert run(*args).out.endswith(" %), but not like a digit\n")


def test_predict__csv_says_what_json_says(photos, tmp_path):
    args = ("predict", photos, tmp_path / 'no, "none".png')
    table, documents = run(*args, "--csv"), json.loads(run(*args, "--json").out)
    assert table.code == 1
    header = "file,label,probability,score,like_a_digit,several,rejected,error"
    assert table.out.splitlines()[0] == header
    rows = list(csv.DictReader(io.StringIO(table.out)))
    assert rows == [
        {name: "" if document[name] is None else str(document[name]) for name in rows[0]}
        for document in documents
    ]


def test_predict__max_error_rate(photos):
    result = run("predict", photos, "--max-error-rate", "0.1", "--json")
    assert result.code == 0
    careful = skdigits.load_pretrained(max_error_rate=0.1)
    for answer in json.loads(result.out):
        rejected = answer["probability"] < careful.threshold_ or not answer["like_a_digit"]
        assert (answer["label"] == str(careful.reject_label_)) == answer["rejected"] == rejected
    assert_refused(run("predict", photos, "--max-error-rate", "1e-9"), 1, "cannot be promised")


def test_predict__explain(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(photos)
    (photos / "sub").mkdir()
    photograph(7).save("sub/3.png")
    Image.new("L", (28, 28)).save("3-steps.png")
    before = Path("3-steps.png").read_bytes()
    result = run("predict", "3.png", "3-steps.png", "sub", "--explain")
    assert result.code == 0
    said = {
        "3.png": "3-steps-2.png",
        "3-steps.png": "3-steps-steps.png",
        "sub/3.png": "3-steps-3.png",
    }
    assert result.err == "".join(
        f"skdigits: The steps of {name} are in {path}.\n" for name, path in said.items()
    )
    lines = result.out.splitlines()
    assert lines[0].startswith("3.png: 3 (")
    assert lines[1] == "    dark on light: inverted"
    at = lines.index("3-steps.png: no ink found")
    assert lines[at + 1] == "    empty: no ink found"
    assert Path("3-steps.png").read_bytes() == before
    made = {path.name for path in photos.glob("*-steps*")}
    assert made == {"3-steps.png", "3-steps-2.png", "3-steps-steps.png", "3-steps-3.png"}
    for name in made - {"3-steps.png"}:
        with Image.open(name) as picture:
            assert picture.width >= 900
    assert plt.get_fignums() == []


def test_predict__explain__picture_that_cannot_be_written(photos, monkeypatch):
    monkeypatch.chdir(photos)
    name = 248 * "a" + ".png"
    photograph(3).save(name)
    result = run("predict", name, "--explain")
    assert result.code == 1
    assert result.out.startswith(f"{name}: 3 (")
    steps = f"{name.removesuffix('.png')}-steps.png"
    assert result.err == f"skdigits: {steps} cannot be written: File name too long.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only there may a name hold anything")
def test_predict__names_that_are_no_text(photos):
    odd = os.fsencode(photos) + b"/line\nbreak \x1b[31m \xff.png"
    os.rename(photos / "3.png", odd)
    text = run("predict", photos).out
    assert r"/line\nbreak \x1b[31m \udcff.png: 3 (" in text
    assert text.count("\n") == 5
    assert r"/line\nbreak \x1b[31m \udcff.png,3," in run("predict", photos, "--csv").out
    assert os.fsencode(json.loads(run("predict", photos, "--json").out)[-1]["file"]) == odd
    os.truncate(odd, 9)
    assert r"/line break \x1b[31m \udcff.png is not an image" in run("predict", photos).err


@pytest.mark.slow
def test_predict__interrupted__keeps_what_was_said(photos):
    for copy in range(500):
        shutil.copy(photos / "0.png", photos / f"copy-{copy}.png")
    with start("predict", photos, stderr=subprocess.PIPE) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == "skdigits: interrupted\n"
    lines = (first + out).splitlines()
    assert 0 < len(lines) < 505
    assert all(line.endswith(" %)") for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("all_of_it", [True, False])
def test_predict__on_a_terminal__shows_a_bar(photos, all_of_it):
    terminal, its_end = pytest.importorskip("pty").openpty()
    streams = {"stdout": its_end} if all_of_it else {}
    with start("predict", photos, stderr=its_end, **streams) as process:
        os.close(its_end)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's end
            while part := os.read(terminal, 1000):
                shown += part
        said = shown.decode() if all_of_it else process.stdout.read()
    os.close(terminal)
    assert process.returncode == 0
    assert "reading" in shown.decode()
    assert [f"{label}.png: {label} (" in said for label in range(5)] == 5 * [True]
    if not all_of_it:
        assert "\x1b" not in said
        assert said.count("\n") == 5


def test_predict__several_digits_side_by_side__are_told_everywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.hstack([np.asarray(photograph(label)) for label in (3, 4)])).save("two.png")
    assert run("predict", "two.png").out.endswith("perhaps several digits\n")
    assert json.loads(run("predict", "two.png", "--json").out)[0]["several"] is True
    (row,) = csv.DictReader(io.StringIO(run("predict", "two.png", "--csv").out))
    assert row["several"] == "True"


def test_predict__max_error_rate__rejects_what_is_not_like_a_digit(tmp_path):
    star = Image.new("L", (100, 100))
    pen = ImageDraw.Draw(star)
    for ends in ((5, 50, 95, 50), (50, 5, 50, 95), (15, 15, 85, 85), (15, 85, 85, 15)):
        pen.line(ends, fill=255, width=6)
    star.save(tmp_path / "star.png")
    out = run("predict", tmp_path / "star.png", "--max-error-rate", "0.1").out
    assert out.startswith(f"{tmp_path / 'star.png'}: ? (best guess ")
    assert "not like a digit" in out


def test_predict__several_digits__are_said_at_once_and_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    two = np.hstack([np.asarray(photograph(label)) for label in (3, 4)])
    for name in ("a.png", "b.png"):
        Image.fromarray(two).save(name)
    (tmp_path / "c.png").touch()
    result = run("predict", "a.png", "b.png", "c.png")
    first, second = result.err.splitlines()
    assert first == "skdigits: a.png may hold several digits: use skdigits read to read numbers."
    assert second.startswith("skdigits: c.png is not an image")
    assert run("predict", "a.png", "--quiet").err == ""


@pytest.fixture
def mixed(photos):
    """A folder with two photographs, files of other kinds, and sub-folders with photographs."""
    for label in (2, 3, 4):
        (photos / f"{label}.png").unlink()
    for name in ("scan.PDF", "notes.txt", "README", ".DS_Store", "more.pdf"):
        (photos / name).touch()
    for folder in ("a", "b", "b/c", ".cache"):
        (photos / folder).mkdir()
        photograph(5).save(photos / folder / "5.png")
    return photos


def test_predict__folder__counts_what_is_skipped_and_names_sub_folders(mixed):
    result = run("predict", mixed)
    assert result.code == 0
    assert result.out.count("\n") == 2
    skipped, folders = result.err.splitlines()
    assert skipped == (
        "skdigits: 4 files skipped (.pdf, .txt, without ending): convert pictures to JPEG or PNG."
    )
    assert folders == "skdigits: 2 sub-folders not read (a, b): add -r to read sub-folders."
    assert run("predict", mixed, "-q") == (0, result.out, "")
    for name in ("scan.PDF", "more.pdf", "README"):
        (mixed / name).unlink()
    assert run("predict", mixed).err.startswith("skdigits: 1 file skipped (.txt).\n")
    assert "1 sub-folder not read (b)" in run("predict", mixed, mixed / "a").err


def test_predict__recursive__reads_sub_folders_that_are_not_hidden(mixed):
    (mixed / "a" / "loop").symlink_to(mixed)
    whole = run("predict", mixed, "-r")
    read = [line.split(": ")[0] for line in whole.out.splitlines()]
    names = ("0.png", "1.png", "a/5.png", "b/5.png", "b/c/5.png")
    assert read == [str(mixed / name) for name in names]
    assert "sub-folder" not in whole.err
    assert run("predict", mixed, "--recursive") == whole


def test_predict__folder_without_pictures__says_what_is_there(mixed):
    for label in (0, 1):
        (mixed / f"{label}.png").unlink()
    result = run("predict", mixed)
    assert (result.code, result.out) == (1, "")
    assert [line.removeprefix("skdigits: ")[:9] for line in result.err.splitlines()] == [
        "4 files s",
        "2 sub-fol",
        str(mixed)[:9],
    ]
    assert result.err.endswith(f"{mixed} has no image files.\n")


def test_predict__stdin(photos, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def give(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    give((photos / "3.png").read_bytes())
    result = run("predict", "-", photos / "4.png", "--explain")
    assert [line[:8] for line in result.out.splitlines() if line[0] != " "] == [
        "stdin: 3",
        str(photos)[:8],
    ]
    assert {path.name for path in tmp_path.glob("*.png")} == {"stdin-steps.png", "4-steps.png"}
    give(b"no picture")
    assert_refused(run("predict", "-"), 1, "stdin is not an image (PNG, JPEG")


def test_predict__jsonl_has_the_objects_of_json(photos, tmp_path):
    args = ("predict", photos, tmp_path / "none.png")
    documents, lines = run(*args, "--json").out, run(*args, "--jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(documents)
    assert documents == "[\n" + ",\n".join(lines) + "\n]\n"
    assert len(lines) == 6


def test_predict__device__gives_the_same_answers(photos, own_models):
    for options in ([], ["--max-error-rate", "0.1"], ["--model", own_models[0] / "careful"]):
        args = ("predict", photos, *options, "--json")
        before, after = (json.loads(run(*args, *more).out) for more in ([], ["--device", "cpu"]))
        for a, b in zip(before, after, strict=True):
            assert a["label"] == b["label"]
            assert a["probability"] == pytest.approx(b["probability"], abs=1e-4)
    result = run("predict", photos, "--device", "cuda:99")
    assert_refused(result, 2, "--device='cuda:99' is not available here")


def test_predict__heic_without_its_package__says_what_to_install(photos, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.setattr("skdigits.cli._files.are_installed", lambda packages: False)
    (photos / "photo.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(12))
    advice = "1 file skipped (.heic): convert pictures to JPEG or PNG, or pip install pillow-heif"
    assert advice in run("predict", photos).err
    result = run("predict", photos / "photo.HEIC")
    assert_refused(result, 1, "it is HEIC, so convert it to JPEG or pip install pillow-heif")


def test_predict__heic(photos, tmp_path):
    heif = pytest.importorskip("pillow_heif")
    heif.from_pillow(photograph(3).convert("RGB")).save(photos / "photo.heic")
    whole = (photos / "photo.heic").read_bytes()
    (photos / "cut.heic").write_bytes(whole[: len(whole) // 2])
    result = run("predict", photos)
    assert f"{photos / 'photo.heic'}: 3 (" in result.out
    assert result.err.startswith(f"skdigits: {photos / 'cut.heic'} is damaged: ")
    assert "HEIF" not in Image.OPEN  # nothing is registered for the whole process


def test_predict__heic__too_many_pixels(tmp_path, monkeypatch):
    heif = pytest.importorskip("pillow_heif")
    heif.from_pillow(Image.new("RGB", (200, 200), "white")).save(tmp_path / "large.heic")
    monkeypatch.setattr("skdigits.normalizer._opening.MOST_OF_HEIC", 39_999)
    result = run("predict", tmp_path / "large.heic")
    assert_refused(result, 1, "large.heic has more than 39,999 pixels")


def test_predict__what_cannot_be_read__does_not_keep_the_others_from_being_read(photos):
    (photos / "dangling.png").symlink_to("nowhere.png")
    address = "https://example.org/digit.png"
    result = run("predict", photos / "dangling.png", address, photos / "3.png")
    assert result.code == 1
    assert result.out.startswith(f"{photos / '3.png'}: 3 (")
    first, second = result.err.splitlines()
    assert "dangling.png is missing" in first
    assert second == f"skdigits: {address} is a URL, which cannot be read: download it first."
