"""The commands, run as a user runs them."""

import contextlib
import csv
import io
import json
import os
import pickle
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

import skdigits
from skdigits import load_pretrained, presets
from skdigits._utils.wording import percent
from skdigits.cli import main
from skdigits.io import load_model, save_model

FILES = {
    "confusion_gallery.png",
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
    assert_refused(result, 1, "large.png has 28x20 pixels", "8x8", "of that size")


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


@pytest.mark.parametrize("command", [["evaluate"], ["predict", "image.png", "--model"]])
def test_model_file_is_missing_or_no_model(command, tmp_path):
    path = tmp_path / "model.safetensors"
    assert_refused(run(*command, tmp_path), 1, "model.safetensors cannot be read: No such file")
    path.write_text("not a model")
    assert_refused(run(*command, path), 1, "is damaged or not a model file")


# Predict


def photograph(label):
    """One of the bundled digits as dark ink somewhere on grey paper."""
    image = Image.fromarray((load_digits().images[label] * 15).astype(np.uint8))
    ink = np.asarray(image.resize((80, 80), Image.Resampling.BICUBIC), dtype=float)
    paper = np.full((120, 200), 220.0)
    paper[30:110, 90:170] -= ink * 0.6
    return Image.fromarray(paper.astype(np.uint8))


@pytest.fixture
def photos(tmp_path):
    """A folder of photographs, 0.png to 4.png."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for label in range(5):
        photograph(label).save(folder / f"{label}.png")
    return folder


def test_predict__without_a_model__reads_photographs(photos):
    result = run("predict", photos)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line[: len(f"{photos}/0.png: 0 (")] for line in lines] == [
        f"{photos / f'{label}.png'}: {label} (" for label in range(5)
    ]
    answers = json.loads(run("predict", photos, "--json").out)
    assert [answer["label"] for answer in answers] == list("01234")
    assert all(answer["findings"][0] == "dark on light: inverted" for answer in answers)


def test_evaluate__photographs_are_read_as_by_predict(photos, tmp_path):
    (photos / "labels.csv").write_text("file,label\n" + "".join(f"{i}.png,{i}\n" for i in range(5)))
    save_model(load_pretrained(), tmp_path / "model")
    report = json.loads(run("evaluate", tmp_path / "model", "--images", photos, "--json").out)
    assert (report["n_images"], report["accuracy"]) == (5, 1)
    (photos / "4.png").write_text("no picture")
    result = run("evaluate", tmp_path / "model", "--images", photos)
    assert_refused(result, 1, "4.png is not an image")


def test_predict__label_probability_and_runners_up(folder, images):
    path = images / "0" / "0.png"
    answer = json.loads(run("predict", "--model", folder, path, "--json").out)[0]
    best = [answer, *answer["runners_up"]]
    assert answer["file"] == str(path)
    assert len({each["label"] for each in best}) == 3
    model = load_model(folder / "model.safetensors")
    row = np.asarray(Image.open(path)).reshape(1, -1)
    expected = np.sort(model.predict_proba(row)[0])[::-1]
    np.testing.assert_allclose([each["probability"] for each in best], expected[:3])
    assert answer["score"] == pytest.approx(model.score_samples(row)[0])
    first, *others = [f"{each['label']} ({percent(each['probability'])})" for each in best]
    result = run("predict", "--model", folder, path)
    assert result == (0, f"{path}: {first}, then {', '.join(others)}\n", "")


def test_predict__files_folders_and_patterns_each_file_once(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(photos)
    for name in (".hidden.png", "notes.txt", "sub/9.png", "sub/sub/8.PNG", "[7].png"):
        path = photos / name
        path.parent.mkdir(parents=True, exist_ok=True)
        photograph(7).save(path, format="PNG")

    def read(*args):
        return [answer["file"] for answer in json.loads(run("predict", "--json", *args).out)]

    whole = ["0.png", "1.png", "2.png", "3.png", "4.png", "[7].png"]
    assert read(".") == whole
    assert read("*.png") == whole
    assert read("[34].png", "[7].png") == ["3.png", "4.png", "[7].png"]
    assert read("**/*.[pP][nN][gG]") == [*whole, "sub/9.png", "sub/sub/8.PNG"]
    assert read("sub/*") == ["sub/9.png"]
    assert read("3.png", "./3.png", photos / "3.png", ".") == ["3.png", *whole[:3], *whole[4:]]


def test_predict__names_of_no_file__are_named_and_the_others_read(photos, tmp_path):
    (tmp_path / "folder.png").mkdir()
    names = ["no.png", "no-*.png", "folder.png", 300 * "a"]
    result = run("predict", *(tmp_path / name for name in names), photos / "3.png")
    assert result.code == 1
    assert result.out.startswith(f"{photos / '3.png'}: 3 (")
    assert result.out.count("\n") == 1
    expected = ("no.png is missing", "no-*.png is missing", "has no image files", "name too long")
    lines = result.err.splitlines()
    assert len(lines) == len(expected)
    for line, words in zip(lines, expected, strict=True):
        assert line.startswith("skdigits: ")
        assert words in line


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_predict__pipe__is_not_waited_for(photos):
    os.mkfifo(photos / "pipe.png")
    assert_refused(run("predict", photos / "pipe.png"), 1, "is neither a file nor a folder")
    assert run("predict", photos).err == ""


def bomb(side):
    """The head of a PNG of so many pixels, and nothing of them."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b""))


@pytest.fixture
def bad_files(tmp_path):
    """Files that are no picture, and what is said of each."""
    png, jpeg, gif, tiff = (io.BytesIO() for _ in range(4))
    image = photograph(1)
    image.save(png, "PNG")
    image.save(jpeg, "JPEG")
    image.save(gif, "GIF", save_all=True, append_images=[photograph(2)])
    image.save(tiff, "TIFF", save_all=True, append_images=[photograph(2)])
    files = {
        "nothing.png": (b"", "is not an image (PNG, JPEG"),
        "cut.png": (png.getvalue()[:600], "is damaged"),
        "cut.jpg": (jpeg.getvalue()[:600], "is damaged"),
        "text.png": (b"not an image", "is not an image"),
        "pickle.png": (pickle.dumps(np.eye(3)), "is not an image"),
        "moving.gif": (gif.getvalue(), "is animated"),
        "pages.tiff": (tiff.getvalue(), "has several pages"),
        "bomb.png": (bomb(10_000), "bomb.png has more than 64,000,000 pixels"),
        "large-bomb.png": (bomb(100_000), "bomb.png has more than 64,000,000 pixels"),
    }
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)
    return {tmp_path / name: words for name, (_, words) in files.items()}


