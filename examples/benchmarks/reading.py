"""Read numbers with skdigits and its peers, on pictures of your own and on composed ones.

    python -m examples.benchmarks.reading FOLDER... --output benchmark_results

Run it in the repository's root. Each FOLDER contains pictures and a table labels.csv with the
columns "file" and "label"; labels that are not plain numbers are skipped. Numbers composed of
MNIST's test images are also read. Peers that are not installed are skipped:
``pip install "skdigits[ocr]"`` installs PP-OCRv6, and Tesseract is a program of that name.
"""

import argparse
import csv
import json
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from examples.benchmarks.circumstances import processor, versions
from examples.train_reader import CLEAN
from skdigits import DigitReader, load_reader
from skdigits.datasets import compose_strings, fetch_mnist
from skdigits.normalizer import read_picture
from skdigits.numbers import _ocr
from skdigits.numbers._constraints import constraint
from skdigits.numbers._decoding import best_path, decode, without_others

LIMIT = 0.01  # share of wrong readings, for the read rate
HEAD = ["reader", "exact %", "digit errors %", "read at 1 % errors %", "ms per picture"]
LEGEND = """- *exact*: numbers that are read completely correctly.
- *digit errors*: digits to change, add or remove, as a share of all digits.
- *read at 1 % errors*: the largest share of the pictures, the most confident readings first, of
  which at most 1 % are misread.
- *ms per picture*: median and quartiles, with the time to open the file.
- *RapidOCR*: PP-OCRv6 as its users call it; *masked*: its output limited to digits.
- *length given*: the reader knows the number of digits."""


class Answer(NamedTuple):
    """A reading and its confidence."""

    text: str
    confidence: float


def skdigits_reader(reader, with_length):
    """Return a function of a picture and a length that reads with a DigitReader."""

    def read(picture, length):
        found = reader.set_params(length=length if with_length else None).read(picture)
        return Answer("".join(digit.label for digit in found.digits), found.confidence)

    return read


def rapidocr_reader(with_detector):
    """Return RapidOCR as its users call it; characters that are not digits are dropped."""
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(picture, length):
        image = np.stack([as_bytes(picture)] * 3, axis=2)
        found = engine(image, use_det=with_detector, use_cls=with_detector, use_rec=True)
        text = "".join(found.txts or ())
        return Answer(
            "".join(filter(str.isascii, filter(str.isdigit, text))), min(found.scores or [0])
        )

    return read


def masked_rapidocr(with_length):
    """Return PP-OCRv6's recogniser on the whole picture, its output limited to digits."""
    recognise = _ocr.load_recogniser(1)

    def read(picture, length):
        image = Image.fromarray(as_bytes(picture))
        width = max(48, round(image.width * 48 / image.height))
        strip = np.asarray(image.resize((width, 48), Image.Resampling.BILINEAR))
        log_probabilities, _ = without_others(recognise(strip))
        if with_length:
            found = decode(log_probabilities, constraint(length=length).automaton)
        else:
            found = best_path(log_probabilities)
        return Answer(found.text or "", found.confidence)

    return read


def tesseract(picture, length):
    """Read with the program tesseract, set to one line of digits."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        Image.fromarray(as_bytes(picture)).save(file)
        command = ["tesseract", file.name, "-", "--psm", "7", "-c"]
        command += ["tessedit_char_whitelist=0123456789"]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Answer("".join(filter(str.isdigit, out)), 1.0)


def as_bytes(picture):
    """Return a picture's grey levels, from 0 for black to 255 for white."""
    return np.rint(255 * read_picture(picture)).astype(np.uint8)


def find_readers():
    """Return the readers by name."""
    ours = load_reader()
    readers = {
        "skdigits": skdigits_reader(ours, False),
        "skdigits, length given": skdigits_reader(load_reader(), True),
    }
    if find_spec("rapidocr") and find_spec("onnxruntime"):
        readers |= {
            "RapidOCR, recogniser": rapidocr_reader(False),
            "RapidOCR, recogniser, masked": masked_rapidocr(False),
            "RapidOCR, recogniser, length given": masked_rapidocr(True),
            "RapidOCR with detector": rapidocr_reader(True),
            'engine="rapidocr"': skdigits_reader(DigitReader(engine="rapidocr"), False),
            'engine="rapidocr", length given': skdigits_reader(
                DigitReader(engine="rapidocr"), True
            ),
        }
    if shutil.which("tesseract"):
        readers["Tesseract"] = tesseract
    return readers


