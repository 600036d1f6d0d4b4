"""``skdigits doctor``, run as a user runs it."""

import json
import os

import numpy as np
import pytest
from commands import assert_refused, run
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

import skdigits
from skdigits import load_pretrained
from skdigits.io import save_model


def test_doctor__tells_the_environment_and_tests_the_installation(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "data"))
    result = run("doctor")
    assert (result.code, result.err) == (0, "")
    assert result.out.count(": yes") == 4
    report = json.loads(run("doctor", "--json").out)
    assert all(test["ok"] for test in report["self_test"])
    packages = {"skdigits", "python", "numpy", "scikit-learn", "skorch", "torch"}
    assert report["versions"].keys() == packages
    assert report["precision"] in ("bfloat16", "float32")
    assert report["threads"] >= 1
    cache = {"folder": str(tmp_path / "data"), "mnist_cached": False, "problem": None}
    assert report["data"] == cache
    for words in (*packages, *report["versions"].values(), report["device"], "not cached"):
        assert words in result.out
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
    assert "the environment can be examined: NO. RuntimeError" in result.out
    assert "a network can be trained: NO. TypeError" in result.out
    assert "the pretrained model reads a digit: yes" in result.out
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
    assert "inverted-images: Ink and paper are swapped" in result.out
    report = json.loads(run("doctor", "--images", folder, "--json").out)
    assert [finding["code"] for finding in report["findings"]] == ["inverted-images"]
    address = "https://skdigits.readthedocs.io/en/stable/diagnose.html#inverted-images"
    assert report["findings"][0]["docs"] == address
    assert f"See {address}\n" in result.out
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


def test_doctor__unknown_labels_and_images_left_out_come_before_confidence(digit_files, tmp_path):
    save, X, y = digit_files
    folder = save(X, [f"digit {label}" if label % 2 else label for label in y])
    assert len(y) > 50  # enough for their confidence to be looked at
    for name in ("stray.png", "3/deep/er.png"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(X[0].reshape(28, 28)).save(path)
    (folder / "photo.pdf").touch()
    result = run("doctor", "--images", folder)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "1 file skipped (.pdf): convert pictures to JPEG or PNG." in result.err
    findings = [line.split(":")[0] for line in result.out.splitlines() if line[0] != " "]
    assert findings == ["60 labelled images", "images-left-out", "unknown-labels"]
    assert "2 images left out, as no label is given (3/deep/er.png, stray.png)." in result.out
    n_unknown = int((y % 2).sum())
    assert f"{n_unknown} labels of 60 are not known to the model (digit 1, digit 3" in result.out


def test_doctor__unknown_labels_of_a_model_of_numbers(digit_files, tmp_path):
    save, X, y = digit_files
    model = skdigits.CNNDigitClassifier(max_epochs=30, random_state=0).fit(X, y)
    save_model(model, tmp_path / "model")
    result = run("doctor", tmp_path / "model", "--images", save(X, ["x", *y[1:]]))
    assert "unknown-labels: 1 label of 60 is not known to the model (x)" in result.out
    assert "another-type" not in result.out


def test_doctor__ten_images_with_wrong_labels__say_nothing_of_calibration(digit_files):
    save, X, y = digit_files
    result = run("doctor", "--images", save(X[:10], [*y[:7], *y[[8, 9, 7]]]))
    assert "confidence" not in result.out
    assert "calibration" not in result.out.lower()


def test_doctor__one_image(digit_files):
    save, X, y = digit_files
    folder = save(X[:1], y[:1])
    assert run("doctor", "--images", folder).out == "1 labelled image\nnothing found\n"
    assert run("doctor", "--images", folder / "0").out == "1 image without labels\nnothing found\n"