@pytest.mark.filterwarnings("default")
def test_predict__bad_files__are_named_and_the_others_read(bad_files, photos):
    good = photos / "3.png"
    result = run("predict", *bad_files, good)
    assert result.code == 1
    assert result.out.startswith(f"{good}: 3 (")
    assert result.out.count("\n") == 1
    lines = result.err.splitlines()
    assert len(lines) == len(bad_files)
    for line, (path, words) in zip(lines, bad_files.items(), strict=True):
        assert line.startswith(f"skdigits: {path}")
        assert words in line
    answers = json.loads(run("predict", *bad_files, good, "--json").out)
    assert len({tuple(answer) for answer in answers}) == 1
    for line, answer in zip(lines, answers, strict=False):
        assert line == f"skdigits: {answer['error']}"
        assert answer["label"] is None
    assert answers[-1]["error"] is None


def test_predict__model_of_another_size__reads_files_of_that_size_only(folder, bad_files, images):
    good = images / "1" / "1.png"
    result = run("predict", "--model", folder, *bad_files, good)
    assert result.code == 1
    assert result.out.startswith(f"{good}: ")
    lines = result.err.splitlines()
    assert len(lines) == len(bad_files)
    for path, line in zip(bad_files, lines, strict=True):
        assert path.name in line
    assert "has 200x120 pixels instead of 8x8: give images of that size" in lines[1]
    assert "has 10000x10000 pixels instead of 8x8" in lines[-2]
    assert "has more than 64,000,000 pixels" in lines[-1]
    result = run("predict", "--model", folder, good, "--explain")
    assert_refused(result, 2, "--explain", "8x8")


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
    answers = json.loads(run("predict", "--model", folder, *paths, "--json").out)
    assert len({answer["probability"] for answer in answers}) == 1


