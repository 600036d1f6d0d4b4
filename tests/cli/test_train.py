"""``skdigits train``, run as a user runs it."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys

import numpy as np
import pytest
from commands import FILES, QUICK, Result, assert_refused, run, start, without_mnist
from PIL import Image
from sklearn.datasets import load_digits

import skdigits
from skdigits import load_pretrained, presets
from skdigits.io import load_model, save_model


def test_train__leaves_all_results(trained):
    folder, result = trained
    assert result.code == 0
    assert {path.name for path in folder.iterdir()} == FILES
    assert os.listdir(folder.parent) == [folder.name]
    for path in folder.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.width >= 600
            assert np.ptp(np.asarray(picture.convert("L"))) == 255


def test_train__report(trained):
    folder, _ = trained
    report = json.loads((folder / "report.json").read_text())
    assert report["dataset"] == "digits"
    assert report["n_images"] == 450
    assert report["accuracy"] == 1 - report["n_errors"] / 450 > 0.5
    assert report["loss"] > 0
    matrix = np.array(report["confusion_matrix"])
    for digit, row in enumerate(report["per_label"].values()):
        assert row["recall"] == pytest.approx(matrix[digit, digit] / matrix[digit].sum())
        assert row["precision"] == pytest.approx(matrix[digit, digit] / matrix[:, digit].sum())
    training = report["training"]
    assert training["parameters"]["max_epochs"] == training["n_epochs"] == 2
    assert [row["epoch"] for row in training["history"]] == [1, 2]
    assert training["seconds"] > 0
    assert report["versions"]["skdigits"] == skdigits.__version__
    text = (folder / "report.txt").read_text()
    for words in (f"accuracy {report['accuracy']:.2%}", "precision", "learning_rate = 0.01"):
        assert words in text


def test_train__says_how_it_goes_on_stderr_and_the_result_on_stdout(trained):
    folder, result = trained
    report = json.loads((folder / "report.json").read_text())
    lines = result.err.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    for line, row in zip(lines, report["training"]["history"], strict=True):
        assert f"loss {row['train_loss']:.4f}" in line
        assert f"accuracy {row['valid_accuracy']:.2%}" in line
    assert f"accuracy {report['accuracy']:.2%}" in result.out
    assert str(folder) in result.out


def test_train__model_is_a_pipeline_ready_to_use(folder):
    model = load_model(folder / "model.safetensors")
    X, y = load_digits(return_X_y=True)
    X = (X * 255 / 16).round().astype(np.uint8)
    assert model.score(X, y.astype(str)) > 0.5
    assert model[-1].callbacks is None


def test_train__preset(tmp_path):
    args = (*QUICK, "--output", tmp_path / "results", "--json")
    report = json.loads(run(*args, "--preset", "fast", "--set", "weight_decay=0.02").out)
    assert report["training"]["preset"] == "fast"
    parameters = report["training"]["parameters"]
    assert parameters["learning_rate"] == presets["fast"]["learning_rate"]
    # what is asked for beside it goes before
    assert parameters["max_epochs"] == 2
    assert parameters["filters"] == [16]
    assert parameters["weight_decay"] == 0.02
    assert_refused(run(*args, "--preset", "slow"), 2, "slow", "accurate")


def test_train__settings_json_and_force(tmp_path):
    output = tmp_path / "results"
    output.mkdir()
    (output / "mine.txt").write_text("keep")
    (output / "report.txt").write_text("replace")
    args = (*QUICK, "--output", output, "--seed", "3", "--json")
    args += (
        "--set",
        "hidden_layer_sizes=(8,)",
        "--set",
        "optimizer=sgd",
        "--set",
        "validation_fraction=None",
    )

    assert_refused(run(*args), 1, "is not empty", "--force")
    assert (output / "report.txt").read_text() == "replace"

    first, again = (run(*args, "--force") for _ in range(2))
    assert {path.name for path in output.iterdir()} == FILES | {"mine.txt"}
    assert (output / "mine.txt").read_text() == "keep"
    report = json.loads(first.out)
    assert report["training"]["parameters"]["hidden_layer_sizes"] == [8]
    assert report["training"]["parameters"]["optimizer"] == "sgd"
    assert report["training"]["parameters"]["random_state"] == 3
    assert "hold-out" not in first.err
    assert json.loads(again.out) == json.loads((output / "report.json").read_text())
    assert json.loads(again.out)["loss"] == report["loss"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("learning_rate=-1", "'learning_rate' parameter of CNNDigitClassifier must be a float"),
        ("optimizer=magic", "'optimizer' parameter"),
        ("device=abacus", "device='abacus' is not available"),
        ("patch_size=1000", "patch_size=1000 is too large for images of 8 x 8 pixels"),
        ("verbose=abc", "--set verbose=... is for Python"),
        ("on_interrupt=no", "--set on_interrupt=... is for Python"),
        ("callbacks=[1]", "--set callbacks=... is for Python"),
        ("validation_fraction=1e-9", ""),
    ],
)
def test_train__bad_value__the_estimator_s_own_words(setting, words, tmp_path):
    result = run(*QUICK, "--output", tmp_path / "results", "--set", setting)
    assert_refused(result, 2, words)
    assert os.listdir(tmp_path) == []


def test_train__output_is_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("keep")
    assert_refused(run(*QUICK, "--output", path, "--force"), 1, "is a file")
    assert path.read_text() == "keep"


def test_train__full_disk__leaves_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    code = (
        "import resource, sys; from skdigits.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, {resource.RLIM_INFINITY}))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    # without -B, modules that Python compiles would be cut short on the disk, too
    command = [sys.executable, "-B", "-c", code, *QUICK, "--output", tmp_path / "results"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("skdigits: ")
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


LONG = ("train", "--dataset", "digits", "--epochs", "1000", "--set", "filters=(16,)", "--output")


def test_train__interrupted__leaves_the_best_so_far_and_says_how_to_go_on(tmp_path):
    output = tmp_path / "my results"
    with start(*LONG, output, stderr=subprocess.PIPE) as process:
        assert process.stderr.readline().startswith("epoch    1/1000")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "accuracy" in out
    assert "Traceback" not in err
    *_, warning, advice = err.splitlines()
    assert "Interrupted after" in warning
    assert "the best by its validation loss" in warning
    assert {path.name for path in output.iterdir()} == FILES
    training = json.loads((output / "report.json").read_text())["training"]
    n_epochs = len(training["history"])
    assert training["n_epochs_left"] == 1000 - n_epochs > 0

    command = shlex.split(advice.partition("To go on: skdigits ")[2])
    assert command[command.index("--epochs") + 1] == str(training["n_epochs_left"])
    command[command.index("--epochs") + 1] = "2"
    result = run(*command, "--json")
    assert result.code == 0
    again = json.loads(result.out)["training"]
    assert [row["epoch"] for row in again["history"]] == list(range(1, n_epochs + 3))
    assert again["history"][:n_epochs] == training["history"]
    assert again["n_epochs_left"] == 0
    assert not load_model(output / "model.safetensors")[-1].warm_start


def test_train__interrupted_while_evaluating__leaves_the_model(tmp_path):
    code = (
        "import sys; from skdigits.cli import main, train\n"
        "from skdigits.cli import _evaluation\n"
        "def interrupt(path, *args): path.write_text('half'); raise KeyboardInterrupt\n"
        "_evaluation.save_picture = interrupt\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    output = tmp_path / "results"
    command = [sys.executable, "-c", code, *QUICK, "--output", output]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    advice = done.stderr.splitlines()[-1]
    assert os.listdir(output) == ["model.safetensors"]
    assert run(*advice.partition("To go on: skdigits ")[2].split()).code == 0


def test_train__from_what_is_no_model_of_it(tmp_path):
    args = (*QUICK, "--output", tmp_path / "results", "--from", tmp_path / "model")
    assert_refused(run(*args), 1, "model")
    assert_refused(run(*args, "--preset", "fast"), 2, "exclude each other")
    save_model(load_pretrained(max_error_rate=0.01), tmp_path / "model")
    assert_refused(run(*args), 2, "--from takes a model of `skdigits train`")
    save_model(load_pretrained(), tmp_path / "model")
    assert_refused(run(*args), 2, "features")


def test_train__on_a_terminal__shows_a_bar(tmp_path):
    terminal, its_end = pytest.importorskip("pty").openpty()
    with start(*QUICK, "--output", tmp_path / "results", stderr=its_end) as process:
        os.close(its_end)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's end
            while part := os.read(terminal, 1000):
                shown += part
    os.close(terminal)
    assert process.returncode == 0
    for words in ("training", "━", "epoch 2/2"):
        assert words in shown.decode()


def test_train__no_mnist__does_the_whole_job_on_the_bundled_digits(tmp_path):
    options = {"cwd": tmp_path, "environment": without_mnist(tmp_path / "data")}
    with start("train", "--epochs", "2", stderr=subprocess.PIPE, **options) as process:
        out, err = process.communicate(timeout=100)
    assert process.returncode == 0
    first, *others = err.splitlines()
    assert first.startswith("skdigits: MNIST is not cached in")
    assert "bundled 8x8 digits" in first
    assert all(line.startswith("epoch") for line in others)
    assert {path.name for path in (tmp_path / "skdigits-digits").iterdir()} == FILES
    assert "450 images" in out


def test_train__mnist_asked_for_but_missing(tmp_path):
    options = {"cwd": tmp_path, "environment": without_mnist(tmp_path / "data")}
    with start("train", "--dataset", "mnist", stderr=subprocess.PIPE, **options) as process:
        out, err = process.communicate(timeout=100)
    assert_refused(Result(process.returncode, out, err), 1, "MNIST is not cached in", "data_home")
    assert set(os.listdir(tmp_path)) <= {"data"}


def test_mnist__train_evaluate_and_info(mnist_home, tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(mnist_home))
    monkeypatch.chdir(tmp_path)
    args = ("--set", "filters=(16,)", "--set", "augment=False", "--epochs", "1", "--json")
    report = json.loads(run("train", *args).out)
    assert report["dataset"] == "mnist"
    assert report["training"]["n_images"] == 60_000
    assert report["n_images"] == 10_000
    assert report["accuracy"] > 0.9
    assert {path.name for path in (tmp_path / "skdigits-mnist").iterdir()} == FILES
    assert json.loads(run("evaluate", "skdigits-mnist", "--json").out)["loss"] == report["loss"]
    assert json.loads(run("doctor", "--json").out)["data"]["mnist_cached"] is True
