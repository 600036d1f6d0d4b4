"""The network that comes with the package."""

import json
from pathlib import Path

import numpy as np
import pytest
from corruptions import CORRUPTIONS
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skdigits import (
    DigitNormalizer,
    SelectiveClassifier,
    load_model,
    load_pretrained,
    pretrained_card,
    save_model,
)
from skdigits.datasets import fetch_mnist
from skdigits.io import _pretrained as pretrained

ROOT = Path(__file__).parents[2]
CARD = ROOT / "docs" / "pretrained.rst"


@pytest.fixture(scope="module")
def model():
    return load_pretrained()


def drawing(text_at=((20, 45), (20, 75)), size=100):
    """A picture of a vertical stroke, dark on light."""
    picture = np.full((size, size), 240, dtype=np.uint8)
    (left, top), (_, bottom) = text_at
    picture[top:bottom, left : left + 6] = 30
    return picture


def test_it_reads_scikit_learn_s_digits(model):
    X, y = load_digits(return_X_y=True)
    reader = make_pipeline(DigitNormalizer(), model)
    assert reader.score(X, y.astype(str)) > 0.95


def test_it_reads_a_picture(model):
    reader = make_pipeline(DigitNormalizer(), model)
    assert reader.predict([drawing()]).tolist() == ["1"]


def test_mnist_s_test_images_are_read_as_the_card_says(model, mnist_home):
    X, y = fetch_mnist("test", data_home=mnist_home, return_X_y=True)
    figures = pretrained_card()["figures"]
    assert model.score(X, y) == pytest.approx(figures["accuracy"], abs=2e-4)
    assert figures["accuracy"] >= 0.997
    accepted = (model.score_samples(X) >= 0).mean()
    assert accepted == pytest.approx(figures["accepted_as_digits"], abs=2e-3)


def test_corrupted_images_are_read(model, mnist_home):
    X, y = fetch_mnist("test", data_home=mnist_home, return_X_y=True)
    images, y, rng = X[:1000].reshape(-1, 28, 28) / 255, y[:1000], np.random.default_rng(0)
    errors = [
        1 - model.score(np.rint(255 * corruption(images.copy(), rng)).astype(np.uint8), y)
        for corruption in CORRUPTIONS
    ]
    assert np.mean(errors) < 0.06


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.__name__)
def test_each_corruption_changes_each_image_within_its_range(corruption, digits):
    X, _ = digits
    images = np.pad(X[:50].reshape(-1, 8, 8).repeat(2, 1).repeat(2, 2), [(0, 0), (6, 6), (6, 6)])
    images /= 16
    corrupted = corruption(images.copy(), np.random.default_rng(0))
    assert corrupted.shape == images.shape
    assert corrupted.min() >= 0
    assert corrupted.max() <= 1
    assert (np.abs(corrupted - images).max((1, 2)) > 0.1).all()


def test_what_is_no_digit_scores_low(model):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (100, 784), dtype=np.uint8)
    blank = np.zeros((1, 784), dtype=np.uint8)
    stripes = np.tile(np.repeat([255, 0], 4), 98).astype(np.uint8)[None]
    for X in (noise, blank, stripes):
        assert (model.score_samples(X) < 0).all()


def test_it_is_small():
    names = ("pretrained.safetensors", "held_out.npz", "card.json")
    assert sum((pretrained.WEIGHTS / name).stat().st_size for name in names) <= 2_000_000


def test_it_can_be_kept_and_trained_anew(model, small_digits, tmp_path):
    save_model(model, tmp_path / "model")
    X = np.zeros((2, 784), dtype=np.uint8)
    again = load_model(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    small = {"filters": (8, 8), "max_epochs": 10, "validation_fraction": None}
    small["augment"] = False
    anew = clone(model)
    anew[-1].set_params(**small)
    assert anew.fit(*small_digits).score(*small_digits) > 0.5


def test_each_call_gives_a_model_of_its_own(model):
    load_pretrained()[-1].net_.module_.temperature.fill_(1000)
    assert model.predict_proba(np.zeros((1, 784), dtype=np.uint8)).max() > 0.12


# Rejecting


@pytest.mark.parametrize("max_error_rate", [0.005, 0.02])
def test_the_promise_holds_for_the_held_out_images(max_error_rate):
    selective = load_pretrained(max_error_rate=max_error_rate)
    assert isinstance(selective, SelectiveClassifier)
    held_out = np.load(pretrained.WEIGHTS / "held_out.npz")
    answered = held_out["confidence"] >= selective.threshold_
    assert answered.mean() == pytest.approx(selective.coverage_)
    assert selective.coverage_ > 0.5
    assert 1 - held_out["is_right"][answered].mean() < max_error_rate


def test_uncertain_images_are_rejected():
    selective = load_pretrained(max_error_rate=0.01)
    noise = np.random.default_rng(0).integers(0, 256, (50, 784), dtype=np.uint8)
    assert (selective.predict(noise) == "?").mean() > 0.5


def test_a_rate_that_cannot_be_shown_is_refused():
    with pytest.raises(ValueError, match="cannot be promised: 5000 held-out images are too few"):
        load_pretrained(max_error_rate=1e-5)


@pytest.mark.parametrize("max_error_rate", [0, 1, -0.1, "1 %", float("nan")])
def test_a_rate_that_is_none_is_refused(max_error_rate):
    with pytest.raises(ValueError, match="max_error_rate"):
        load_pretrained(max_error_rate=max_error_rate)


# The card


def test_the_card_says_how_it_was_trained(model):
    recipe = pretrained_card()["recipe"]
    parameters = json.loads(json.dumps(model[-1].get_params()))
    assert {name: parameters[name] for name in recipe} == recipe


def test_the_page_has_the_card_s_figures():
    figures, page = pretrained_card()["figures"], CARD.read_text(encoding="utf-8")
    for figure, decimals in (
        (figures["accuracy"], 2),
        (figures["corruption_error"], 1),
        (figures["expected_calibration_error"], 2),
        *((error, 1) for error in figures["corruption_errors"].values()),
    ):
        assert f"{100 * figure:.{decimals}f}" in page
    assert f"{100 * figures['accuracy']:.2f} %" in (ROOT / "README.md").read_text(encoding="utf-8")
    for limit in pretrained_card()["limits"]:
        assert limit in " ".join(page.split())


def test_cards_do_not_share_their_content():
    pretrained_card()["figures"].clear()
    assert pretrained_card()["figures"]


# Damage


@pytest.mark.slow
def test_it_needs_no_network_and_no_home(run_offline):
    code = "from skdigits import load_pretrained; print(load_pretrained().classes_[3])"
    assert run_offline(code) == "3\n"
