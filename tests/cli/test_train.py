"""``skdigits train``, run as a user runs it."""

import contextlib
import csv
import inspect
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from commands import FILES, QUICK, Result, assert_refused, photograph, run, start, without_mnist
from PIL import Image
from sklearn.datasets import load_digits

import skdigits
from skdigits import load_pretrained, presets
from skdigits.cli._settings import parse_settings
from skdigits.io import load_model, save_model

TRAIN = sys.modules["skdigits.cli.train"]  # that name in the package is the command


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
    assert "validation" not in first.err
    assert json.loads(again.out) == json.loads((output / "report.json").read_text())
    assert json.loads(again.out)["loss"] == report["loss"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("learning_rate=-1", "learning_rate must be a number above 0, not -1."),
        ("optimizer=magic", "optimizer must be adam, adamw or sgd, not magic."),
        ("augment=maybe", "augment must be true, false, auto or paper, not maybe."),
        ("augment=none", "augment must be true, false, auto or paper, not none."),
        ("momentum=1", "momentum must be a number of at least 0 and below 1, not 1."),
        ("batch_size=0", "batch_size must be a whole number of at least 1 or auto, not 0."),
        ("hidden_layer_sizes=7", "hidden_layer_sizes must be a list such as 32,64, not 7."),
        ("validation_fraction=2", "a number above 0 and below 1 or none, not 2."),
        (
            "class_weight=3",
            "class_weight must be balanced, a dictionary such as {'8':5} or none, not 3.",
        ),
        ("random_state=-1", "random_state must be a whole number of at least 0 or none, not -1."),
        ("device=abacus", "device='abacus' is not available"),
        ("patch_size=1000", "patch_size=1000 is too large for images of 8 x 8 pixels"),
        ("verbose=abc", "--set verbose=... is for Python"),
        ("on_interrupt=no", "--set on_interrupt=... is for Python"),
        ("callbacks=[1]", "--set callbacks=... is for Python"),
        ("warm_start=true", "--set warm_start=... is for Python"),
        ("max_epochs=3", "--epochs and --set max_epochs=... exclude each other."),
        ("filters=auto", "--set filters=... is given twice."),
        ("augmentt=false", "has no parameter 'augmentt'. Did you mean augment?"),
        ("zzz=1", "has no parameter 'zzz'. Choose one of augment, batch_size, "),
    ],
)
def test_train__bad_setting__is_named_in_plain_words(setting, words, tmp_path):
    result = run(*QUICK, "--output", tmp_path / "results", "--set", setting)
    assert_refused(result, 2, words)
    assert "instance of" not in result.err
    assert os.listdir(tmp_path) == []


def test_train__output_is_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("keep")
    assert_refused(run(*QUICK, "--output", path, "--force"), 1, "is a file")
    assert path.read_text() == "keep"


@pytest.mark.slow
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


@pytest.mark.slow
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

    command = shlex.split(advice.partition("To continue: skdigits ")[2])
    assert command[command.index("--epochs") + 1] == str(training["n_epochs_left"])
    command[command.index("--epochs") + 1] = "2"
    result = run(*command, "--json")
    assert result.code == 0
    again = json.loads(result.out)["training"]
    assert [row["epoch"] for row in again["history"]] == list(range(1, n_epochs + 3))
    assert again["history"][:n_epochs] == training["history"]
    assert again["n_epochs_left"] == 0
    assert not load_model(output / "model.safetensors")[-1].warm_start


@pytest.mark.slow
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
    assert run(*advice.partition("To evaluate it: skdigits ")[2].split()).code == 0


def test_train__from_what_is_no_model_of_it(tmp_path):
    args = ("train", "--dataset", "digits", "--output", tmp_path / "results")
    args += ("--from", tmp_path / "model")
    assert_refused(run(*args), 1, "model")
    assert_refused(run(*args, "--preset", "fast"), 2, "exclude each other")
    save_model(load_pretrained(max_error_rate=0.01), tmp_path / "model")
    assert_refused(run(*args), 2, "--from takes a model of `skdigits train`")
    save_model(load_pretrained(), tmp_path / "model")
    assert_refused(run(*args), 1, "This model reads 28x28 pixels", "leave out --dataset digits")


@pytest.mark.parametrize(
    "setting",
    ["filters=(16,)", "kernel_size=5", "patch_size=2", "hidden_layer_sizes=8", "image_shape=8"],
)
def test_train__from__what_cannot_change_is_named(setting, folder, tmp_path):
    result = run("train", "--from", folder, "--output", tmp_path / "results", "--set", setting)
    name = setting.partition("=")[0]
    assert_refused(result, 2, f"{name} cannot change when the training of a model continues")


