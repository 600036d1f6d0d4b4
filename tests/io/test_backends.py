"""Models that answer through ONNX Runtime, without PyTorch."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from blocked import run_without_torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    DigitReader,
    ModelFileError,
    PixelScaler,
    load_model,
    load_pretrained,
    load_reader,
    save_model,
)
from skdigits.datasets import compose_strings, make_digits

SILENCING = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "XDG_CACHE_HOME")


@pytest.fixture(scope="module")
def rows():
    return DigitNormalizer().fit_transform(load_digits().images[:300])


@pytest.fixture(scope="module")
def strings():
    X, y = make_digits(20, n_copies=1, side=28, random_state=0)
    return compose_strings(X, y, 12, random_state=0)


def assert_same(model, expected, X):
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X), atol=1e-5)
    np.testing.assert_allclose(model.score_samples(X), expected.score_samples(X), atol=1e-3)


@pytest.mark.parametrize("max_error_rate", [None, 0.01])
def test_the_pretrained_model_answers_the_same(max_error_rate, rows):
    model, expected = (
        load_pretrained(max_error_rate=max_error_rate, backend=backend)
        for backend in ("onnx", "torch")
    )
    assert_same(model, expected, rows)
    assert_same(model, expected, rows[:1])
    assert_same(model, expected, np.repeat(rows, 4, axis=0))  # more than a batch


def test_the_reader_reads_the_same(strings):
    pictures, _ = strings
    found, expected = (
        list(load_reader(backend=backend).read_many(pictures)) for backend in ("onnx", "torch")
    )
    assert [reading.text for reading in found] == [reading.text for reading in expected]
    np.testing.assert_allclose(
        [reading.confidence for reading in found],
        [reading.confidence for reading in expected],
        atol=1e-4,
    )
    assert [reading.digits for reading in found] != []


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"filters": (8, (8, 8)), "patch_size": 2, "hidden_layer_sizes": (9,)},
        {"batch_size": 50, "precision": "float64"},
        {"batch_size": 50, "outlier_label": 9},
    ],
)
def test_a_model_of_one_s_own_answers_the_same(parameters, digits, tmp_path):
    X, y = digits
    own = CNNDigitClassifier(max_epochs=5, random_state=0, **{"filters": (8, 8)} | parameters)
    own.fit(X[:400] * 1e-30, y[:400])  # beyond what float32 squares
    save_model(own, tmp_path / "own")
    assert_same(load_model(tmp_path / "own", backend="onnx"), own, X[400:600] * 1e-30)


def test_an_exact_fit_answers_the_same(digits, tmp_path):
    X, y = digits
    own = make_pipeline(PixelScaler(), CNNDigitClassifier(max_epochs=20, random_state=0))
    own.fit(X[:40], y[:40])
    save_model(own, tmp_path / "own")
    assert_same(load_model(tmp_path / "own", backend="onnx"), own, X[40:300])


def test_more_than_answers__pytorch_does_it(rows, tmp_path):
    X, y = rows[:60] / 255, load_pretrained().predict(rows[:60])
    model, expected = (load_pretrained(backend=backend)[-1] for backend in ("onnx", "torch"))
    np.testing.assert_allclose(model.gradients(X, y), expected.gradients(X, y), atol=1e-5)
    np.testing.assert_array_equal(model.features(X), expected.features(X))
    assert len(model.feature_maps(X)) == len(expected.feature_maps(X)) == 5
    assert model.n_weights_ == expected.n_weights_
    assert repr(model) == repr(expected)
    save_model(model, tmp_path / "model")
    assert_same(load_model(tmp_path / "model"), expected, X)
    for each in copy.deepcopy(model), pickle.loads(pickle.dumps(model)):
        assert_same(each, expected, X)
    again = {"validation_fraction": None, "max_epochs": 1, "random_state": 0}
    clone(model).set_params(filters=(8,), **again)
    for each in model, expected:
        each.set_params(warm_start=True, **again).fit(X, y)
    assert_same(model, expected, X)  # of the same weights, by now


def test_a_reader_learns_on(strings):
    pictures, labels = strings
    readers = [load_reader(backend=backend) for backend in ("onnx", "torch")]
    for reader in readers:
        reader.set_params(warm_start=True, max_epochs=1, n_rehearsed=0, random_state=0)
        reader.fit(pictures, labels)
    found, expected = (reader.predict(pictures).tolist() for reader in readers)
    assert found == expected


def test_it_needs_no_pytorch(rows, strings, tmp_path):
    np.save(tmp_path / "rows.npy", rows)
    np.save(tmp_path / "line.npy", strings[0][0])
    own = CNNDigitClassifier(filters=(8,), max_epochs=1).fit(rows, load_digits().target[:300])
    save_model(own, tmp_path / "own")
    out = run_without_torch(f"""
