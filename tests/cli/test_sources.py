"""Labelled images of the user's: the forms they may have, and what is wrong with others."""

import csv
import shutil

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from skdigits import DigitNormalizer
from skdigits.cli._sources import name_of, read_rows, read_source

digits = load_digits()
X = (digits.images * 255 / 16).round().astype(np.uint8)[:20]
y = digits.target[:20]


def write_images(folder, images=X, labels=y):
    """Write a sub-folder of dark digits for each label."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        path = folder / str(label) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - image).save(path)


def write_pixels(path, images=X, labels=y, header=None):
    n_pixels = images[0].size
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(header or ["label", *(f"pixel{number}" for number in range(n_pixels))])
        rows.writerows([label, *image.ravel()] for image, label in zip(images, labels, strict=True))


def test_folder__a_sub_folder_for_each_label(tmp_path):
    write_images(tmp_path)
    (part,) = read_source(tmp_path).values()
    assert sorted(part.labels) == sorted(y.astype(str))
    assert [path.parent.name for path in part.pictures] == list(part.labels)
    assert part.names == part.pictures


def test_folder__train_and_test(tmp_path):
    write_images(tmp_path / "train", X[:12], y[:12])
    write_images(tmp_path / "test", X[12:], y[12:])
    parts = read_source(tmp_path)
    assert {name: len(part.labels) for name, part in parts.items()} == {"train": 12, "test": 8}
    assert sorted(parts["test"].labels) == sorted(y[12:].astype(str))


@pytest.mark.parametrize("given", ["", "labels.csv", "mine.csv"])
def test_table_of_files(given, tmp_path):
    write_images(tmp_path)
    table = tmp_path / (given or "labels.csv")
    table.write_text("label,file\nzero,0/0.png\none,1/1.png\n")
    (part,) = read_source(tmp_path / given).values()
    assert list(part.labels) == ["zero", "one"]
    assert part.names == [tmp_path / "0" / "0.png", tmp_path / "1" / "1.png"]


@pytest.mark.parametrize(
    "arrays",
    [
        {"X": X, "y": y},
        {"x": X.reshape(20, 64), "y": y[:, None]},
        {"images": X[:, None], "labels": y.astype(float)},
        {"data": X[..., None], "target": y.astype(str)},
        {"x": np.stack([X] * 3, axis=-1), "y": y.astype("S")},
    ],
    ids=["images", "rows", "channel first", "channel last", "colour"],
)
def test_arrays__names_and_shapes(arrays, tmp_path):
    np.savez(tmp_path / "digits.npz", **arrays)
    (part,) = read_source(tmp_path / "digits.npz").values()
    assert part.labels.tolist() == y.astype(str).tolist()
    assert part.names == [*range(20)]
    rows = read_rows(part.pictures, DigitNormalizer(), (28, 28))
    np.testing.assert_array_equal(rows, DigitNormalizer().transform(X))


@pytest.mark.parametrize("form", ["{}_{}", "{1}_{0}"])
def test_arrays__train_and_test_as_in_keras_mnist(form, tmp_path):
    arrays = {"train": (X[:12], y[:12]), "test": (X[12:], y[12:])}
    named = {
        form.format(name, part): array
        for part, pair in arrays.items()
        for name, array in zip("xy", pair, strict=True)
    }
    np.savez_compressed(tmp_path / "mnist.npz", **named)
    parts = read_source(tmp_path / "mnist.npz")
    for name, (images, labels) in arrays.items():
        np.testing.assert_array_equal(parts[name].pictures, images)
        assert parts[name].labels.tolist() == labels.astype(str).tolist()


def test_pair_of_npy_files(tmp_path):
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    (part,) = read_source(tmp_path / "X.npy").values()
    np.testing.assert_array_equal(part.pictures, X)
    assert part.labels.tolist() == y.astype(str).tolist()


def test_table_of_pixels(tmp_path):
    write_pixels(tmp_path / "train.csv")
    (part,) = read_source(tmp_path / "train.csv").values()
    np.testing.assert_array_equal(part.pictures, X)
    assert part.labels.tolist() == y.astype(str).tolist()


def test_images_of_the_model_s_size__are_taken_as_they_are(tmp_path):
    write_images(tmp_path, X[:2], ["a", "b"])
    (part,) = read_source(tmp_path).values()
    np.testing.assert_array_equal(
        read_rows(part.pictures, None, (8, 8)), 255 - X[:2].reshape(2, -1)
    )
    np.testing.assert_array_equal(read_rows(X, None, (8, 8)), X.reshape(20, -1))
    with pytest.raises(ValueError, match=r"have the shape \(8, 8\), but this model reads \(9, 8\)"):
        read_rows(X, None, (9, 8))


def test_few_large_images__are_not_one_in_colour():
    images = np.kron(X[:3], np.ones((10, 10), np.uint8))
    assert read_rows(images, DigitNormalizer(), None).shape == (3, 784)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"X": X}, "no images with labels among x: call the arrays X and y"),
        ({}, "among no arrays"),
        ({"X": X, "y": y[:-1]}, r"labels of shape \(19,\) for x of shape \(20, 8, 8\)"),
        ({"X": X, "y": np.eye(20)}, r"labels of shape \(20, 20\)"),
        ({"X": X[:0], "y": y[:0]}, "has no images in x"),
        ({"X": X.ravel(), "y": np.zeros(1280)}, r"has x of shape \(1280,\), but images have"),
        ({"X": X.reshape(20, 64)[:, 1:], "y": y}, r"has x of shape \(20, 63\)"),
        ({"X": X.astype(str), "y": y}, "pixels are numbers"),
        ({"X": X.astype(object), "y": y}, "pickled Python objects, which can run code"),
        ({"X": np.array(1), "y": y}, r"for x of shape \(\)"),
    ],
)
def test_arrays__that_are_no_labelled_images(arrays, words, tmp_path):
    np.savez(tmp_path / "digits.npz", **arrays)
    with pytest.raises(ValueError, match=f"digits.npz .*{words}"):
        read_source(tmp_path / "digits.npz")


def test_pickled_npy__is_not_opened(tmp_path):
    np.save(tmp_path / "X.npy", np.array([X[0], None], dtype=object))
    np.save(tmp_path / "y.npy", y[:2])
    with pytest.raises(ValueError, match=r"X\.npy holds pickled Python objects"):
        read_source(tmp_path / "X.npy")


@pytest.mark.parametrize("n_bytes", [0, 5, 300])
def test_damaged_archive(n_bytes, tmp_path):
    path = tmp_path / "digits.npz"
    np.savez_compressed(path, X=X, y=y)
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(ValueError, match=r"digits\.npz is no \.npz file of NumPy, or is damaged"):
        read_source(path)


def test_altered_archive(tmp_path):
    path = tmp_path / "digits.npz"
    np.savez_compressed(path, X=X, y=y)
    content = bytearray(path.read_bytes())
    content[200:210] = bytes(10)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"digits\.npz is damaged"):
        read_source(path)


def test_npy_called_npz(tmp_path):
    np.save(tmp_path / "X.npy", X)
    shutil.move(tmp_path / "X.npy", tmp_path / "X.npz")
    with pytest.raises(ValueError, match="holds a single array"):
        read_source(tmp_path / "X.npz")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "has neither the header file,label nor label,pixel0,pixel1"),
        ("7,0,0,0,0\n", "has neither the header file,label nor label,pixel0"),
        ("label,pixel0,pixel1\n7,0,0\n", "has neither .* with the pixels of square images"),
        ("file,digit\n0.png,7\n", "has no header file,label"),
        ("file,label\n", "has no labelled images"),
        ("label,a,b,c,d\n", "has no images in pixels"),
        ("label,a,b,c,d\n7,0,0,0\n", "has 4 instead of 5 values in line 2"),
        ("label,a,b,c,d\n7,0,0,0,0\n\n,0,0,0,0\n", "has no label in line 4"),
        ("label,a,b,c,d\n7,0,0,0,x\n", "has a pixel that is not a number in line 2"),
        (b"label,a,b,c,d\n\xff,0,0,0,0\n", "is not text in UTF-8"),
        (f"label,a,b,c,d\n{'0' * 200_000},0,0,0,0\n", "cannot be read: field larger"),
    ],
)
def test_tables__that_are_no_labelled_images(table, words, tmp_path):
    path = tmp_path / "train.csv"
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    with pytest.raises(ValueError, match=f"train.csv {words}"):
        read_source(path)


def test_what_is_no_source(tmp_path):
    (tmp_path / "photo.jpg").touch()
    (tmp_path / "empty").mkdir()
    for name, words in {
        "photo.jpg": "give a folder of images, or a .csv, .npz or .npy file",
        "none": "is missing: no file or folder has this name",
        "empty": "has no labelled images: expected a sub-folder of images for each label",
    }.items():
        with pytest.raises(ValueError, match=f"{name} .*{words}"):
            read_source(tmp_path / name)


def test_unreadable_picture__is_named(tmp_path):
    write_images(tmp_path)
    (tmp_path / "3" / "3.png").write_text("no picture")
    (part,) = read_source(tmp_path).values()
    for normalizer in (DigitNormalizer(), None):
        with pytest.raises(ValueError, match=r"3/3\.png is not an image"):
            read_rows(part.pictures, normalizer, (8, 8))


def test_name_of_a_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.digits").mkdir()
    assert name_of(tmp_path / "my.digits") == "my.digits"
    assert name_of(tmp_path / "mnist.npz") == "mnist"
    assert name_of(type(tmp_path)(".")) == tmp_path.name
