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
