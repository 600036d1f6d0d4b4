"""Models kept in files."""

import os
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, PixelScaler
from skdigits.persistence import ModelFileError, load_model, save_model


@pytest.fixture(scope="module")
def model(small_digits):
    classifier = CNNDigitClassifier(max_epochs=10, random_state=0)
    return make_pipeline(PixelScaler(), classifier).fit(*small_digits)


@pytest.fixture
def file(model, tmp_path):
    """A saved model."""
    save_model(model, tmp_path / "digits.model")
    return tmp_path / "digits.model"


def test_loaded_model_predicts_the_same(model, file, small_digits):
    X, _ = small_digits
    np.testing.assert_array_equal(load_model(file).predict_proba(X), model.predict_proba(X))


def test_a_lone_classifier_and_a_path_as_str(model, tmp_path, small_digits):
    path = str(tmp_path / "digits.model")
    save_model(model[-1], path)
    loaded = load_model(path)
    assert loaded.get_params() == model[-1].get_params()
    np.testing.assert_array_equal(
        loaded.predict(small_digits[0]), model[-1].predict(small_digits[0])
    )


def test_an_existing_file_is_replaced(model, file):
    file.write_text("other")
    save_model(model, file)
    assert load_model(file).get_params().keys() == model.get_params().keys()
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        (CNNDigitClassifier(), "CNNDigitClassifier is not fitted"),
        (PixelScaler(), "PixelScaler is not a classifier"),
        (GaussianNB(), "GaussianNB is not one of its classes"),
        (make_pipeline(PCA(), CNNDigitClassifier()), "PCA is not one of its classes"),
        (GridSearchCV(CNNDigitClassifier(), {}), "GridSearchCV is not one of its classes"),
        ("model", "str is not one of its classes"),
    ],
)
def test_what_is_no_model_is_neither_saved_nor_loaded(thing, reason, tmp_path):
    path = tmp_path / "file"
    with pytest.raises(ValueError, match=f"cannot be saved: {reason}"):
        save_model(thing, path)
    assert not path.exists()
    joblib.dump(thing, path)
    with pytest.raises(ModelFileError, match=f"holds no model of this package: {reason}"):
        load_model(path)


def test_file_is_missing_or_a_folder(tmp_path):
    with pytest.raises(ModelFileError, match=r"none cannot be read: No such file"):
        load_model(tmp_path / "none")
    with pytest.raises(ModelFileError, match=r"cannot be read: Is a directory"):
        load_model(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_truncated_file(file, share):
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelFileError, match=r"digits.model is damaged or not a model file"):
        load_model(file)


@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
def test_altered_file(file, place):
    content = bytearray(file.read_bytes())
    content[int(place * (len(content) - 1))] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(ModelFileError, match="is damaged or not a model file"):
        load_model(file)


def test_file_of_another_kind(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a model")
    with pytest.raises(ModelFileError, match="is damaged or not a model file"):
        load_model(path)


def test_file_that_needs_a_missing_package(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps(np.ones).replace(b"numpy", b"nunpy"))
    with pytest.raises(ModelFileError, match="needs nunpy, which is not installed"):
        load_model(path)


def test_folder_that_does_not_exist(model, tmp_path):
    with pytest.raises(FileNotFoundError):
        save_model(model, tmp_path / "none" / "digits.model")


def test_full_disk_leaves_the_old_file_and_nothing_else(file):
    before = file.read_bytes()
    resource = pytest.importorskip("resource")
    limit = f"resource.RLIMIT_FSIZE, ({len(before) // 2}, {resource.RLIM_INFINITY})"
    code = (
        "import resource, sys; from skdigits.persistence import load_model, save_model\n"
        f"model = load_model(sys.argv[1]); resource.setrlimit({limit})\n"
        "try: save_model(model, sys.argv[1])\n"
        "except OSError: print('refused')\n"
    )
    # without -B, modules that Python compiles would be cut short on the disk, too
    run = subprocess.run([sys.executable, "-B", "-c", code, file], capture_output=True, text=True)
    assert run.stdout == "refused\n", run.stderr
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == [file.name]
