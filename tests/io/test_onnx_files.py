"""Files of ONNX: what ONNX Runtime says is what the model says."""

import hashlib
import json
import os

import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors.numpy
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    DigitReader,
    PixelScaler,
    SelectiveClassifier,
    load_pretrained,
    load_reader,
    to_onnx,
)
from skdigits.io import _onnx_files


def classifier(**parameters):
    return CNNDigitClassifier(
        **{"filters": (8, 8), "max_epochs": 3, "random_state": 0} | parameters
    )


def run(path, X):
    """Return what ONNX Runtime says of images: labels, probabilities and scores."""
    return onnxruntime.InferenceSession(path).run(None, {"X": X})


def check(model, path, X, **how):
    """Write a model, and hold what ONNX Runtime says of rows against what the model says."""
    comparison = to_onnx(model, path, **how)
    assert comparison.n_images == 1000
    assert comparison.n_different == 0
    assert comparison.largest_difference < 1e-4
    labels, probabilities, scores = run(path, X)
    rows = X.reshape(len(X), -1)
    np.testing.assert_array_equal(labels, model.predict(rows))
    np.testing.assert_allclose(probabilities, model.predict_proba(rows), atol=1e-5)
    expected = model.score_samples(rows)
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-3)
    return labels


MODELS = {
    "alone": lambda: classifier(),
    "scaled": lambda: make_pipeline(PixelScaler(), classifier()),
    "search": lambda: GridSearchCV(classifier(), {"learning_rate": [0.01]}, cv=2),
    "selective": lambda: SelectiveClassifier(
        make_pipeline(PixelScaler(), classifier(max_epochs=8)), max_error_rate=0.05, random_state=0
    ),
}


@pytest.mark.parametrize(
    ("as_text", "dtype", "images"),
    [(True, "float32", False), (False, "uint8", True)],
    ids=["text-float32-rows", "int-uint8-images"],
)
@pytest.mark.parametrize("kind", MODELS)
def test_any_kind_of_model(kind, as_text, dtype, images, digits, tmp_path):
    X, y = digits
    X, y = X.astype(dtype), y.astype(str) if as_text else y
    model = MODELS[kind]().fit(X[:600], y[:600])
    few = X[600:800].reshape(-1, 8, 8) if images else X[600:800]
    labels = check(model, tmp_path / "model.onnx", few, dtype=dtype, images=images)
    assert labels.dtype == (object if as_text else np.int64)
    if kind == "selective":
        assert 0 < (labels == model.reject_label_).mean() < 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]  # no data beside it


@pytest.mark.parametrize(
    "parameters",
    [
        {"patch_size": 3},
        {"patch_size": 2, "filters": ((8, 8), 8)},
        {"filters": ()},
        {"filters": (8, 8, 8, 8, 8)},
        {"kernel_size": 5, "filters": (8, (8, 8))},
        {"hidden_layer_sizes": (12, 11)},
        {"outlier_label": 9},
        {"precision": "float64", "batch_size": 100},
        {"precision": "bfloat16"},
    ],
)
def test_any_network(parameters, digits, tmp_path):
    X, y = digits
    model = classifier(**parameters).fit(X[:300], y[:300])
    for convolution in model.net_.module_.network.convolutions:
        convolution.norm.weight.data[::3] *= -1  # of both signs, as a long training leaves them
    check(model, tmp_path / "model.onnx", X[300:500].astype(np.float32))


def test_an_exact_fit_and_one_without_what_is_typical(small_digits, tmp_path):
    X, y = small_digits
    check(classifier().fit(X[:30], y[:30]), tmp_path / "exact.onnx", X.astype(np.float32))
    in_parts = classifier().partial_fit(X, y, classes=np.unique(y))
    check(in_parts, tmp_path / "parts.onnx", X.astype(np.float32))


@pytest.mark.filterwarnings("ignore:X has 63 features")
def test_rows_that_are_no_square_and_images_that_are_none(digits, tmp_path):
    X, y = digits
    cut = X[:, :63].astype(np.float32)
    check(classifier().fit(cut[:300], y[:300]), tmp_path / "cut.onnx", cut[300:])
    wide = classifier(image_shape=(4, 16)).fit(X[:300], y[:300])
    check(wide, tmp_path / "wide.onnx", X[300:].reshape(-1, 4, 16).astype("float32"), images=True)


def test_labels_that_are_neither_strings_nor_integers(digits, tmp_path):
    X, y = digits
    model = classifier().fit(X[:300], y[:300] > 4)
    assert check(model, tmp_path / "two.onnx", X[300:].astype(np.float32)).dtype == np.int64
    with pytest.raises(ValueError, match="all strings or all integers, but this model has"):
        to_onnx(classifier().fit(X[:300], y[:300].astype(float)), tmp_path / "model.onnx")
    assert os.listdir(tmp_path) == ["two.onnx"]


def test_the_pretrained_model(tmp_path, digits):
    rows = DigitNormalizer().fit_transform(digits[0][:200].reshape(-1, 8, 8))
    check(load_pretrained(), tmp_path / "digits.onnx", rows, dtype="uint8")
    check(load_pretrained(max_error_rate=0.02), tmp_path / "sure.onnx", rows, dtype="uint8")


