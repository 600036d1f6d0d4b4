"""``skdigits read``, run as a user runs it."""

import copy
import csv
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from commands import assert_refused, photograph, run
from matplotlib.colors import to_rgb
from PIL import Image

from skdigits.displays._shared import BLUE, VERMILION
from skdigits.io import load_reader, save_model


@pytest.fixture(scope="session")
def model(number_reader, tmp_path_factory):
    """The file of a reader."""
    path = tmp_path_factory.mktemp("reader") / "reader.safetensors"
    save_model(number_reader, path)
    return path


@pytest.fixture
def reader(number_reader):
    """What is in the file."""
    return copy.copy(number_reader)


@pytest.fixture
def scans(numbers, tmp_path):
    """A folder of pictures of numbers, 0.png to 4.png."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for index, picture in enumerate(numbers[0][:5]):
        Image.fromarray(picture).save(folder / f"{index}.png")
    return folder


def said(reader, folder):
    """What is to be printed of the pictures in a folder."""
    paths = sorted(folder.iterdir())
    readings = reader.read_many(paths)
    return "".join(f"{path}: {each}\n" for path, each in zip(paths, readings, strict=True))


# What is read


def test_read__one_line_a_picture(model, reader, scans):
    result = run("read", "--model", model, scans)
    assert result == (0, said(reader, scans), "")


def test_read__what_cannot_be_read_is_named_and_the_others_are_read(model, reader, scans):
    expected = said(reader, scans)
    (scans / "cut.png").write_bytes((scans / "0.png").read_bytes()[:60])
    result = run("read", "--model", model, scans / "no-*.png", scans)
    assert result.code == 1
    assert result.out == expected
    first, second = result.err.splitlines()
    assert "no-*.png is missing" in first
    assert "cut.png is damaged" in second


def test_read__blank_paper(model, tmp_path):
    Image.new("L", (90, 60), 200).save(tmp_path / "blank.png")
    result = run("read", "--model", model, tmp_path / "blank.png")
    assert result == (0, f"{tmp_path / 'blank.png'}: no number found\n", "")


def test_read__json(model, reader, scans):
    result = run("read", "--model", model, scans, scans / "none.png", "--json")
    assert result.code == 1
    missing, *documents = json.loads(result.out)
    assert (missing["file"], missing["text"]) == (str(scans / "none.png"), "")
    assert "is missing" in missing["error"]
    for path, document in zip(sorted(scans.iterdir()), documents, strict=True):
        reading = reader.read(path)
        assert document["file"] == str(path)
        for key in ("text", "best_unconstrained", "rejected", "error"):
            assert document[key] == getattr(reading, key)
        assert document["confidence"] == pytest.approx(reading.confidence, abs=1e-5)
        assert document["box"] == list(reading.box)
        for found, digit in zip(document["digits"], reading.digits, strict=True):
            assert found == {
                "label": digit.label,
                "probability": pytest.approx(digit.probability, abs=1e-5),
                "doubtful": digit.doubtful,
                "box": list(digit.box),
            }


def test_read__csv_says_what_json_says(model, scans):
    args = ("read", "--model", model, scans, scans / 'no, "none".png')
    table, documents = run(*args, "--csv"), json.loads(run(*args, "--json").out)
    assert table.code == 1
    rows = list(csv.DictReader(io.StringIO(table.out)))
    header = "file,text,confidence,best_unconstrained,rejected,error"
    assert table.out.splitlines()[0] == header
    assert rows == [
        {name: "" if document[name] is None else str(document[name]) for name in rows[0]}
        for document in documents
    ]


def test_read__jsonl_has_the_objects_of_json(model, scans):
    args = ("read", "--model", model, scans, scans / "none.png")
    documents, lines = run(*args, "--json").out, run(*args, "--jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(documents)
    assert documents == "[\n" + ",\n".join(lines) + "\n]\n"


def test_read__stdin(model, reader, scans, monkeypatch, tmp_path):
    content = (scans / "0.png").read_bytes()
    for page in ([], ["--page"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        args = ("read", "--model", model, "-", *page, "--annotate", tmp_path / "made", "--force")
        result = run(*args)
        assert result.err == f"skdigits: 1 picture with boxes in {tmp_path / 'made'}.\n"
        assert result.out.startswith("stdin: ")
        assert page or result.out == f"stdin: {reader.read(scans / '0.png')}\n"
        assert [path.name for path in (tmp_path / "made").iterdir()] == ["stdin.png"]


def test_read__sub_folders_device_and_quiet(model, reader, scans):
    expected = said(reader, scans)
    (scans / "sub").mkdir()
    (scans / "0.png").rename(scans / "sub" / "0.png")
    (scans / "list.pdf").touch()
    args = ("read", "--model", model, scans, "--device", "cpu")
    result = run(*args)
    assert [line.split(" (")[0] for line in result.err.splitlines()] == [
        "skdigits: 1 file skipped",
        "skdigits: 1 sub-folder not read",
    ]
    result = run(*args, "-r", "-q")
    assert result.err == ""
    assert sorted(result.out.replace("/sub/", "/").splitlines()) == expected.splitlines()


# What is known


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        (["--length", "1"], {"length": 1}),
        (["--length", "2-3"], {"length": (2, 3)}),
        (["--pattern", "1d-d"], {"pattern": "1d-d"}),
        (["--checksum", "luhn"], {"checksum": "luhn"}),
        (["--checksum", "mod97"], {"checksum": "mod97"}),
        (["--checksum", "isbn10"], {"checksum": "isbn10"}),
        (["--checksum", "isbn13"], {"checksum": "isbn13"}),
        (["--min-value", "20"], {"min_value": 20}),
        (["--max-value", "19", "--length", "2"], {"max_value": 19, "length": 2}),
        (["--separators"], {"separators": True}),
        (["--max-error-rate", "0.6"], {"max_error_rate": 0.6}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_read__what_is_known_is_used(model, reader, scans, options, parameters):
    expected = said(reader.set_params(**parameters), scans)
    assert run("read", "--model", model, scans, *options) == (0, expected, "")


def test_read__list_of_numbers(model, reader, scans, tmp_path):
    codes = tmp_path / "codes.txt"
    codes.write_text("1-7\n8\n\n90\n")
    expected = said(reader.set_params(allowed=["1-7", "8", "90"]), scans)
    assert run("read", "--model", model, scans, "--allowed", codes) == (0, expected, "")
    result = run("read", "--model", model, scans, "--allowed", tmp_path / "none.txt")
    assert_refused(result, 1, "none.txt", "cannot be read")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--json", "--csv"], "Give only one of --json and --csv"),
        (["--length", "five"], "--length must be a number, or a range such as 3-6, got 'five'"),
        (["--length", "-3"], "--length must be a number"),
        (["--length", "6-3"], "--length must be a number, or a range such as 3-6, got '6-3'"),
        (["--pattern", "year"], "is not a pattern"),
        (["--checksum", "md5"], "luhn, isbn10, isbn13 or mod97"),
        (["--min-value", "-1"], "--min-value"),
        (["--min-value", "9", "--max-value", "8"], "is larger than max_value"),
        (["--pattern", "dd", "--length", "5"], "No number satisfies length, pattern together"),
        (["--max-error-rate", "1"], "--max-error-rate is between 0 and 1"),
        (["--max-error-rate", "1e-6"], "cannot be promised"),
        (["--force"], "--force is for --annotate"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_read__wrong_usage(model, scans, options, words):
    assert_refused(run("read", "--model", model, scans, *options), 2, words)


# The model


def test_read__models_that_read_something_else(folder, model, scans):
    result = run("read", "--model", folder, scans)
    assert_refused(
        result, 1, str(folder), "reads single digits, not numbers", "use skdigits predict"
    )
    result = run("predict", "--model", model, scans)
    assert_refused(result, 1, "reader.safetensors holds a DigitReader", "skdigits read")
    assert_refused(run("read", "--model", scans / "0.png", scans), 1, "0.png")


# Pictures of what was read


def colours(path):
    """How many pixels of a picture have each of the two colours."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    return [
        int((abs(pixels - np.rint(255 * np.array(to_rgb(colour)))).max(-1) < 9).sum())
        for colour in (BLUE, VERMILION)
    ]


