"""``skdigits evaluate``, run as a user runs it."""

import csv
import json
import os
import shutil

import numpy as np
import pytest
from commands import FILES, assert_refused, run
from PIL import Image
from sklearn.datasets import load_digits

import skdigits
from skdigits import load_pretrained
from skdigits.io import save_model


def test_evaluate__repeats_what_train_measured(folder):
    before = json.loads((folder / "report.json").read_text())
    result = run("evaluate", folder, "--json")
    after = json.loads(result.out)
    assert (result.code, result.err) == (0, "")
    for name in ("accuracy", "loss", "n_errors", "per_label", "confusion_matrix"):
        assert after[name] == before[name]
    table = run("evaluate", folder / "model.safetensors", "--dataset", "digits")
    assert table.out.strip() in (folder / "report.txt").read_text()
    assert "Add -o FOLDER to keep the predictions" in table.err


def test_evaluate__folder_of_images_with_pictures(folder, images, tmp_path):
    output = tmp_path / "results"
    result = run("evaluate", folder, "--images", images, "--output", output)
    assert result.code == 0
    assert "3 images" in result.out
    assert result.out.endswith(f"The report, the predictions and the pictures are in {output}.\n")
    assert {path.name for path in output.iterdir()} == FILES - {
        "model.safetensors",
        "results.csv",
        "training_batch.png",
        "training_curve.png",
    }
    assert json.loads((output / "report.json").read_text())["images"] == str(images)
    assert_refused(
        run("evaluate", folder, "--images", images, "--output", output), 1, "is not empty"
    )


def test_evaluate__images_without_a_label__are_counted(folder, images):
    shutil.copy(images / "1" / "1.png", images / "unknown.png")
    result = run("evaluate", folder, "--images", images)
    assert "3 images" in result.out
    assert "1 image left out, as no label is given (unknown.png)." in result.err


def test_evaluate__no_errors__their_picture_is_its_title(images, tmp_path):
    X, y = load_digits(return_X_y=True)
    clf = skdigits.CNNDigitClassifier(filters=(8,), max_epochs=30, random_state=0)
    save_model(clf.fit(X[:100], y[:100]), tmp_path / "model")
    output = tmp_path / "results"
    result = run("evaluate", tmp_path / "model", "--images", images, "--output", output)
    assert "0 errors in 3 images" in result.out
    with Image.open(output / "misclassified.png") as picture:
        assert picture.height < picture.width


def test_evaluate__table_of_labels(folder, images, tmp_path):
    by_folder = json.loads(run("evaluate", folder, "--images", images, "--json").out)
    table = 'file, label\n0/0.png, 0\n 1/1.png ,1 \n"2/2.png", "2"\n'
    (images / "labels.csv").write_text(table)
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
        (b"file,label\n0/0.png,\xff\n", "labels.csv is not text in UTF-8"),
        (f"file,label\n{'0' * 200_000}.png,0\n", "labels.csv cannot be read: field larger"),
        ("file,label\n0,0\n", "/0, which "),
        ("file,label\n0/0.png,zero\n", "labelled zero, but this model knows only 0, 1, 2"),
    ],
)
def test_evaluate__bad_table(table, words, folder, images):
    content = table if isinstance(table, bytes) else table.encode()
    (images / "labels.csv").write_bytes(content)
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
    for options in ((), ("--dataset", "digits")):
        result = run("evaluate", tmp_path / "model", *options)
        assert_refused(result, 1, "reads 4x4 pixels", "bundled digits have 8x8", "--images")


def test_evaluate__data_set_that_the_model_does_not_read__is_named(folder):
    result = run("evaluate", folder, "--dataset", "mnist")
    assert_refused(result, 1, "reads 8x8 pixels, but MNIST has 28x28", "leave out --dataset mnist")


