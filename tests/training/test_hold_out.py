"""Which images are held out."""

import warnings

import numpy as np
import pytest

from skdigits import CNNDigitClassifier
from skdigits.training._samples import Samples, hold_out


def split(y, fraction=0.1, seed=0):
    """Split samples whose images tell their number."""
    y = np.asarray(y)
    samples = Samples(np.arange(len(y)), y, np.ones(len(y)))
    classes = np.array([f"label {label}" for label in range(y.max() + 1)])
    return hold_out(samples, fraction, classes, np.random.RandomState(seed))


def test_of_many_each_class_gives_its_share():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train, valid = split(np.repeat(range(5), 40))
    assert np.bincount(valid.y).tolist() == [4] * 5
    assert sorted([*train.images, *valid.images]) == list(range(200))
    assert len(train.weight) == 180


@pytest.mark.parametrize(
    ("y", "held_out"),
    [
        (np.repeat(range(10), 6), [1] * 10),  # a tenth of 60 is too little for ten classes
        ([0] * 50 + [1] * 2 + [2], [5, 1]),
        ([0, 0, 1], [1]),
    ],
)
def test_of_few_as_many_as_there_can_be(y, held_out):
    with pytest.warns(UserWarning, match=f"{sum(held_out)} of {len(y)} samples are held out"):
        train, valid = split(y)
    assert np.bincount(valid.y).tolist() == held_out
    assert set(train.y) == set(y)
    assert sorted([*train.images, *valid.images]) == list(range(len(y)))


def test_single_samples_are_named():
    with pytest.warns(UserWarning, match="only one sample of 'label 1'"):
        split([0, 0, 0, 1])


def test_without_a_class_of_two_nothing_is_held_out():
    with pytest.warns(UserWarning, match="0 of 3"):
        train, valid = split([0, 1, 2])
    assert valid is None
    assert len(train.y) == 3


@pytest.mark.filterwarnings("ignore:.* samples are held out")
@pytest.mark.parametrize("n_samples", [1, 2, 5, 12, 60])
@pytest.mark.parametrize("early_stopping", [True, False])
def test_any_number_of_images_can_be_fitted(n_samples, early_stopping, digits):
    X, y = digits
    clf = CNNDigitClassifier(
        filters=(8,),
        max_epochs=30,
        early_stopping=early_stopping,
        validation_fraction=0.1,
        random_state=0,
    )
    clf.fit(X[:n_samples], y[:n_samples])
    has_pairs = len(set(y[:n_samples])) < n_samples
    assert ("valid_loss" in clf.history_[-1]) == has_pairs
    assert set(clf.predict(X[:n_samples])) <= set(y[:n_samples])
