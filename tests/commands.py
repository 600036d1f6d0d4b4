"""Commands, run as a user runs them."""

import contextlib
import io
import os
import subprocess
import sys
from typing import NamedTuple

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from skdigits.cli import main

FILES = {
    "confusion_gallery.png",
    "confusion_matrix.png",
    "misclassified.png",
    "model.safetensors",
    "predictions.csv",
    "report.json",
    "report.txt",
    "results.csv",
    "sample_predictions.png",
    "training_batch.png",
    "training_curve.png",
}
QUICK = ("train", "--dataset", "digits", "--epochs", "2", "--set", "filters=(16,)")


class Result(NamedTuple):
    code: int
    out: str
    err: str


def run(*args):
    """Run a command in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        code = main([str(arg) for arg in args])
    for stream in streams:
        stream.seek(0)
    return Result(code, *(stream.read() for stream in streams))


def start(*args, environment=os.environ, **kwargs):
    """Start a command as a process of its own, on one thread, as it has company."""
    command = [sys.executable, "-m", "skdigits", *map(str, args)]
    environment = environment | {"OMP_NUM_THREADS": "1"}
    kwargs = {"stdout": subprocess.PIPE, "text": True} | kwargs
    return subprocess.Popen(command, env=environment, **kwargs)


def assert_refused(result, code, *words):
    """The command says on one line of stderr why it did nothing."""
    assert result.code == code, result.err
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert result.err.startswith("skdigits: ")
    for word in words:
        assert word in result.err


def without_mnist(folder):
    """The environment of a machine with neither a cache nor a network."""
    nowhere = {"https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    return os.environ | nowhere | {"SCIKIT_LEARN_DATA": str(folder)}


def photograph(label):
    """One of the bundled digits as dark ink somewhere on grey paper."""
    image = Image.fromarray((load_digits().images[label] * 15).astype(np.uint8))
    ink = np.asarray(image.resize((80, 80), Image.Resampling.BICUBIC), dtype=float)
    paper = np.full((120, 200), 220.0)
    paper[30:110, 90:170] -= ink * 0.6
    return Image.fromarray(paper.astype(np.uint8))
