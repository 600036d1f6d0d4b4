"""The rules by which "auto" chooses, as the documentation states them."""

import inspect
import re
from math import ceil, sqrt
from pathlib import Path

import numpy as np
import pytest

from skdigits import CNNDigitClassifier, Distortion, training
from skdigits.classifier import _auto
from skdigits.training import _devices


def auto(name, n_samples=1, image_shape=(28, 28), device="cpu"):
    """Return what "auto" means for a parameter."""
    return _auto.choose(name, "auto", _auto.Situation(n_samples, image_shape, device))


@pytest.mark.parametrize(
    ("image_shape", "filters"),
    [
        ((8, 8), (32, 64, 128)),
        ((16, 16), (32, 64, 128)),
        ((8, 17), (32, (64, 64))),
        ((28, 28), (32, (64, 64))),
    ],
)
def test_filters(image_shape, filters):
    assert auto("filters", image_shape=image_shape) == filters


@pytest.mark.parametrize(("image_shape", "size"), [((28, 28), 2), ((20, 20), 2), ((19, 28), 1)])
def test_patch_size(image_shape, size):
    assert auto("patch_size", image_shape=image_shape) == size


@pytest.mark.parametrize(("n_samples", "smoothing"), [(40, 0.0), (41, 0.1)])
def test_label_smoothing(n_samples, smoothing):
    assert auto("label_smoothing", n_samples) == smoothing


@pytest.mark.parametrize(
    ("n_samples", "epochs"), [(1, 100), (40, 100), (41, 157), (400, 50), (10_000, 20), (60_000, 5)]
)
def test_epochs(n_samples, epochs):
    assert auto("max_epochs", n_samples) == epochs


@pytest.mark.parametrize(
    ("n_samples", "size"),
    [(1, 1), (40, 40), (41, 32), (1_000, 32), (1_001, 64), (9_999, 64), (10_000, 256)],
)
def test_batch_size(n_samples, size):
    assert auto("batch_size", n_samples) == size


@pytest.mark.parametrize(
    ("n_samples", "device", "has_bfloat16", "precision"),
    [
        (40, "cpu", True, "float64"),
        (40, "mps", False, "float32"),
        (41, "cpu", True, "float32"),
        (9_999, "cpu", True, "float32"),
        (10_000, "cpu", True, "bfloat16"),
        (10_000, "cpu", False, "float32"),
    ],
)
def test_precision(n_samples, device, has_bfloat16, precision, monkeypatch):
    monkeypatch.setattr(training, "has_bfloat16", lambda device: has_bfloat16)
    assert auto("precision", n_samples, device=device) == precision


@pytest.mark.parametrize(
    ("n_samples", "image_shape", "augment"),
    [(40, (28, 28), False), (41, (28, 28), True), (41, (8, 8), True), (41, (28, 7), False)],
)
def test_augment(n_samples, image_shape, augment):
    assert (auto("augment", n_samples, image_shape) is not None) == augment


@pytest.mark.parametrize(
    ("augment", "rotation"),
    [(True, 8), ("paper", 15), (Distortion(rotation=3), 3), (False, None), (np.False_, None)],
)
def test_what_augment_means(augment, rotation):
    distortion = _auto.choose("augment", augment, None)
    assert (distortion and distortion.rotation) == rotation


def test_the_rules_are_applied(digits):
    X, y = digits
    clf = CNNDigitClassifier(max_epochs=5, random_state=0)
    small = clf.fit(X[:40], y[:40])
    assert (small.batch_size_, small.precision_, small.augment_) == (40, "float64", None)
    large = clf.fit(X[:41], y[:41])
    assert (large.batch_size_, large.precision_) == (32, "float32")
    assert large.augment_.get_params() == Distortion().get_params()


def test_a_choice_of_ones_own_is_kept(small_digits):
    clf = CNNDigitClassifier(
        patch_size=1,
        filters=(8,),
        label_smoothing=0.05,
        max_epochs=2,
        batch_size=50,
        precision="float32",
        augment=True,
        device="cpu",
        random_state=0,
    ).fit(*small_digits)
    assert (clf.max_epochs_, clf.batch_size_, clf.precision_) == (2, 50, "float32")
    assert clf.augment_.get_params() == Distortion().get_params()
    assert "auto" not in repr(clf)


def test_the_device_that_is_there():
    assert _devices.is_available(_devices.find_device("auto"))
    with pytest.raises(ValueError, match="abacus"):
        _devices.find_device("abacus")


PAGE = (Path(__file__).parents[2] / "docs/reference/classifier.rst").read_text(encoding="utf-8")


def table_of_the_page():
    """The cells of the table of what "auto" chooses, a list for each row."""
    section = PAGE.split(".. _auto:")[1].split(".. _presets:")[0]
    rows = re.findall(r"\* - (.+)\n" + 4 * r"     - (.+)\n", section)
    return [[cell.replace("``", "").replace(",", "") for cell in row] for row in rows]


def meaning(cell, n_samples, has_bfloat16):
    """The value that a cell of the table states for so many samples."""
    if cell == "1000 / √samples":
        return ceil(1_000 / sqrt(n_samples))
    if cell == "200000 / samples at least 5":
        return max(ceil(200_000 / n_samples), 5)
    if cell == "bfloat16 if the processor supports it otherwise float32":
        return "bfloat16" if has_bfloat16 else "float32"
    words = {"yes": Distortion(), "no": None, "all samples": n_samples}
    if cell in words:
        return words[cell]
    return float(cell) if re.fullmatch(r"[\d.]+", cell) else cell


@pytest.mark.parametrize("has_bfloat16", [True, False])
@pytest.mark.parametrize(
    ("column", "sizes"),
    [
        ("up to 40", (1, 20, 40)),
        ("41 to 1000", (41, 500, 1_000)),
        ("1001 to 9999", (1_001, 3_000, 9_999)),
        ("10000 or more", (10_000, 33_333, 60_000, 10**6)),
    ],
)
def test_the_table_of_the_documentation_is_what_the_rules_choose(
    column, sizes, has_bfloat16, monkeypatch
):
    monkeypatch.setattr(training, "has_bfloat16", lambda device: has_bfloat16)
    (_, *columns), *rows = table_of_the_page()
    assert len(rows) == 5
    for name, *cells in rows:
        cell = cells[columns.index(column)]
        for n_samples in sizes:
            expected = meaning(cell, n_samples, has_bfloat16)
            assert repr(auto(name, n_samples)) == repr(expected) or (
                auto(name, n_samples) == expected
            ), (name, n_samples)


def test_what_may_be_auto_has_a_rule_and_stands_on_the_page():
    defaults = inspect.signature(CNNDigitClassifier).parameters.items()
    assert {name for name, value in defaults if value.default == "auto"} == set(_auto.RULES)
    in_table = {row[0] for row in table_of_the_page()[1:]}
    in_text = {name for name in _auto.RULES if f'``{name}="auto"``' in PAGE}
    assert in_table | in_text == set(_auto.RULES)
