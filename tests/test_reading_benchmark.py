"""The benchmark of readers of numbers: what it counts, and the tables it prints."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))  # last: an installed skdigits goes before the checkout's

# After the path is set, so not at the top (E402).
from examples.benchmarks import reading  # noqa: E402


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [("", "", 0), ("12", "12", 0), ("12", "", 2), ("1928", "928", 1), ("1948", "11943", 2)],
)
def test_distance(a, b, edits):
    assert reading.distance(a, b) == reading.distance(b, a) == edits


def test_figures_of_a_reader_that_is_right_when_sure():
    said = [
        reading.Answer(text, c) for text, c in [("1", 0.9), ("23", 0.8), ("4", 0.3), ("5", 0.1)]
    ]
    answers = iter(said)
    found = reading.measure(
        lambda picture, length: next(answers), range(4), ["1", "23", "5", "6"], ""
    )
    assert (found["n"], found["exact"], found["read"]) == (4, 50, 50)
    assert found["digit_errors"] == 100 * 2 / 5
    assert found["ms"][1] <= found["ms"][0] <= found["ms"][2]


def test_sets_and_table(tmp_path):
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((20, 40), 255, dtype=np.uint8)).save(tmp_path / name)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "label"], ["a.png", "12"], ["b.png", "3-4"]])
    sets = reading.find_sets([tmp_path], 0)
    assert sets == {tmp_path.name: ([str(tmp_path / "a.png")], ["12"])}
    pictures, strings = sets[tmp_path.name]
    found = reading.measure(reading.find_readers()["skdigits"], pictures, strings, "")
    assert found["exact"] == 0
    text = reading.table(
        {"circumstances": {"processor": "Abacus"}, "sets": {"mine": {"skdigits": found}}}
    )
    assert "mine, 1 pictures" in text
    assert "| skdigits | 0.0 | 100.0 | 0 |" in text
    assert "Abacus" in text