@pytest.mark.slow
def test_weights_of_8_bits__a_quarter_of_the_size_and_nearly_the_same(tmp_path, digits):
    rows = DigitNormalizer().fit_transform(digits[0][:300].reshape(-1, 8, 8))
    for model in load_pretrained(), load_reader():
        to_onnx(model, tmp_path / "whole.onnx", dtype="uint8")
        comparison = to_onnx(model, tmp_path / "small.onnx", dtype="uint8", int8=True)
        whole, small = ((tmp_path / name).stat().st_size for name in ("whole.onnx", "small.onnx"))
        assert 0.2 * whole < small < 0.35 * whole
        assert comparison.n_different <= 10
        assert 1e-4 < comparison.largest_difference < 0.5
    to_onnx(load_pretrained(), tmp_path / "small.onnx", int8=True)
    labels, probabilities, _ = run(tmp_path / "small.onnx", rows.astype(np.float32))
    expected = load_pretrained().predict_proba(rows)
    assert (labels != load_pretrained().predict(rows)).sum() <= 1
    assert abs(probabilities - expected).mean() < 1e-3


def test_too_great_a_loss_by_8_bits_is_refused(small_digits, tmp_path, monkeypatch):
    monkeypatch.setattr(_onnx_files, "MOST_DIFFERENT_INT8", -1)
    with pytest.raises(ValueError, match="Nothing is written"):
        to_onnx(classifier().fit(*small_digits), tmp_path / "model.onnx", int8=True)
    assert not list(tmp_path.iterdir())


def test_the_network_of_the_reader_of_numbers(tmp_path):
    reader, path = load_reader(), tmp_path / "numbers.onnx"
    comparison = to_onnx(reader, path, dtype="uint8")
    assert comparison.n_images == 1000
    assert comparison.n_different == 0
    lines = np.random.default_rng(0).integers(0, 256, (3, 32, 96), dtype=np.uint8)
    (found,) = onnxruntime.InferenceSession(path).run(None, {"lines": lines})
    assert found.shape == (3, 48, 13)
    expected = reader.net_.log_probabilities(list(lines))
    np.testing.assert_allclose(np.exp(found), np.exp(expected), atol=1e-5)


def test_the_file_says_what_it_is(digits, tmp_path):
    X, y = digits
    model = make_pipeline(PixelScaler(pixel_range=(0, 255)), classifier())
    to_onnx(model.fit(X[:300], y[:300].astype(str)), tmp_path / "model.onnx")
    file = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(file, full_check=True)
    assert [opset.version for opset in file.opset_import] == [18]
    texts = {entry.key: entry.value for entry in file.metadata_props}
    assert texts["Image.BitmapPixelFormat"] == "Gray8"
    assert texts["Image.NominalPixelRange"] == "NominalRange_0_255"
    document = json.loads(texts["skdigits"])
    assert document["labels"] == list("0123456789")
    assert document["image_shape"] == [8, 8]
    assert document["pixel_range"] == [0, 255]
    assert document["versions"]["skdigits"]
    weights = safetensors.numpy.save(model[-1].net_.state["weights"])
    assert document["weights_sha256"] == hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda X: CalibratedClassifierCV(FrozenEstimator(classifier())), "CalibratedClassifierCV"),
        (lambda X: make_pipeline(MinMaxScaler(), classifier()), "MinMaxScaler cannot be written"),
        (lambda X: make_pipeline(PixelScaler(), PixelScaler(), classifier()), "two PixelScalers"),
    ],
)
def test_other_models_are_refused(make, message, digits, tmp_path):
    X, y = digits
    model = make(X)
    if isinstance(model, CalibratedClassifierCV):
        model.estimator.estimator.fit(X[:300], y[:300])
    model.fit(X[:300], y[:300])
    with pytest.raises(ValueError, match=message):
        to_onnx(model, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_what_is_not_fitted_or_asked_for_wrongly_is_refused(small_digits, tmp_path):
    with pytest.raises(NotFittedError):
        to_onnx(classifier(), tmp_path / "model.onnx")
    with pytest.raises(NotFittedError):
        to_onnx(DigitReader(), tmp_path / "model.onnx")
    with pytest.raises(ValueError, match='engine="rapidocr" cannot be written'):
        to_onnx(DigitReader(engine="rapidocr"), tmp_path / "model.onnx")
    model = classifier().fit(*small_digits)
    with pytest.raises(ValueError, match='dtype must be "float32" or "uint8"'):
        to_onnx(model, tmp_path / "model.onnx", dtype="float64")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        to_onnx(model, tmp_path / "nowhere" / "model.onnx")


def test_nothing_is_written_where_answers_differ(small_digits, tmp_path, monkeypatch):
    model, path = classifier().fit(*small_digits), tmp_path / "model.onnx"
    path.write_text("before")
    monkeypatch.setattr(_onnx_files, "LARGEST_DIFFERENCE", 0.0)
    with pytest.raises(ValueError, match=r"of 1000 images, 0 have .* Nothing is written"):
        to_onnx(model, path)
    assert path.read_text() == "before"


def test_without_the_packages(small_digits, tmp_path, monkeypatch):
    model = classifier().fit(*small_digits)
    monkeypatch.setattr("skdigits._utils.extras.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "skdigits\[onnx\]"'):
        to_onnx(model, tmp_path / "model.onnx")
