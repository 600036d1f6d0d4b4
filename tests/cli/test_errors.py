"""Whatever goes wrong is one line for the user, and a traceback for the log only."""

import csv
import logging
import sys

import pytest

from skdigits.cli import main
from skdigits.cli._errors import describe

PREDICT = sys.modules["skdigits.cli.predict"]  # that name in the package is the command
QUICK = ["train", "--dataset", "digits", "--epochs", "1", "--output"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("filters=(1000000000,)", "There is not enough memory for the network: lower filters"),
        ("kernel_size=10000001", "kernel_size=10000001 is too large"),
        ("device=meta", "meta"),
        ("image_shape=(8, '8')", "image_shape|begin with these parameters: TypeError"),
        ("hidden_layer_sizes=(10**9,)", "hidden_layer_sizes"),
    ],
)
def test_train__absurd_parameters__one_line_and_nothing_left(setting, words, tmp_path, capfd):
    code = main([*QUICK, str(tmp_path / "results"), "--set", setting])
    out, err = capfd.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("skdigits: ")
    assert pytest.RaisesExc(Exception, match=words).matches(Exception(err)), err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        RuntimeError("first line\nsecond line"),
        NotImplementedError(),
        csv.Error("field larger than field limit (131072)"),
        OverflowError("int too large"),
        RecursionError("maximum recursion depth exceeded"),
        AttributeError("1234567890" * 1000),
    ],
)
def test_fault_of_ours__says_where_it_is_and_what_to_do(error, capfd, caplog, monkeypatch):
    def fail(rate):
        raise error

    monkeypatch.setattr(PREDICT, "check_rate", fail)
    with caplog.at_level(logging.DEBUG, "skdigits"):
        assert main(["predict", "photo.jpg"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert len(err) < 500
    assert err.startswith(f"skdigits: This should not happen: {type(error).__name__}")
    assert "(test_errors.py, line " in err
    assert err.endswith("Please report it, with the output of `skdigits doctor`.\n")
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB"),
    ],
)
def test_no_memory__is_no_fault_of_ours(error):
    assert describe(error).startswith("There is not enough memory: close other programs")


def test_silent_log__no_traceback_reaches_the_user(capfd, monkeypatch):
    monkeypatch.setattr(PREDICT, "check_rate", None)
    assert main(["predict", "photo.jpg"]) == 1
    assert "Traceback" not in capfd.readouterr().err