def test_predict__two_classes__have_one_runner_up(tmp_path, two_digits):
    classifier = skdigits.CNNDigitClassifier(max_epochs=10, random_state=0).fit(*two_digits)
    save_model(classifier, tmp_path / "model")
    Image.new("L", (8, 8)).save(tmp_path / "blank.png")
    args = ("predict", "--model", tmp_path / "model", tmp_path / "blank.png", "--json")
    answer = json.loads(run(*args).out)[0]
    assert {answer["label"], *(each["label"] for each in answer["runners_up"])} == {"0", "1"}


def test_predict__blank_paper__has_no_digit(tmp_path):
    path = tmp_path / "blank.png"
    Image.new("L", (90, 60), 200).save(path)
    assert run("predict", path) == (0, f"{path}: no ink found\n", "")
    assert json.loads(run("predict", path, "--json").out) == [
        {
            "file": str(path),
            "label": None,
            "probability": None,
            "runners_up": [],
            "score": None,
            "like_a_digit": False,
            "findings": ["empty: no ink found"],
            "error": None,
        }
    ]


@pytest.fixture(scope="module")
def own_models(tmp_path_factory):
    """Files of models of 28x28 pixels: that of the package, alone and behind a normaliser."""
    folder = tmp_path_factory.mktemp("models")
    rows = skdigits.load_pretrained()
    pictures = make_pipeline(skdigits.DigitNormalizer(erase=False), rows)
    careful = skdigits.SelectiveClassifier(FrozenEstimator(pictures), max_error_rate=0.5)
    X, y = load_digits(return_X_y=True)
    careful.fit(X[:100], rows.classes_[y[:100]])
    models = {"rows": rows, "pictures": pictures, "careful": careful}
    for name, model in models.items():
        save_model(model, folder / name)
    return folder, models


def test_predict__own_model__is_normalised_for_once(own_models, photos):
    folder, models = own_models
    paths = sorted(photos.iterdir())
    found = {
        name: [
            answer["probability"]
            for answer in json.loads(run("predict", "--model", folder / name, *paths, "--json").out)
        ]
        for name in models
    }
    reader = make_pipeline(skdigits.DigitNormalizer(), models["rows"])
    np.testing.assert_allclose(found["rows"], reader.predict_proba(paths).max(1), rtol=1e-5)
    for name in ("pictures", "careful"):
        expected = models[name].predict_proba(paths).max(1)
        np.testing.assert_allclose(found[name], expected, rtol=1e-5)


def test_predict__what_a_selective_model_rejects(own_models, photos, tmp_path):
    careful = load_model(own_models[0] / "careful")
    careful.threshold_ = 1.1
    save_model(careful, tmp_path / "model")
    args = ("predict", "--model", tmp_path / "model", photos / "2.png")
    reject = str(careful.reject_label_)
    answer = json.loads(run(*args, "--json").out)[0]
    assert answer["label"] == reject
    assert answer["runners_up"][0]["label"] == "2"
    assert answer["probability"] == answer["runners_up"][0]["probability"]
    assert len(answer["runners_up"]) == 2
    assert run(*args).out.startswith(f"{photos / '2.png'}: {reject} (best guess 2, ")


def test_evaluate__selective_model(own_models, images):
    for path in images.glob("*/*.png"):
        with Image.open(path) as image:
            image.resize((28, 28)).save(path)
    assert run("evaluate", own_models[0] / "careful", "--images", images).code == 0


def test_predict__what_is_not_like_a_digit(folder, images, tmp_path):
    noise = np.random.default_rng(0).integers(0, 2, (8, 8), dtype=np.uint8) * 255
    Image.fromarray(noise).save(tmp_path / "noise.png")
    args = ("predict", "--model", folder, tmp_path / "noise.png")
    answer = json.loads(run(*args, "--json").out)[0]
    assert answer["score"] < 0
    assert answer["like_a_digit"] is False
    assert run(*args).out.endswith(" %), but not like a digit\n")


