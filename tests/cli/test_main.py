"""Help, wrong usage and exit codes of the commands."""

import os
import subprocess
import sys

import pytest
from commands import assert_refused, run

import skdigits


def test_help__imports_nothing_heavy():
    code = (
        "import sys; from skdigits.cli import main\n"
        "for command in ([], ['train'], ['evaluate'], ['predict'], ['doctor'], ['info']):\n"
        "    assert main([*command, '--help']) == 0\n"
        "heavy = {'torch', 'skorch', 'sklearn', 'matplotlib', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environment = os.environ | {"COLUMNS": "100"}
    out = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    for words in ("skdigits train --epochs 3", "--images my-images", "photo.jpg", "info --json"):
        assert words in out


def test_no_command__prints_help():
    assert run() == run("--help")
    assert "predict" in run().out


def test_version():
    assert run("--version") == (0, f"skdigits {skdigits.__version__}\n", "")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["trian"], "trian"),
        (["--nonsense"], "--nonsense"),
        (["predict"], "IMAGE"),
        (["predict", "a.png", "--json", "--csv"], "exclude each other"),
        (["predict", "a.png", "--max-error-rate", "1"], "between 0 and 1"),
        (["predict", "a.png", "--max-error-rate", "nan"], "between 0 and 1"),
        (["predict", "a.png", "--max-error-rate", "0.1", "--model", "m"], "SelectiveClassifier"),
        (["doctor", "model.safetensors"], "--images FOLDER"),
        (["train", "--dataset", "cifar"], "cifar"),
        (["train", "--epochs", "0"], "--epochs"),
        (["train", "--epochs", "many"], "valid integer"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--set", "learning_rate"], "NAME=VALUE"),
        (["train", "--set", "learning_rat=1"], "Did you mean 'learning_rate'?"),
        (["train", "--set", "callbacks=[]"], "callbacks=... is for Python"),
        (
            ["evaluate", "model.safetensors", "--images", "a", "--dataset", "mnist"],
            "exclude each other",
        ),
    ],
)
def test_wrong_usage__is_one_line_and_code_2(args, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_refused(run(*args), 2, word)
    assert os.listdir() == []


@pytest.mark.parametrize("command", [["evaluate"], ["predict", "image.png", "--model"]])
def test_model_file_is_missing_or_no_model(command, tmp_path):
    path = tmp_path / "model.safetensors"
    assert_refused(run(*command, tmp_path), 1, "model.safetensors cannot be read: No such file")
    path.write_text("not a model")
    assert_refused(run(*command, path), 1, "is not a model file of skdigits")
