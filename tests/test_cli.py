"""The commands, run as a user runs them."""

import contextlib
import io
import json
import os
import signal
import struct
import subprocess
import sys
import zlib
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator

import skdigits
from skdigits import presets
from skdigits.cli import main
from skdigits.persistence import load_model, save_model

FILES = {
    "confusion_matrix.png",
    "misclassified.png",
    "model.safetensors",
    "report.json",
    "report.txt",
    "sample_predictions.png",
    "training_curve.png",
}
QUICK = ("train", "--dataset", "digits", "--epochs", "2", "--set", "filters=(16,)")


class Result(NamedTuple):
    code: int
    out: str
    err: str


def run(*args):
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(arg) for arg in args])
    return Result(code, out.getvalue(), err.getvalue())


def start(*args, environment=os.environ, **kwargs):
    """Start a command as a process of its own, on one thread, as it has company."""
    command = [sys.executable, "-m", "skdigits", *map(str, args)]
    environment = environment | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, **kwargs)


def assert_refused(result, code, *words):
    """The command says on one line of stderr why it did nothing."""
    assert result.code == code, result.err
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert result.err.startswith("skdigits: ")
    for word in words:
        assert word in result.err


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder that `skdigits train` made, and what it printed."""
    folder = tmp_path_factory.mktemp("train") / "new" / "results"
    return folder, run(*QUICK, "--output", folder)


@pytest.fixture(scope="module")
def folder(trained):
    return trained[0]


@pytest.fixture
def images(tmp_path):
    """Three of the bundled digits as image files, a sub-folder a label: 0, 1 and 2."""
    for label, image in enumerate(load_digits().images[:3]):
        path = tmp_path / "images" / str(label) / f"{label}.png"
        path.parent.mkdir(parents=True)
        Image.fromarray((image * 255 / 16).round().astype(np.uint8)).save(path)
    return tmp_path / "images"


# Help and usage


def test_help__imports_nothing_heavy():
    code = (
        "import sys; from skdigits.cli import main\n"
        "for command in ([], ['train'], ['evaluate'], ['predict'], ['info']):\n"
        "    assert main([*command, '--help']) == 0\n"
        "heavy = {'torch', 'skorch', 'sklearn', 'matplotlib', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environment = os.environ | {"COLUMNS": "100"}
    out = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    for words in ("skdigits train --epochs 3", "--images my-images", "seven.png", "info --json"):
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
        (["predict"], "MODEL"),
        (["predict", "model.safetensors"], "IMAGE"),
        (["train", "--dataset", "cifar"], "cifar"),
        (["train", "--epochs", "0"], "--epochs"),
        (["train", "--epochs", "many"], "valid integer"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--set", "learning_rate"], "NAME=VALUE"),
        (["train", "--set", "learning_rat=1"], "there is learning_rate"),
        (["train", "--set", "callbacks=[]"], "no parameter 'callbacks'"),
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


# Train


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


def test_train__interrupted__leaves_nothing(tmp_path):
    args = ("train", "--dataset", "digits", "--epochs", "1000", "--output", tmp_path / "results")
    with start(*args, stderr=subprocess.PIPE) as process:
        assert process.stderr.readline().startswith("epoch    1/1000")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert err.splitlines()[-1] == "skdigits: interrupted"
    assert "Traceback" not in err
    assert os.listdir(tmp_path) == []


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


def without_mnist(folder):
    """The environment of a machine with neither a cache nor a network."""
    nowhere = {"https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    return os.environ | nowhere | {"SCIKIT_LEARN_DATA": str(folder)}


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


# Evaluate


def test_evaluate__repeats_what_train_measured(folder):
    before = json.loads((folder / "report.json").read_text())
    result = run("evaluate", folder, "--json")
    after = json.loads(result.out)
    assert (result.code, result.err) == (0, "")
    for name in ("accuracy", "loss", "n_errors", "per_label", "confusion_matrix"):
        assert after[name] == before[name]
    table = run("evaluate", folder / "model.safetensors", "--dataset", "digits").out
    assert table.strip() in (folder / "report.txt").read_text()


def test_evaluate__folder_of_images_with_pictures(folder, images, tmp_path):
    output = tmp_path / "results"
    result = run("evaluate", folder, "--images", images, "--output", output)
    assert result.code == 0
    assert "3 images" in result.out
    assert {path.name for path in output.iterdir()} == FILES - {
        "model.safetensors",
        "training_curve.png",
    }
    assert json.loads((output / "report.json").read_text())["images"] == str(images)
    assert_refused(
        run("evaluate", folder, "--images", images, "--output", output), 1, "is not empty"
    )


def test_evaluate__table_of_labels(folder, images, tmp_path):
    by_folder = json.loads(run("evaluate", folder, "--images", images, "--json").out)
    (images / "labels.csv").write_text("file,label\n0/0.png,0\n1/1.png,1\n2/2.png,2\n")
    by_table = json.loads(run("evaluate", folder, "--images", images, "--json").out)
    assert by_table["loss"] == by_folder["loss"]
    assert by_table["per_label"] == by_folder["per_label"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "has no header file,label"),
        ("name,digit\n0/0.png,0\n", "has no header file,label"),
        ("file,label\n", "has no labelled images"),
        ("file,label\n0/0.png,0\n1/1.png\n", "no file or no label in line 3"),
        ("file,label\nnone.png,0\n", "none.png cannot be read: No such file"),
        ("file,label\n0/0.png,zero\n", "labelled zero, but this model knows only 0, 1, 2"),
    ],
)
def test_evaluate__bad_table(table, words, folder, images):
    (images / "labels.csv").write_text(table)
    assert_refused(run("evaluate", folder, "--images", images), 1, words)


def test_evaluate__image_of_another_size(folder, images):
    Image.new("L", (28, 20)).save(images / "1" / "large.png")
    result = run("evaluate", folder, "--images", images)
    assert_refused(result, 1, "large.png has 28x20 pixels", "8x8", "later version")


def test_evaluate__no_images(folder, tmp_path):
    result = run("evaluate", folder, "--images", tmp_path)
    assert_refused(result, 1, "has no labelled images", "labels.csv")


def test_evaluate__data_set_of_another_size(folder, tmp_path):
    X, y = load_digits(return_X_y=True)
    narrow = skdigits.CNNDigitClassifier(max_epochs=10, random_state=0).fit(X[:50, :16], y[:50])
    save_model(narrow, tmp_path / "model")
    assert_refused(run("evaluate", tmp_path / "model"), 1, "reads 4x4 pixels", "--images")
    result = run("evaluate", tmp_path / "model", "--dataset", "digits")
    assert_refused(result, 1, "64 features", "16 features")


@pytest.mark.parametrize("command", [["evaluate"], ["predict"]])
def test_model_file_is_missing_or_no_model(command, tmp_path):
    path = tmp_path / "model.safetensors"
    image = ["image.png"] if command == ["predict"] else []
    assert_refused(
        run(*command, tmp_path, *image), 1, "model.safetensors cannot be read: No such file"
    )
    path.write_text("not a model")
    assert_refused(run(*command, path, *image), 1, "is damaged or not a model file")


# Predict


def test_predict__label_probability_and_runners_up(folder, images):
    path = images / "0" / "0.png"
    answer = json.loads(run("predict", folder, path, "--json").out)[0]
    best = [answer, *answer["runners_up"]]
    assert answer["file"] == str(path)
    assert len({each["label"] for each in best}) == 3
    model = load_model(folder / "model.safetensors")
    expected = np.sort(model.predict_proba(np.asarray(Image.open(path)).reshape(1, -1))[0])[::-1]
    np.testing.assert_allclose([each["probability"] for each in best], expected[:3])
    first, *others = [f"{each['label']} ({each['probability']:.2%})" for each in best]
    result = run("predict", folder, path)
    assert result == (0, f"{path}: {first}, then {', '.join(others)}\n", "")


def test_predict__bad_files__are_named_and_the_others_answered(folder, images, tmp_path):
    good = images / "1" / "1.png"
    large, cut, text, missing = (
        tmp_path / f"{name}.png" for name in ("large", "cut", "text", "no")
    )
    Image.new("L", (28, 28)).save(large)
    cut.write_bytes(good.read_bytes()[:60])
    text.write_text("not an image")
    result = run("predict", folder, large, cut, good, text, missing, tmp_path)
    assert result.code == 1
    assert result.out.startswith(f"{good}: ")
    assert result.out.count("\n") == 1
    lines = result.err.splitlines()
    expected = (
        "large.png has 28x28 pixels instead of the 8x8",
        "cut.png is damaged",
        "text.png cannot be read: not an image (PNG, JPEG",
        "no.png cannot be read: No such file",
        "cannot be read: Is a directory",
    )
    assert len(lines) == len(expected)
    for line, words in zip(lines, expected, strict=True):
        assert line.startswith("skdigits: ")
        assert words in line
    answers = json.loads(run("predict", folder, large, good, "--json").out)
    assert [answer.keys() for answer in answers] == [
        {"file", "error"},
        {"file", "label", "probability", "runners_up"},
    ]


@pytest.mark.parametrize("side", [10_000, 100_000])
def test_predict__decompression_bomb__is_refused_undecoded(side, folder, tmp_path):
    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    path = tmp_path / "bomb.png"
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")))
    assert_refused(run("predict", folder, path), 1, "bomb.png is far larger than the 8x8")


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
    answers = json.loads(run("predict", folder, *paths, "--json").out)
    assert len({answer["probability"] for answer in answers}) == 1


def test_predict__two_classes__have_one_runner_up(tmp_path, two_digits):
    classifier = skdigits.CNNDigitClassifier(max_epochs=10, random_state=0).fit(*two_digits)
    save_model(classifier, tmp_path / "model")
    Image.new("L", (8, 8)).save(tmp_path / "blank.png")
    answer = json.loads(run("predict", tmp_path / "model", tmp_path / "blank.png", "--json").out)[0]
    assert {answer["label"], *(each["label"] for each in answer["runners_up"])} == {"0", "1"}


def test_selective_model__says_where_it_does_not_answer(tmp_path, images, digits):
    X, y = digits
    inner = FrozenEstimator(skdigits.CNNDigitClassifier(max_epochs=9).fit(X[:600] * 15, y[:600]))
    model = skdigits.SelectiveClassifier(inner, max_error_rate=0.1).fit(X[600:] * 15, y[600:])
    model.threshold_ = 1.1
    save_model(model, tmp_path / "model")
    path = images / "0" / "0.png"
    answer = json.loads(run("predict", tmp_path / "model", path, "--json").out)[0]
    assert answer["label"] == "-1"
    assert answer["probability"] == answer["runners_up"][0]["probability"]
    assert len(answer["runners_up"]) == 2
    assert run("evaluate", tmp_path / "model", "--dataset", "digits").code == 0


# Info


def test_info(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "data"))
    result = run("info")
    report = json.loads(run("info", "--json").out)
    assert report["versions"].keys() == {
        "skdigits",
        "python",
        "numpy",
        "scikit-learn",
        "skorch",
        "torch",
    }
    assert report["precision"] in ("bfloat16", "float32")
    assert report["threads"] >= 1
    assert report["data"] == {
        "folder": str(tmp_path / "data"),
        "mnist_cached": False,
        "mnist_compact_copy": None,
    }
    for words in (
        *report["versions"],
        *report["versions"].values(),
        report["device"],
        "not cached",
    ):
        assert words in result.out
    assert os.listdir(tmp_path) == []


# MNIST


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
    copy = json.loads(run("info", "--json").out)["data"]["mnist_compact_copy"]
    assert copy == str(mnist_home / "skdigits" / "mnist_784_v1.uint8")