def test_predict__csv_says_what_json_says(photos, tmp_path):
    args = ("predict", photos, tmp_path / 'no, "none".png')
    table, documents = run(*args, "--csv"), json.loads(run(*args, "--json").out)
    assert table.code == 1
    assert table.out.splitlines()[0] == "file,label,probability,score,like_a_digit,error"
    rows = list(csv.DictReader(io.StringIO(table.out)))
    assert rows == [
        {name: "" if document[name] is None else str(document[name]) for name in rows[0]}
        for document in documents
    ]


def test_predict__max_error_rate(photos):
    result = run("predict", photos, "--max-error-rate", "0.1", "--json")
    assert result.code == 0
    careful = skdigits.load_pretrained(max_error_rate=0.1)
    for answer in json.loads(result.out):
        rejected = answer["probability"] < careful.threshold_
        assert (answer["label"] == str(careful.reject_label_)) == rejected
    assert_refused(run("predict", photos, "--max-error-rate", "1e-9"), 1, "cannot be promised")


def test_predict__explain(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(photos)
    (photos / "sub").mkdir()
    photograph(7).save("sub/3.png")
    Image.new("L", (28, 28)).save("3-steps.png")
    before = Path("3-steps.png").read_bytes()
    result = run("predict", "3.png", "3-steps.png", "sub", "--explain")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].startswith("3.png: 3 (")
    assert lines[1] == "    dark on light: inverted"
    at = lines.index("3-steps.png: no ink found")
    assert lines[at + 1] == "    empty: no ink found"
    assert Path("3-steps.png").read_bytes() == before
    made = {path.name for path in photos.glob("*-steps*")}
    assert made == {"3-steps.png", "3-steps-2.png", "3-steps-steps.png", "3-steps-3.png"}
    for name in made - {"3-steps.png"}:
        with Image.open(name) as picture:
            assert picture.width >= 1200
    assert plt.get_fignums() == []


def test_predict__explain__picture_that_cannot_be_written(photos, monkeypatch):
    monkeypatch.chdir(photos)
    name = 248 * "a" + ".png"
    photograph(3).save(name)
    result = run("predict", name, "--explain")
    assert result.code == 1
    assert result.out.startswith(f"{name}: 3 (")
    steps = f"{name.removesuffix('.png')}-steps.png"
    assert result.err == f"skdigits: {steps} cannot be written: File name too long.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only there may a name hold anything")
def test_predict__names_that_are_no_text(photos):
    odd = os.fsencode(photos) + b"/line\nbreak \x1b[31m \xff.png"
    os.rename(photos / "3.png", odd)
    text = run("predict", photos).out
    assert r"/line\nbreak \x1b[31m \udcff.png: 3 (" in text
    assert text.count("\n") == 5
    assert r"/line\nbreak \x1b[31m \udcff.png,3," in run("predict", photos, "--csv").out
    assert os.fsencode(json.loads(run("predict", photos, "--json").out)[-1]["file"]) == odd
    os.truncate(odd, 9)
    assert r"/line break \x1b[31m \udcff.png is not an image" in run("predict", photos).err


def test_predict__interrupted__keeps_what_was_said(photos):
    for copy in range(500):
        shutil.copy(photos / "0.png", photos / f"copy-{copy}.png")
    with start("predict", photos, stderr=subprocess.PIPE) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == "skdigits: interrupted\n"
    lines = (first + out).splitlines()
    assert 0 < len(lines) < 505
    assert all(line.endswith(" %)") for line in lines)


@pytest.mark.parametrize("all_of_it", [True, False])
def test_predict__on_a_terminal__shows_a_bar(photos, all_of_it):
    terminal, its_end = pytest.importorskip("pty").openpty()
    streams = {"stdout": its_end} if all_of_it else {}
    with start("predict", photos, stderr=its_end, **streams) as process:
        os.close(its_end)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's end
            while part := os.read(terminal, 1000):
                shown += part
        said = shown.decode() if all_of_it else process.stdout.read()
    os.close(terminal)
    assert process.returncode == 0
    assert "reading" in shown.decode()
    assert [f"{label}.png: {label} (" in said for label in range(5)] == 5 * [True]
    if not all_of_it:
        assert "\x1b" not in said
        assert said.count("\n") == 5


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
        "problem": None,
    }
    for words in (
        *report["versions"],
        *report["versions"].values(),
        report["device"],
        "not cached",
    ):
        assert words in result.out
    assert os.listdir(tmp_path) == []


