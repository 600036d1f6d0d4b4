"""Batches and the schedule of the learning rate."""

import numpy as np
import pytest
import torch

from skdigits import CNNDigitClassifier
from skdigits._batches import Batches, ResidentImages


def resident(n_samples, dtype="uint8", precision="float32"):
    """Return images whose pixels tell their number."""
    images = np.arange(n_samples, dtype=dtype).repeat(4).reshape(-1, 2, 2)
    return ResidentImages(images, np.zeros(n_samples), None, precision=precision, device="cpu")


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "sizes"),
    [(10, 3, [3, 3, 2, 2]), (10, 10, [10]), (10, 99, [10]), (65, 64, [33, 32]), (1, 1, [1])],
)
def test_batches_are_of_nearly_equal_size(n_samples, batch_size, sizes):
    batches = Batches(resident(n_samples), batch_size)
    assert len(batches) == len(sizes)
    assert [len(inputs["x"]) for inputs, _ in batches] == sizes


def test_every_epoch_has_every_image_once_in_an_order_of_its_own():
    batches = Batches(resident(100), 30, torch.Generator().manual_seed(0))
    epochs = [
        [int(image[0, 0, 0]) for inputs, _ in batches for image in inputs["x"]] for _ in range(2)
    ]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(100))
    assert epochs[0] != epochs[1]


def test_bytes_stay_bytes_on_the_device():
    assert resident(5).images.dtype == torch.uint8
    assert resident(5, dtype="float64").images.dtype == torch.float32
    assert resident(5, dtype="int64", precision="float64").images.dtype == torch.float64


def test_one_cycle_rises_to_its_peak_and_falls_to_zero(small_digits):
    clf = CNNDigitClassifier(max_epochs=50, learning_rate=0.02, random_state=0).fit(*small_digits)
    rates = [row["learning_rate"] for row in clf.history_]
    assert max(rates) == rates[9] == pytest.approx(0.02)
    assert rates[:10] == sorted(rates[:10])
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert rates[-1] < 0.001


def test_a_constant_rate_is_constant(small_digits):
    clf = CNNDigitClassifier(
        max_epochs=5, learning_rate=0.002, schedule="constant", random_state=0
    ).fit(*small_digits)
    assert {row["learning_rate"] for row in clf.history_} == {0.002}
