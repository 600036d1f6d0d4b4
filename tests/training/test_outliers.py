"""Images that are none of the classes, made of those that are."""

import numpy as np
import pytest
import torch

from skdigits import CNNDigitClassifier
from skdigits.training._outliers import make_outliers


def made(images, seed=0):
    """Return outliers of an array of images, as an array."""
    generator = torch.Generator().manual_seed(seed)
    return make_outliers(torch.tensor(images)[:, None], generator)[:, 0].numpy()


@pytest.mark.parametrize("shape", [(4, 8, 8), (41, 7, 9), (3, 5, 4), (1, 28, 28), (10, 1, 2)])
def test_there_are_as_many_of_the_same_shape_and_range(shape):
    images = np.random.default_rng(0).random(shape, dtype=np.float32)
    outliers = made(images)
    assert outliers.shape == shape
    assert outliers.min() >= images.min()
    assert outliers.max() <= images.max()


def test_what_each_quarter_is():
    images = np.zeros((80, 10, 10), dtype=np.float32)
    images[:, 2:4, 1:9] = 1  # a bar near the top
    pairs, swapped, crossed, noise = np.split(made(images), 4)
    assert (pairs == pairs[0]).all()
    assert pairs[0, 2].tolist() == [0.5, 1, 1, 1, 0.5] * 2  # two bars of half the width
    assert swapped[0].any(axis=1).nonzero()[0].tolist() == [7, 8]  # the lower half was empty
    assert crossed[0].any(axis=1).nonzero()[0].tolist() == [2, 3, 6, 7]
    blank, noise = noise[::4], np.delete(noise, np.s_[::4], axis=0)
    assert (blank == blank[:, :1, :1]).all()
    assert (noise.sum((1, 2)) == 16).all()
    assert len({image.tobytes() for image in noise}) == 15


def test_a_seed_gives_the_same():
    images = np.random.default_rng(0).random((20, 6, 6), dtype=np.float32)
    np.testing.assert_array_equal(made(images), made(images))
    assert (made(images) != made(images, seed=1)).any()


@pytest.mark.parametrize("dtype", [float, np.uint8])
def test_noise_is_below_zero_with_default_parameters(digits, dtype):
    X, y = digits
    clf = CNNDigitClassifier(max_epochs=5, random_state=0).fit(X[:1200].astype(dtype), y[:1200])
    rng = np.random.default_rng(0)
    for noise in (
        rng.integers(0, 17, (300, 64)),
        16 * (rng.random((300, 64)) < 0.3),
        rng.permuted(X[:300], axis=1),
        np.full((1, 64), 8),
        np.zeros((1, 64)),
    ):
        assert (clf.score_samples(noise.astype(dtype)) < 0).mean() >= 0.99
    assert (clf.score_samples(X[1200:].astype(dtype)) < 0).mean() < 0.3


def test_where_all_images_are_in_one_batch_nothing_random_is_learned(digits):
    X, y = digits[0][:100], digits[1][:100]
    parameters = {"batch_size": 200, "augment": False, "max_epochs": 3, "random_state": 0}
    typicality = CNNDigitClassifier(**parameters).fit(X, y).net_.module_.typicality
    assert not typicality.direction.any()
    parameters["batch_size"] = 50
    typicality = CNNDigitClassifier(**parameters).fit(X, y).net_.module_.typicality
    assert typicality.direction.any()