def test_train__from__outliers_that_the_network_has_not_learned(folder, tmp_path):
    args = ("--from", folder, "--output", tmp_path / "results", "--set", "outlier_label=x")
    assert_refused(
        run("train", *args), 2, "outlier_label cannot be set when the training continues"
    )


def test_train__from__takes_the_data_set_of_its_size(folder, tmp_path):
    output = tmp_path / "results"
    args = ("--from", folder, "--epochs", "1", "--set", "validation_fraction=none", "-o", output)
    report = json.loads(run("train", *args, "--json").out)
    assert report["dataset"] == "digits"
    assert report["training"]["n_epochs"] == 3
    with (output / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [bool(row["valid_accuracy"]) for row in rows] == [True, True, False]
    assert "; 3 epochs in " in (output / "report.txt").read_text()


@pytest.mark.parametrize(
    ("text", "value"),
    [("false", False), ("True", True), ("auto", "auto"), ("paper", "paper"), ('"auto"', "auto")],
)
def test_train__words_of_augment(text, value):
    assert parse_settings([f"augment={text}"], {}, continued=False) == {"augment": value}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("validation_fraction=none", None),
        ("class_weight={'8':5}", {"8": 5}),
        ("filters=((16,32),64)", ((16, 32), 64)),
        ("filters=32,64", (32, 64)),
        ("learning_rate=1e-3", 0.001),
    ],
)
def test_train__values_of_settings(setting, value):
    (found,) = parse_settings([setting], {}, continued=False).values()
    assert found == value


def test_train__preset_help_has_the_figures_of_the_benchmark():
    page = Path(__file__).parents[2] / "docs/benchmarks/results.md"
    table = page.read_text(encoding="utf-8")
    text = " ".join(inspect.getsource(TRAIN).replace('"', "").split())
    for name in ("", *presets):
        label = f' "{name}"' if name else ""
        row = rf"^\| skdigits{label} \| ([\d,]+) \| ([\d.]+) .*?\| ([\d.]+) ±"
        n_weights, seconds, accuracy = re.search(row, table, re.MULTILINE).groups()
        weights = f" ({n_weights} weights)" if name == "small" else ""
        assert f"{name or 'the defaults'}{weights} {seconds} s, {accuracy} %" in text


def test_train__results_of_each_epoch_and_of_each_image(trained):
    folder, _ = trained
    report = json.loads((folder / "report.json").read_text())
    with (folder / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [{name: float(value) for name, value in row.items()} for row in rows] == report[
        "training"
    ]["history"]
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [str(index) for index in range(450)]
    assert sum(row["true"] != row["predicted"] for row in rows) == report["n_errors"]
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)
    assert list(rows[0]) == ["file", "true", "predicted", "probability", "score"]


def test_train__quiet__only_the_result(tmp_path):
    result = run(*QUICK, "--output", tmp_path / "results", "-q")
    assert (result.code, result.err) == (0, "")
    assert "accuracy" in result.out


@pytest.mark.slow
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


@pytest.mark.slow
def test_train__no_mnist__does_the_whole_job_on_the_bundled_digits(tmp_path):
    options = {"cwd": tmp_path, "environment": without_mnist(tmp_path / "data")}
    with start("train", "--epochs", "2", stderr=subprocess.PIPE, **options) as process:
        out, err = process.communicate(timeout=100)
    assert process.returncode == 0
    first, *others = err.splitlines()
    assert first.startswith("skdigits: MNIST is not cached in")
    assert first.endswith("Training on the 8x8 digits of scikit-learn instead.")
    assert all(line.startswith("epoch") for line in others)
    assert {path.name for path in (tmp_path / "skdigits-digits").iterdir()} == FILES
    assert "450 images" in out


@pytest.mark.slow
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


def write_pictures(folder, labels, n_images):
    """Write some of the bundled digits as photographs, a sub-folder for each label."""
    for label in labels:
        for place in np.flatnonzero(load_digits().target == label)[:n_images]:
            path = folder / str(label) / f"{place}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            photograph(place).save(path)


SMALL = ("--epochs", "2", "--set", "filters=(8,)", "--set", "patch_size=4")