def test_read__annotate(model, scans, tmp_path):
    Image.new("L", (90, 60), 200).save(scans / "blank.jpg")
    args = ("read", "--model", model, scans, "--json", "--annotate", tmp_path / "new" / "checked")
    result = run(*args)
    assert result.code == 0
    assert result.err == f"skdigits: 6 pictures with boxes in {tmp_path / 'new' / 'checked'}.\n"
    made = sorted((tmp_path / "new" / "checked").iterdir())
    assert [path.name for path in made] == [*(f"{i}.png" for i in range(5)), "blank.png"]
    for path, document in zip(made, json.loads(result.out), strict=True):
        blue, vermilion = colours(path)
        doubts = [digit["doubtful"] for digit in document["digits"]]
        assert (blue > 0) == (False in doubts)
        assert (vermilion > 0) == (True in doubts)
        with Image.open(path) as picture:
            assert 600 <= picture.width <= 1600


def test_read__annotate__doubts_have_another_colour(number_reader, scans, tmp_path):
    careful = copy.copy(number_reader).set_params(min_probability=1 - 1e-9)
    save_model(careful, tmp_path / "careful")
    args = ("read", "--model", tmp_path / "careful", scans, "--annotate", tmp_path / "checked")
    out = run(*args).out
    assert "?" in out
    for line in out.splitlines():
        path, text = line.split(": ", 1)
        _, vermilion = colours(tmp_path / "checked" / Path(path).name)
        assert (vermilion > 0) == ("?" in text)


