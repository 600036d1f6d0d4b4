"""Help, wrong usage and exit codes of the commands."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import typer
from commands import assert_refused, run

import skdigits
from skdigits.cli import app


def test_help__imports_nothing_heavy():
    code = (
        "import sys; from skdigits.cli import main\n"
        "for command in ([], ['train'], ['evaluate'], ['predict'], ['read'], ['doctor']):\n"
        "    assert main([*command, '--help']) == 0\n"
        "heavy = {'torch', 'skorch', 'sklearn', 'matplotlib', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environment = os.environ | {"COLUMNS": "100"}
    out = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    for words in ("skdigits train --epochs 3", "--images my-images", "photo.jpg", "--length 5"):
        assert words in out


def test_no_command__prints_help():
    assert run() == run("--help") == run("-h")
    assert "predict" in run().out


COMMANDS = typer.main.get_command(app).commands


@pytest.mark.parametrize("name", COMMANDS)
def test_help__is_what_a_user_types(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = run(name, "--help")
    assert result == run(name, "-h")
    assert result.out.startswith(f"Usage: skdigits {name} [OPTIONS]")
    assert max(map(len, result.out.splitlines())) <= 100
    internals = r"<[\w |\[\]]+>|\{[A-Z]+\}|\[\[|`|\\|int range|list\["
    assert not re.search(internals, result.out)


@pytest.mark.parametrize("name", COMMANDS)
def test_help__has_examples_that_can_be_run(name):
    examples = re.findall(rf"^  skdigits ({name}\b.*)$", run(name, "--help").out, re.MULTILINE)
    assert len(examples) >= 2
    for example in examples:
        _, *args = shlex.split(example.partition(" > ")[0])
        COMMANDS[name].make_context(name, args)


def test_help__says_what_an_option_takes():
    out = run("read", "--help").out
    for words in ("--checksum luhn|isbn10|isbn13|mod97", "-r, --recursive  ", "IMAGE...  "):
        assert words in out
    assert "(default: pretrained)" in run("predict", "--help").out
    assert (
        "--port PORT        Port; 0 means any free one. (default: 8000)"
        in run("serve", "--help").out
    )


@pytest.mark.parametrize(
    ("args", "suggestion"),
    [
        (["trian"], "Did you mean 'train'? Try 'skdigits --help'."),
        (["predict", "--modle", "m"], "Did you mean --model? Try 'skdigits predict --help'."),
        (["read", "--anotate=x"], "Did you mean --annotate? Try 'skdigits read --help'."),
        (["read", "a.png", "--checksum", "lunh"], "Did you mean luhn? Try 'skdigits read --help'."),
        (["read", "a.png", "--engine=rapidorc"], "Did you mean rapidocr?"),
        (["predict", "a.png", "--zzz"], "No such option: --zzz. Try 'skdigits predict --help'."),
        (["predict"], "Missing argument 'IMAGE'. Try 'skdigits predict --help'."),
    ],
)
def test_wrong_usage__did_you_mean_and_the_way_to_the_help(args, suggestion):
    result = run(*args)
    assert_refused(result, 2, suggestion)
    assert result.err.endswith("--help'.\n")


def test_picture_instead_of_a_command__is_told_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.jpg").touch()
    sentence = "No such command 'photo.jpg'. To read a digit: skdigits predict photo.jpg"
    assert_refused(run("photo.jpg"), 2, sentence)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["predict", "a", "--max-error-rate", "x"], "--max-error-rate takes a number, not 'x'."),
        (
            ["read", "a", "--checksum=md5"],
            "--checksum takes luhn, isbn10, isbn13 or mod97, not 'md5'.",
        ),
        (
            ["read", "a", "--min-value", "-2"],
            "--min-value takes a whole number of at least 0, not '-2'.",
        ),
        (["serve", "--port", "7x"], "--port takes a whole number from 0 to 65535, not '7x'."),
        (["predict", "a", "--json", "--csv"], "Give only one of --json and --csv."),
        (["predict", "a", "--jsonl", "--csv"], "Give only one of --jsonl and --csv."),
        (["predict", "a", "--device", "gpu"], "--device='gpu' is not available here"),
    ],
)
def test_wrong_value__is_told_in_the_user_s_words(args, sentence):
    result = run(*args)
    assert_refused(result, 2)
    assert result.err.startswith(f"skdigits: {sentence}")


def test_version():
    assert run("--version") == (0, f"skdigits {skdigits.__version__}\n", "")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["trian"], "trian"),
        (["--nonsense"], "--nonsense"),
        (["predict"], "IMAGE"),
        (["predict", "a.png", "--json", "--csv"], "only one of"),
        (["predict", "a.png", "--max-error-rate", "1"], "between 0 and 1"),
        (["predict", "a.png", "--max-error-rate", "nan"], "between 0 and 1"),
        (["predict", "a.png", "--max-error-rate", "0.1", "--model", "m"], "SelectiveClassifier"),
        (["doctor", "model.safetensors"], "--images FOLDER"),
        (["train", "--dataset", "cifar"], "cifar"),
        (["train", "--epochs", "0"], "--epochs"),
        (["train", "--epochs", "many"], "a whole number"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--set", "learning_rate"], "NAME=VALUE"),
        (["train", "--set", "learning_rat=1"], "Did you mean learning_rate?"),
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