import numpy as np
from skdigits import load_model, load_pretrained, load_reader, read_digits

rows = np.load({str(tmp_path / "rows.npy")!r})
model = load_pretrained(backend="onnx", max_error_rate=0.01)
print(*model.predict(rows), sep="")
model.predict_proba(rows), model.score_samples(rows)
load_model({str(tmp_path / "own")!r}, backend="auto").predict(rows)
print(*(answer.label for answer in read_digits([row.reshape(28, 28) for row in rows[:20]])))
line = np.load({str(tmp_path / "line.npy")!r})
print(load_reader(backend="auto").read(line).text)
""")
    model, reader = load_pretrained(max_error_rate=0.01), load_reader()
    labels, answers, text = out.splitlines()
    assert labels == "".join(model.predict(rows))
    assert len(answers.split()) == 20
    assert text == reader.read(strings[0][0]).text


def test_onnx_runtime_tells_nobody(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in SILENCING}
    code = "from skdigits import load_pretrained; load_pretrained(backend='onnx')"
    subprocess.run(
        [sys.executable, "-c", code], check=True, env=environment | {"HOME": str(tmp_path)}
    )
    assert list(tmp_path.iterdir()) == []  # it would keep an identifier and what it is to send


@pytest.mark.slow
def test_commands_need_no_pytorch(strings, tmp_path):
    from commands import photograph, run

    photograph(3).save(tmp_path / "digit.png")
    np.save(tmp_path / "line.npy", strings[0][0])
    own = make_pipeline(DigitNormalizer(), load_pretrained())
    save_model(own, tmp_path / "own")
    for words in (
        ["predict", tmp_path / "digit.png"],
        ["predict", tmp_path / "digit.png", "--model", tmp_path / "own"],
        ["read", tmp_path / "digit.png"],
    ):
        args = list(map(str, words))
        out = run_without_torch(
            f"from skdigits.cli import main\nassert main({args!r}) == 0, 'it failed'"
        )
        assert out == run(*words).out


def test_auto__pytorch_where_it_is_imported_already(small_digits, tmp_path):
    assert load_pretrained(backend="auto")[-1].net_.module_ is not None
    assert type(load_pretrained(backend="auto")[-1].net_) is type(load_pretrained()[-1].net_)
    assert type(load_reader(backend="auto").net_) is type(load_reader().net_)


@pytest.mark.slow
def test_auto__pytorch_where_onnx_is_missing(run_offline):
    code = """
import sys
sys.modules["onnxruntime"] = None
from skdigits import load_pretrained
load_pretrained(backend="auto")
print("torch" in sys.modules)
"""
    assert run_offline(code) == "True\n"


@pytest.mark.parametrize("load", [load_pretrained, load_reader, lambda **k: load_model("x", **k)])
def test_a_backend_that_there_is_not(load, monkeypatch):
    with pytest.raises(ValueError, match=r'backend must be "torch", "onnx" or "auto", got None'):
        load(backend=None)
    monkeypatch.setattr("skdigits._utils.extras.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "skdigits\[onnx\]"'):
        load(backend="onnx")


def test_a_file_that_is_no_model_is_refused_by_either(tmp_path):
    (tmp_path / "none").write_bytes(b"no model")
    for backend in "torch", "onnx":
        with pytest.raises(ModelFileError):
            load_model(tmp_path / "none", backend=backend)


@pytest.mark.filterwarnings("ignore:The training loss")  # of an epoch on a few pictures
def test_a_reader_of_one_s_own(strings, tmp_path):
    pictures, labels = strings
    reader = DigitReader(max_epochs=1, random_state=0).fit(pictures, labels)
    save_model(reader, tmp_path / "reader")
    found = load_model(tmp_path / "reader", backend="onnx")
    assert found.predict(pictures).tolist() == reader.predict(pictures).tolist()