def test_train__own_pictures__the_model_reads_pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_pictures(tmp_path / "my digits", (0, 1), 6)
    result = run("train", "--images", "my digits", *SMALL)
    assert result.code == 0
    assert "skdigits: warning: 2 of 9 samples are held out for validation" in result.err
    folder = tmp_path / "skdigits-my digits"
    assert {path.name for path in folder.iterdir()} == FILES
    *_, last, next_step = result.out.splitlines()
    assert last == "The model, the report and the pictures are in skdigits-my digits."
    assert next_step == "Next: skdigits predict photo.jpg --model 'skdigits-my digits'"

    report = json.loads((folder / "report.json").read_text())
    assert (report["dataset"], report["training"]["n_images"], report["n_images"]) == (
        "my digits",
        9,
        3,
    )
    pictures = sorted((tmp_path / "my digits").glob("*/*"))
    assert set(load_model(folder / "model.safetensors").predict(pictures)) <= {"0", "1"}
    with (folder / "predictions.csv").open(newline="") as file:
        tested = {row["file"]: row["true"] for row in csv.DictReader(file)}
    assert len(tested) == 3
    assert all(Path(name).parent.name == label for name, label in tested.items())

    again = run("train", "--from", folder, "--images", "my digits", "-o", "again", "--epochs", "1")
    assert again.code == 0
    model = load_model(tmp_path / "again" / "model.safetensors")
    assert [name for name, _ in model.steps] == [
        "digitnormalizer",
        "pixelscaler",
        "cnndigitclassifier",
    ]
    assert model[-1].n_epochs_ == 3
    assert run("evaluate", "again", "--images", "my digits").code == 0
    assert run("predict", pictures[0], "--model", "again").out.startswith(str(pictures[0]))


def test_train__own_arrays__with_a_test_set_and_outliers(tmp_path):
    digits = load_digits()
    X, y = digits.images[:60], digits.target[:60].astype(str)
    y[y == "9"] = "other"
    parts = {"x_train": X[:40], "y_train": y[:40], "x_test": X[40:], "y_test": y[40:]}
    np.savez(tmp_path / "own.npz", **parts)
    output = tmp_path / "results"
    args = ("--images", tmp_path / "own.npz", *SMALL, "--set", "outlier_label=other", "-o", output)
    report = json.loads(run("train", *args, "--json").out)
    assert report["training"]["n_images"] == 40
    assert report["n_images"] == np.sum(y[40:] != "other")
    assert "other" not in report["per_label"]
    assert load_model(output / "model.safetensors").classes_.tolist() == [*"012345678"]


def test_train__from_pretrained__is_fine_tuned_gently(tmp_path):
    digits = load_digits()
    X, y = digits.images[:240], digits.target[:240]
    parts = {"x_train": X[:40], "y_train": y[:40], "x_test": X[40:], "y_test": y[40:]}
    np.savez(tmp_path / "own.npz", **parts)
    args = ("train", "--from", "pretrained", "--images", tmp_path / "own.npz", "--epochs", "1")
    report = json.loads(run(*args, "--output", tmp_path / "results", "--json").out)
    parameters = report["training"]["parameters"]
    assert (parameters["max_epochs"], parameters["learning_rate"]) == (1, 0.002)
    assert [row["epoch"] for row in report["training"]["history"]] == [1]
    assert "; 1 epoch in " in (tmp_path / "results" / "report.txt").read_text()
    assert report["accuracy"] > 0.9

    np.savez(tmp_path / "own.npz", X=X, y=y % 5)
    result = run(*args, "--output", tmp_path / "others")
    assert_refused(result, 1, "knows the labels 0, 1, 2, 3, 4, 5", "own.npz has 0, 1, 2, 3, 4.")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"y": np.zeros(8, int)}, "own.npz have the label 0: give images of at least two labels"),
        ({"y": np.array([0] * 5 + [1] * 3)}, "has only 3 of the label 1: give at least 4 images"),
        (
            {"y_train": np.arange(8) % 2, "x_test": np.ones((8, 8, 8)), "y_test": np.arange(8)},
            "has test images of the label 2, but no training images of it",
        ),
        ({"y_test": np.arange(8)}, "has test images only"),
    ],
)
def test_train__own_arrays__labels_that_cannot_be_learned(arrays, words, tmp_path):
    part = "" if "y" in arrays else "_train" if "y_train" in arrays else "_test"
    np.savez(tmp_path / "own.npz", **{f"x{part}": np.ones((8, 8, 8))} | arrays)
    args = ("--images", tmp_path / "own.npz", "-o", tmp_path / "results")
    assert_refused(run("train", *args), 1, words)
    assert os.listdir(tmp_path) == ["own.npz"]


def test_train__own_pictures__the_folder_is_looked_at_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "skdigits-own").mkdir()
    (tmp_path / "skdigits-own" / "mine.txt").touch()
    assert_refused(run("train", "--images", "own"), 1, "skdigits-own is not empty")
    assert_refused(run("train", "--images", "own", "-o", "new"), 1, "own is missing: no file")
    assert_refused(run("train", "--images", "own", "--dataset", "mnist"), 2, "exclude each other")
