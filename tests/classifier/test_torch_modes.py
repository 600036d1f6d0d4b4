"""What the caller has set in torch does no harm, and is left as it was."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch

from skdigits import CNNDigitClassifier, Distortion


@contextmanager
def default_dtype(dtype):
    """Set torch's default dtype for a while."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
        assert torch.get_default_dtype() == dtype
    finally:
        torch.set_default_dtype(before)


@contextmanager
def default_device(device):
    """Set torch's default device for a while."""
    torch.set_default_device(device)
    try:
        yield
        assert torch.get_default_device().type == device
    finally:
        torch.set_default_device(None)


MODES = {
    "float64": lambda: default_dtype(torch.float64),
    "float16": lambda: default_dtype(torch.float16),
    "meta": lambda: default_device("meta"),
    "inference mode": torch.inference_mode,
    "no gradients": torch.no_grad,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
}


def everything(X, y):
    """Fit in several ways, and return all that can be asked."""
    clf = CNNDigitClassifier(
        filters=(8, 8),
        max_epochs=3,
        augment=Distortion.paper(),
        label_smoothing=0.1,
        validation_fraction=0.2,
        precision="float32",
        random_state=0,
    )
    clf.fit(X, y).partial_fit(X, y)
    answers = [clf.decision_function(X), clf.score_samples(X), clf.gradients(X[:5], y[:5])]
    clf.set_params(warm_start=True).fit(X, y)
    distorted = Distortion.paper()(X, random_state=0)
    return [
        *answers,
        clf.decision_function(X),
        *clf.feature_maps(X[:5]),
        clf.features(X),
        distorted,
    ]


@pytest.mark.parametrize("mode", MODES)
def test_the_same_bits_in_every_mode(mode, small_digits):
    expected = everything(*small_digits)
    with MODES[mode]():
        found = everything(*small_digits)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("mode", ["inference mode", "no gradients"])
def test_what_was_first_asked_in_a_mode_can_be_asked_outside(mode, small_digits):
    X, y = small_digits
    clf = CNNDigitClassifier(filters=(8,), max_epochs=5, random_state=0).fit(X, y)
    with MODES[mode]():
        clf.predict(X)
    assert abs(clf.gradients(X[:5], y[:5])).sum() > 0
    clf.partial_fit(X, y)
