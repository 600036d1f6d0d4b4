"""Same seed, same bits; and nothing outside the estimator is used or changed."""

import hashlib
import random
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from skdigits import CNNDigitClassifier

WAYS = [{}, {"batch_size": 64, "precision": "bfloat16", "augment": True}]


def fingerprint(n_samples, seed, **parameters):
    """Return a digest of all weights of a short fit."""
    X, y = load_digits(return_X_y=True)
    clf = CNNDigitClassifier(
        max_epochs=3, random_state=seed, validation_fraction=0.1, **parameters
    ).fit(X[:n_samples], y[:n_samples])
    weights = [value.numpy().tobytes() for value in clf.net_.module_.state_dict().values()]
    return hashlib.sha256(b"".join(weights)).hexdigest()


@pytest.mark.parametrize("n_samples", [300, 1000])
@pytest.mark.parametrize("parameters", WAYS, ids=["auto", "bfloat16"])
def test_same_seed_same_bits(n_samples, parameters):
    first = fingerprint(n_samples, 0, **parameters)
    assert fingerprint(n_samples, 0, **parameters) == first
    assert fingerprint(n_samples, np.random.RandomState(0), **parameters) == first
    assert fingerprint(n_samples, 1, **parameters) != first
    assert fingerprint(n_samples, None, **parameters) != first


@pytest.mark.slow
@pytest.mark.parametrize("parameters", WAYS, ids=["auto", "bfloat16"])
def test_same_bits_in_another_process(parameters):
    program = f"""
import sys
sys.path.insert(0, {__file__.rpartition("/")[0]!r})
from test_reproducibility import fingerprint
print(fingerprint(1000, 0, **{parameters!r}))
"""
    output = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert output.strip() == fingerprint(1000, 0, **parameters)


def global_state():
    """Return what a well-behaved library leaves alone."""
    return {
        "numpy": hashlib.sha256(np.random.get_state()[1].tobytes()).hexdigest(),
        "numpy's position": np.random.get_state()[2],
        "python": random.getstate(),
        "torch": torch.get_rng_state().numpy().tobytes(),
        "threads": torch.get_num_threads(),
        "dtype": torch.get_default_dtype(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "grad": torch.is_grad_enabled(),
        "filters": list(warnings.filters),
        "floating-point errors": np.geterr(),
    }


def fail(row):
    raise RuntimeError("stop")


@pytest.mark.parametrize("seed", [0, None])
@pytest.mark.parametrize("parameters", [*WAYS, {"callbacks": [fail]}], ids=["auto", "bf16", "fail"])
def test_no_global_state_is_touched(digits, seed, parameters):
    X, y = digits
    np.random.seed(7)
    random.seed(7)
    torch.manual_seed(7)
    before = global_state()
    clf = CNNDigitClassifier(max_epochs=2, random_state=seed, early_stopping=True, **parameters)
    if "callbacks" in parameters:
        with pytest.raises(RuntimeError, match="stop"):
            clf.fit(X, y)
    else:
        clf.fit(X, y).predict_proba(X)
    assert global_state() == before


def test_data_are_not_changed(digits):
    X, y = (data.copy() for data in digits)
    weight = np.ones(len(y))
    for data in (X, y, weight):
        data.flags.writeable = False
    clf = CNNDigitClassifier(max_epochs=2, random_state=0).fit(X, y, sample_weight=weight)
    clf.predict(X)
    np.testing.assert_array_equal(X, digits[0])


def test_rows_are_predicted_alike_alone_and_together(digits):
    X, y = digits
    clf = CNNDigitClassifier(max_epochs=3, random_state=0).fit(X, y)
    together = clf.predict_proba(X[:50])
    alone = np.concatenate([clf.predict_proba(row[None]) for row in X[:50]])
    np.testing.assert_allclose(alone, together, atol=1e-6)