# Doctor


def test_doctor__tells_the_environment_and_tests_the_installation(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "data"))
    result = run("doctor")
    assert (result.code, result.err) == (0, "")
    assert run("info").out in result.out
    assert result.out.count(": yes") == 4
    report, environment = (json.loads(run(each, "--json").out) for each in ("doctor", "info"))
    assert {name: report[name] for name in environment} == environment
    assert all(test["ok"] for test in report["self_test"])
    assert os.listdir(tmp_path) == []


def test_doctor__broken_installation__is_told_and_the_code_is_1(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "file"))
    monkeypatch.setattr("torch.nn.functional.cross_entropy", None)

    def fail():
        raise RuntimeError("no threads")

    monkeypatch.setattr("torch.get_num_threads", fail)
    result = run("doctor")
    assert (result.code, result.err) == (1, "")
    assert "the environment can be told: NO. RuntimeError" in result.out
    assert "torch trains: NO. TypeError" in result.out
    assert "the network of the package reads a digit: yes" in result.out
    assert f"NO. {tmp_path / 'file'} cannot be written to" in result.out
    assert json.loads(run("doctor", "--json").out)["platform"] in result.out


@pytest.fixture
def digit_files(tmp_path):
    """A folder of 60 of the bundled digits, a sub-folder a label, and a function to change them."""
    X, y = load_digits(return_X_y=True)

    def save(images, labels):
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            path = tmp_path / "digits" / str(label) / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image.reshape(2 * (int(image.size**0.5),))).save(path)
        return tmp_path / "digits"

    return save, skdigits.DigitNormalizer().transform(X[:60]), y[:60]


def test_doctor__images_that_are_all_right(digit_files):
    save, X, y = digit_files
    assert run("doctor", "--images", save(X, y)) == (0, "60 labelled images\nnothing found\n", "")


def test_doctor__inverted_images_of_the_model_s_size(digit_files):
    save, X, y = digit_files
    folder = save(255 - X, y)
    result = run("doctor", "--images", folder)
    assert (result.code, result.err) == (1, "")
    assert "inverted-images: Ink and paper are exchanged" in result.out
    report = json.loads(run("doctor", "--images", folder, "--json").out)
    assert [finding["code"] for finding in report["findings"]] == ["inverted-images"]
    assert report["findings"][0]["docs"] == "docs/diagnose.rst#inverted-images"
    assert (report["n_images"], report["labelled"]) == (60, True)


def test_doctor__images_of_other_sizes_are_normalised_as_for_predict(digit_files):
    save, X, y = digit_files
    folder = save(np.pad(255 - X.reshape(-1, 28, 28), ((0, 0), (9, 9), (9, 9)), mode="edge"), y)
    assert run("doctor", "--images", folder).code == 0


def test_doctor__own_model_of_numbers_and_images_without_labels(digit_files, tmp_path):
    save, X, y = digit_files
    model = skdigits.CNNDigitClassifier(max_epochs=30, random_state=0).fit(X, y)
    save_model(model, tmp_path / "model")
    folder = save(X, y)
    assert run("doctor", tmp_path / "model", "--images", folder).code == 0
    result = run("doctor", tmp_path / "model", "--images", folder / "3")
    assert result.out.endswith(" images without labels\nnothing found\n")
    reader = make_pipeline(skdigits.DigitNormalizer(), load_pretrained())
    save_model(reader, tmp_path / "reader")
    assert run("doctor", tmp_path / "reader", "--images", folder).code == 0


def test_doctor__no_images_or_bad_ones(folder, images, tmp_path):
    (tmp_path / "empty").mkdir()
    for name, words in (("empty", "has no image files"), ("none", "is missing")):
        assert_refused(run("doctor", "--images", tmp_path / name), 1, words)
    assert_refused(run("doctor", tmp_path / "none", "--images", images), 1, "cannot be read")
    Image.new("L", (28, 20)).save(images / "1" / "large.png")
    assert_refused(run("doctor", folder, "--images", images), 1, "28x20 pixels instead of 8x8")


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
    assert json.loads(run("info", "--json").out)["data"]["mnist_cached"] is True