def find_sets(folders, n_strings):
    """Return pictures and strings by the name of their set."""
    sets = {}
    for folder in folders:
        with (folder / "labels.csv").open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["label"].isdigit()]
        sets[folder.name] = (
            [str(folder / row["file"]) for row in rows],
            [row["label"] for row in rows],
        )
    if n_strings:
        X, y = fetch_mnist("test", return_X_y=True)
        for name, amounts in (("composed, clean", CLEAN), ("composed, hard", {})):
            sets[name] = compose_strings(X, y, n_strings, lengths=5, random_state=0, **amounts)
    return sets


def measure(read, pictures, strings, name):
    """Return the figures of a reader on a set."""
    answers, seconds = [], []
    for picture, string in zip(tqdm(pictures, name, disable=None), strings, strict=True):
        start = time.perf_counter()
        answers.append(read(picture, len(string)))
        seconds.append(time.perf_counter() - start)
    is_right = np.array([a.text == s for a, s in zip(answers, strings, strict=True)])
    errors = sum(distance(a.text, s) for a, s in zip(answers, strings, strict=True))
    order = np.argsort([-answer.confidence for answer in answers], kind="stable")
    wrong = np.cumsum(~is_right[order]) / np.arange(1, len(order) + 1)
    within = np.flatnonzero(wrong <= LIMIT)
    return {
        "n": len(answers),
        "exact": 100 * float(is_right.mean()),
        "digit_errors": 100 * errors / sum(map(len, strings)),
        "read": 100 * (int(within[-1]) + 1 if len(within) else 0) / len(order),
        "ms": [1000 * float(value) for value in np.quantile(seconds, [0.5, 0.25, 0.75])],
    }


def distance(a, b):
    """Return how many digits must be changed, added or removed (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def table(results):
    """Return a table for each set, in Markdown."""
    lines = []
    for name, readers in results["sets"].items():
        n = next(iter(readers.values()))["n"]
        lines += ["", f"## {name}, {n:,} pictures", "", f"| {' | '.join(HEAD)} |", "|---" * 5 + "|"]
        for reader, found in readers.items():
            middle, low, high = found["ms"]
            cells = [reader, f"{found['exact']:.1f}", f"{found['digit_errors']:.1f}"]
            cells += [f"{found['read']:.0f}", f"{middle:.1f} ({low:.1f}–{high:.1f})"]
            lines.append(f"| {' | '.join(cells)} |")
    about = results["circumstances"]
    return "\n".join([f"Measured on one thread of {about['processor']}.", "", LEGEND, *lines])


def main():
    """Read all sets with all readers, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="pictures with a labels.csv"
    )
    parser.add_argument(
        "--strings", type=int, default=1000, help="composed numbers of each kind (1000)"
    )
    parser.add_argument(
        "--detector", type=int, default=30, help="pictures of each set for the detector (30)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="folder for reading.md and reading.json"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sets, readers = find_sets(arguments.folders, arguments.strings), find_readers()
    results = {
        "circumstances": {"processor": processor(), "versions": versions()},
        "sets": {name: {} for name in sets},
    }
    for name, (pictures, strings) in sets.items():
        for reader, read in readers.items():
            n = arguments.detector if reader.endswith("detector") else len(pictures)
            found = measure(read, pictures[:n], strings[:n], f"{reader}: {name}")
            results["sets"][name][reader] = found
    text = table(results)
    print(text)
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "reading.md").write_text(f"# Reading numbers\n\n{text}\n", "utf-8")
        figures = json.dumps(results, indent=1)
        (arguments.output / "reading.json").write_text(f"{figures}\n", "utf-8")


if __name__ == "__main__":
    main()
