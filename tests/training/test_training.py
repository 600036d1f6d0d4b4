"""Batches and the schedule of the learning rate."""

import numpy as np
import pytest
import torch
from scipy.special import softmax

from skdigits import CNNDigitClassifier, Distortion
from skdigits.training import _batches
from skdigits.training._batches import Batches, ResidentImages
from skdigits.training._finishing import least_temperature
from skdigits.training._samples import Samples


def resident(n_samples, dtype="uint8", precision="float32"):
    """Return images whose pixels tell their number."""
    images = np.arange(n_samples, dtype=dtype).repeat(4).reshape(-1, 2, 2)
    return ResidentImages(Samples(images, np.zeros(n_samples), None), precision, "cpu")


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


@pytest.mark.parametrize("n_pixels", [1, 64 * 7, 64 * 20, 10**9])
def test_images_are_distorted_alike_alone_and_together(n_pixels, small_digits, monkeypatch):
    X, y = small_digits
    images = ResidentImages(Samples(X.reshape(-1, 8, 8)[:32], y[:32], None), "float64", "cpu")

    def distorted():
        generator = torch.Generator().manual_seed(0)
        batches = Batches(images, 7, generator, Distortion(rotation=30).for_training())
        return [inputs["x"] for inputs, _ in batches]

    expected = distorted()
    monkeypatch.setattr(_batches, "DISTORTED_TOGETHER", n_pixels)
    for batch, as_before in zip(distorted(), expected, strict=True):
        torch.testing.assert_close(batch, as_before)
    assert not torch.equal(torch.cat(expected).sort(0).values, images.images.sort(0).values)


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


@pytest.mark.parametrize("n_images", [50, 1000, 60_000])
@pytest.mark.parametrize("label_smoothing", [0.05, 0.2])
def test_least_temperature_leaves_one_error_in_all_images(n_images, label_smoothing):
    smoothed = np.full(10, label_smoothing / 10)
    smoothed[3] += 1 - label_smoothing
    logits = np.log(smoothed) / least_temperature(n_images, 10, label_smoothing)
    assert softmax(logits)[3] == pytest.approx(1 - 1 / n_images)


def test_least_temperature_never_makes_less_sure():
    assert least_temperature(2, 2, 0.1) == least_temperature(1, 1, 0.1) == 1


def test_images_known_by_heart_are_no_ground_for_certainty(small_digits):
    X, y = small_digits
    clf = CNNDigitClassifier(label_smoothing=0.1, max_epochs=60, random_state=0).fit(X, y)
    errors_expected = (1 - clf.predict_proba(X).max(axis=1)).sum()
    assert clf.score(X, y) == 1
    assert 0.5 < errors_expected < 2
