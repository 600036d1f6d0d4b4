"""The reader of numbers that comes with the package."""

import json
from pathlib import Path

import numpy as np
import pytest
from composed import CLEAN, clean_strings

from skdigits import DigitReader, load_reader
from skdigits.datasets import compose_strings, fetch_mnist
from skdigits.io import _pretrained as pretrained

PAGE = Path(__file__).parents[2] / "docs" / "pretrained.rst"
WEIGHTS = pretrained.WEIGHTS / "reader.safetensors"
FREE = ("length", "pattern", "allowed", "checksum", "min_value", "max_value", "max_error_rate")


@pytest.fixture(scope="module")
def reader():
    """Not to be changed."""
    return load_reader()


@pytest.fixture(scope="module")
def card():
    return json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))


def exact(reader, pictures, strings):
    """Return the share of pictures of which the best reading is the string."""
    texts = ["".join(digit.label for digit in each.digits) for each in reader.read_many(pictures)]
    return np.mean(np.array(texts) == strings)


def test_it_is_a_fitted_reader_that_knows_nothing_of_the_numbers(reader):
    assert type(reader) is DigitReader
    parameters = reader.get_params()
    assert {parameters[name] for name in FREE} == {None}
    assert (parameters["callbacks"], parameters["random_state"]) == (None, None)
    assert (parameters["verbose"], parameters["on_interrupt"]) == (0, "raise")


def test_it_reads_numbers_of_other_digits_than_it_learned(reader, digits):
    pictures, strings = clean_strings(digits, 100, 0, lengths=(1, 6))
    assert exact(reader, pictures, strings) > 0.7  # they are 8 pixels high, coarser than MNIST's


def test_what_is_known_helps(digits):
    pictures, strings = compose_strings(*digits, 300, lengths=5, random_state=0)
    free, told = load_reader(), load_reader().set_params(length=5)
    assert exact(told, pictures, strings) > exact(free, pictures, strings)
    codes = load_reader().set_params(allowed=sorted({*strings, "00000", "99999"}))
    assert exact(codes, pictures, strings) > 0.95


@pytest.mark.parametrize(("kind", "amounts"), [("clean", CLEAN), ("hard", {})])
def test_numbers_of_mnist_s_test_images_are_read_as_the_card_says(
    kind, amounts, reader, card, mnist_home
):
    X, y = fetch_mnist("test", data_home=mnist_home, return_X_y=True)
    pictures, strings = compose_strings(X, y, 500, lengths=5, random_state=0, **amounts)
    expected = card["figures"][f"exact_match_{kind}"]
    assert exact(reader, pictures, strings) == pytest.approx(expected, abs=0.05)


def test_each_call_gives_a_reader_of_its_own(reader, digits):
    pictures, strings = clean_strings(digits, 20, 1)
    before = exact(reader, pictures, strings)
    other = load_reader().set_params(length=9)
    other.net_.module_.temperature.fill_(1000)
    assert reader.length is None
    assert exact(reader, pictures, strings) == before


def test_confidences_of_held_out_numbers_are_kept_for_max_error_rate(reader, digits):
    assert len(reader.held_out_right_) >= 2000
    pictures, _ = compose_strings(*digits, 100, random_state=0)
    careful = load_reader().set_params(max_error_rate=0.02)
    rejected = [reading.rejected for reading in careful.read_many(pictures)]
    assert 0 < np.mean(rejected) < 0.9


def test_it_is_small():
    assert WEIGHTS.stat().st_size + WEIGHTS.with_suffix(".json").stat().st_size <= 2_000_000


def test_the_card_says_how_it_was_trained(reader, card):
    parameters = reader.get_params()
    assert {name: parameters[name] for name in card["recipe"]} == card["recipe"]
    weights = sum(weights.numel() for weights in reader.net_.module_.parameters())
    assert card["n_weights"] == weights
    assert len(card["data"]["fonts"]) > 10
    assert set(card["data"]["fonts"].values()) == {"OFL-1.1"}
    assert card["limits"]


def test_the_page_shows_the_card():
    assert f".. literalinclude:: ../skdigits/io/weights/{WEIGHTS.stem}.json" in PAGE.read_text()


@pytest.mark.slow
def test_it_needs_no_network_and_no_home(run_offline):
    code = "from skdigits import load_reader; print(load_reader().n_epochs_ > 0)"
    assert run_offline(code) == "True\n"
