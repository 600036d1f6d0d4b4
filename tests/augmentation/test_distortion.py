"""How much images are distorted, as the user says it."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skdigits import CNNDigitClassifier, Distortion


def test_a_seed_gives_the_same_images(digits):
    X, _ = digits
    first, again, other = (Distortion()(X[:20], random_state=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("shape", [(-1, 64), (-1, 8, 8), (-1, 1, 8, 8)])
def test_images_come_back_in_their_shape_and_range(digits, shape):
    X = digits[0][:20].reshape(shape)
    distorted = Distortion.paper()(X, random_state=0)
    assert distorted.shape == X.shape
    assert (distorted >= 0).all()
    assert (distorted <= 16).all()
    assert (distorted != X).any(axis=tuple(range(1, X.ndim))).all()


def test_rounding_does_not_leave_the_range():
    X = np.full((2_000, 9, 9), 255.0)
    X[:, :, 4] = 0.1
    for distortion in (Distortion(elastic=0.1), Distortion.paper()):
        distorted = distortion(X, random_state=0)
        assert distorted.min() >= np.float32(0.1)
        assert distorted.max() <= 255


def test_rows_of_no_square_come_back_as_rows():
    X = np.random.default_rng(0).random((3, 10))
    assert Distortion()(X, random_state=0).shape == (3, 10)


def test_nothing_changes_nothing(digits):
    nothing = Distortion(rotation=0, translation=0, scaling=0, shear=0)
    np.testing.assert_allclose(nothing(digits[0][:5], random_state=0), digits[0][:5], atol=1e-4)


@pytest.mark.parametrize("name", Distortion().get_params())
def test_an_amount_out_of_its_range_is_named(name, digits):
    distortion = Distortion(**{name: -1.0})
    with pytest.raises(ValueError, match=name):
        distortion(digits[0])
    with pytest.raises(ValueError, match=name):
        CNNDigitClassifier(augment=distortion).fit(digits[0][:50], digits[1][:50])


def test_amounts_can_be_searched(small_digits):
    clf = CNNDigitClassifier(
        filters=(8,), max_epochs=5, augment=Distortion(), precision="float32", random_state=0
    )
    grid = {"augment__blur": [0.0, 1.0], "augment__rotation": [20.0]}
    search = GridSearchCV(clf, grid, cv=2, error_score="raise").fit(*small_digits)
    assert search.best_estimator_.augment_.rotation == 20
    assert clone(search.best_estimator_).augment.rotation == 20


@pytest.mark.parametrize("augment", ["auto", "paper", True])
def test_an_amount_of_no_distortion_is_told_what_to_pass(augment):
    with pytest.raises(ValueError, match=r"set augment=Distortion\(\) first"):
        CNNDigitClassifier(augment=augment).set_params(augment__blur=1.0)


def test_the_distortion_and_its_amount_can_be_set_together():
    clf = CNNDigitClassifier().set_params(augment=Distortion(), augment__blur=1.0)
    assert clf.augment.blur == 1


def test_paper_is_what_paper_means(small_digits):
    X, y = small_digits
    settings = {"filters": (8,), "max_epochs": 5, "precision": "float32", "random_state": 0}
    named, given, default = (
        CNNDigitClassifier(augment=augment, **settings).fit(X, y).decision_function(X)
        for augment in ("paper", Distortion.paper(), True)
    )
    np.testing.assert_array_equal(named, given)
    assert (named != default).any()
