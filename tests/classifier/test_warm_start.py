"""Training continues with the present settings, or says that it cannot."""

import pytest
from sklearn.base import clone

from skdigits import CNNDigitClassifier

SETTINGS = {"filters": (8, 8), "max_epochs": 3, "precision": "float32", "random_state": 0}


@pytest.fixture
def fitted(small_digits):
    """A fitted classifier that is to continue."""
    return CNNDigitClassifier(**SETTINGS, warm_start=True).fit(*small_digits)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filters", (8, 16)),
        ("patch_size", 2),
        ("kernel_size", 5),
        ("hidden_layer_sizes", (5,)),
        ("image_shape", (4, 16)),
    ],
)
@pytest.mark.parametrize("fit", ["fit", "partial_fit"])
def test_another_architecture_is_refused_by_name(name, value, fit, fitted, small_digits):
    X, y = small_digits
    before = fitted.decision_function(X)
    fitted.set_params(**{name: value})
    with pytest.raises(ValueError, match=rf"^{name}=.* cannot continue a network with {name}="):
        getattr(fitted, fit)(X, y)
    assert (fitted.decision_function(X) == before).all()
    fitted.set_params(**{name: clone(CNNDigitClassifier(**SETTINGS)).get_params()[name]})
    assert getattr(fitted, fit)(X, y).n_epochs_ > 3


@pytest.mark.parametrize(
    ("name", "value"),
    [("weight_decay", 10.0), ("optimizer", "sgd"), ("optimizer", "adam"), ("precision", "float64")],
)
def test_settings_of_the_training_take_effect(name, value, fitted, small_digits):
    X, y = small_digits
    unchanged = clone(fitted).fit(X, y).fit(X, y)
    changed = fitted.set_params(**{name: value}).fit(X, y)
    assert changed.n_epochs_ == unchanged.n_epochs_ == 6
    assert (changed.decision_function(X) != unchanged.decision_function(X)).any()
    assert changed.net_.recipe[name] == value
    if name == "precision":
        assert changed.precision_ == "float64"
        assert {str(w.dtype) for w in changed.net_.module_.parameters()} == {"torch.float64"}
    else:
        (group,) = changed.net_.optimizer_.param_groups
        assert group.get(name, value) == value


def test_momentum_takes_effect(small_digits):
    X, y = small_digits
    clf = CNNDigitClassifier(**SETTINGS, optimizer="sgd", warm_start=True).fit(X, y)
    clf.set_params(momentum=0.0).fit(X, y)
    assert clf.net_.optimizer_.param_groups[0]["momentum"] == 0


def test_what_auto_meant_is_kept_on_other_numbers_of_images(digits):
    X, y = digits
    clf = CNNDigitClassifier(filters=(8,), max_epochs=2, warm_start=True, random_state=0)
    clf.fit(X[:600], y[:600]).fit(X[:100], y[:100])
    assert clf.precision_ == "float32"