def test_evaluate__without_a_model__the_pretrained_one_and_a_table_of_answers(images, tmp_path):
    output = tmp_path / "results"
    result = run("evaluate", "--images", images, "-o", output)
    assert result.code == 0
    assert json.loads((output / "report.json").read_text())["model"] == "pretrained"
    with (output / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [str(path) for path in sorted(images.glob("*/*.png"))]
    assert [row["true"] for row in rows] == ["0", "1", "2"]
    model = load_pretrained()
    X = skdigits.DigitNormalizer().transform([row["file"] for row in rows])
    assert [row["predicted"] for row in rows] == model.predict(X).tolist()
    for column, values in (
        ("probability", model.predict_proba(X).max(axis=1)),
        ("score", model.score_samples(X)),
    ):
        found = [float(row[column]) for row in rows]
        np.testing.assert_allclose(found, values, atol=0.001)


def test_evaluate__one_image__in_the_singular(images):
    for label in "12":
        shutil.rmtree(images / label)
    assert " error" in (out := run("evaluate", "--images", images).out)
    assert " in 1 image, loss" in out


def test_evaluate__divided_images__those_for_testing(folder, tmp_path):
    X, y = load_digits(return_X_y=True)
    X = (X * 255 / 16).round().astype(np.uint8)
    np.savez(tmp_path / "a.npz", x_train=X, y_train=y, x_test=X[:30], y_test=y[:30])
    np.savez(tmp_path / "b.npz", X=X[:30], y=y[:30])
    a, b = (
        json.loads(run("evaluate", folder, "--images", tmp_path / name, "--json").out)
        for name in ("a.npz", "b.npz")
    )
    assert a["n_images"] == b["n_images"] == 30
    assert a["loss"] == b["loss"]


def test_evaluate__device(folder):
    assert run("evaluate", folder, "--device", "cpu").out == run("evaluate", folder).out
    assert_refused(run("evaluate", folder, "--device", "abacus"), 2, "abacus", "not available")


def test_evaluate__photographs_are_read_as_by_predict(photos, tmp_path):
    (photos / "labels.csv").write_text("file,label\n" + "".join(f"{i}.png,{i}\n" for i in range(5)))
    save_model(load_pretrained(), tmp_path / "model")
    report = json.loads(run("evaluate", tmp_path / "model", "--images", photos, "--json").out)
    assert (report["n_images"], report["accuracy"]) == (5, 1)
    (photos / "4.png").write_text("no picture")
    result = run("evaluate", tmp_path / "model", "--images", photos)
    assert_refused(result, 1, "4.png is not an image")


def test_evaluate__selective_model(own_models, images):
    for path in images.glob("*/*.png"):
        with Image.open(path) as image:
            image.resize((28, 28)).save(path)
    assert run("evaluate", own_models[0] / "careful", "--images", images).code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_evaluate__pipes_and_folders_named_as_images(folder, images):
    expected = json.loads(run("evaluate", folder, "--images", images, "--json").out)
    os.mkfifo(images / "0" / "pipe.png")
    (images / "1" / "folder.png").mkdir()
    found = json.loads(run("evaluate", folder, "--images", images, "--json").out)
    assert (found["n_images"], found["loss"]) == (3, expected["loss"])
    table = images / "labels.csv"
    table.write_text("file,label\n0/pipe.png,0\n")
    assert_refused(run("evaluate", folder, "--images", images), 1, "pipe.png", "is not a file")
    table.unlink()
    os.mkfifo(table)
    assert_refused(run("evaluate", folder, "--images", images), 1, "labels.csv is not a file")


def test_evaluate__own_normaliser__is_used_once_as_by_predict(own_models, photos):
    (photos / "labels.csv").write_text("file,label\n" + "".join(f"{i}.png,{i}\n" for i in range(5)))
    paths = [photos / f"{i}.png" for i in range(5)]
    expected = -np.log(own_models[1]["pictures"].predict_proba(paths)[range(5), range(5)]).mean()
    report = json.loads(
        run("evaluate", own_models[0] / "pictures", "--images", photos, "--json").out
    )
    assert report["loss"] == pytest.approx(expected, rel=1e-4)


def test_evaluate__url(folder):
    address = "https://example.org/digits"
    for args in (["evaluate", address], ["evaluate", folder, "--images", address]):
        assert_refused(run(*args), 1, f"{address} is a URL, which cannot be read: download it")