def test_read__annotate__replaces_nothing_unless_asked_to(model, scans, tmp_path):
    args = ("read", "--model", model, scans / "0.png", "--annotate", tmp_path / "checked")
    assert run(*args).code == 0
    notes, made = tmp_path / "checked" / "notes.txt", tmp_path / "checked" / "0.png"
    notes.write_text("mine")
    made.write_bytes(b"old")
    assert_refused(run(*args), 1, "checked is not empty", "--force")
    assert made.read_bytes() == b"old"
    assert run(*args, "--force").code == 0
    assert colours(made)[0] > 0
    assert notes.read_text() == "mine"
    assert_refused(run(*args[:-1], notes), 1, "notes.txt is a file")
    assert_refused(run(*args[:-1], notes / "new"), 1, "new cannot be written")


def test_read__annotate__never_replaces_a_picture_that_is_read(model, scans):
    (scans / "sub").mkdir()
    photograph(7).save(scans / "sub" / "0.PNG")
    before = {path: path.read_bytes() for path in scans.glob("**/*.*")}
    args = ("read", "--model", model, scans, scans / "sub", "--annotate", scans, "--force")
    result = run(*args)
    assert result.code == 0
    assert result.err == f"skdigits: 6 pictures with boxes in {scans}.\n"
    assert {path: path.read_bytes() for path in before} == before
    made = {path.name for path in scans.glob("*.png")} - {path.name for path in before}
    assert made == {f"{i}-2.png" for i in range(5)} | {"0-3.png"}


def test_read__annotate__picture_that_cannot_be_written(model, reader, scans, tmp_path):
    long = scans / f"{250 * 'a'}.png"
    (scans / "0.png").rename(long)
    (tmp_path / "checked").mkdir()
    (tmp_path / "checked" / long.name).mkdir()
    args = ("read", "--model", model, scans, "--annotate", tmp_path / "checked", "--force")
    result = run(*args)
    assert result.code == 1
    assert result.out == said(reader, scans)
    problem, saved = result.err.splitlines()
    assert f"{long.name} cannot be written" in problem
    assert saved == f"skdigits: 4 pictures with boxes in {tmp_path / 'checked'}."
    assert len(list((tmp_path / "checked").glob("?.png"))) == 4


# From the other command


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_predict__several_digits__name_this_command(form, tmp_path):
    two = np.hstack([np.asarray(photograph(label)) for label in (3, 4)])
    for name in ("a.png", "b.png"):
        Image.fromarray(two).save(tmp_path / name)
    result = run("predict", tmp_path, *form)
    assert result.code == 0
    assert result.err.count("\n") == 1
    assert "skdigits read" in result.err


# A page, the reader that comes with the package, the other engine


def test_read__page(model, reader, numbers, tmp_path):
    two = [picture for picture, text in zip(*numbers, strict=True) if len(text) == 2]
    sheet = np.full((340, 500), 255, dtype=np.uint8)
    for index, picture in enumerate(two[:4]):
        height, width = picture.shape
        top, left = 20 + 160 * (index // 2), 20 + 280 * (index % 2)
        sheet[top : top + height, left : left + width] = picture
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    Image.new("L", (90, 60), 200).save(tmp_path / "blank.png")
    expected = reader.read_page(tmp_path / "sheet.png")
    assert len(expected) == 4
    args = ("read", "--model", model, "--page", tmp_path / "blank.png", tmp_path / "sheet.png")
    lines = [f"{tmp_path / 'blank.png'}: no number found"]
    lines += [f"{tmp_path / 'sheet.png'}: {reading}" for reading in expected]
    assert run(*args) == (0, "".join(f"{line}\n" for line in lines), "")
    documents = json.loads(run(*args, "--json", "--annotate", tmp_path / "checked").out)
    assert [document["box"] for document in documents[1:]] == [list(r.box) for r in expected]
    blue, vermilion = colours(tmp_path / "checked" / "sheet.png")
    assert blue + vermilion > 0
    (tmp_path / "broken.png").write_bytes(b"")
    result = run(*args, tmp_path / "broken.png")
    assert result.code == 1
    assert result.out.count("\n") == 5
    assert "broken.png" in result.err


def test_read__the_reader_that_comes_with_the_package(scans):
    assert run("read", scans) == (0, said(load_reader(), scans), "")


def test_read__engine_that_is_not_installed(scans, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    result = run("read", scans, "--engine", "rapidocr")
    assert_refused(result, 2, "skdigits[ocr]")


def test_read__boxes_of_a_large_picture_stand_where_its_digits_are(model, numbers, tmp_path):
    small = Image.fromarray(numbers[0][0])
    small.resize((small.width * 40, small.height * 40)).save(tmp_path / "large.png")
    args = ("read", "--model", model, tmp_path / "large.png", "--annotate", tmp_path / "checked")
    assert run(*args).code == 0
    blue, vermilion = colours(tmp_path / "checked" / "large.png")
    assert blue + vermilion > 0
