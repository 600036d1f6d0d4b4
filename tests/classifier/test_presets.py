"""The presets: plain dictionaries of parameters."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skdigits import CNNDigitClassifier, presets

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def images():
    """A few of the bundled digits, enlarged to 28 × 28 pixels, and their labels."""
    X, y = load_digits(return_X_y=True)
    small = X[:60].reshape(-1, 8, 8).repeat(3, axis=1).repeat(3, axis=2)
    return np.pad(small, ((0, 0), (2, 2), (2, 2))).reshape(60, -1), y[:60]


def test_there_are_three():
    assert set(presets) == {"fast", "accurate", "small"}


def test_an_unknown_one_is_told_the_names_there_are():
    with pytest.raises(KeyError, match="no preset 'best': choose one of fast, accurate, small"):
        presets["best"]


@pytest.mark.parametrize("name", presets)
def test_a_preset_is_parameters_of_the_classifier(name, images):
    clf = CNNDigitClassifier(**presets[name], random_state=0)
    assert clone(clf).get_params() == clf.get_params()
    clf.set_params(max_epochs=1, precision="float32").fit(*images)
    assert clf.predict_proba(images[0]).shape == (60, 10)


def test_small_has_at_most_20_000_weights(images):
    clf = CNNDigitClassifier(**presets["small"] | {"max_epochs": 1, "random_state": 0}).fit(*images)
    assert sum(weights.numel() for weights in clf.net_.module_.parameters()) <= 20_000


def test_presets_can_be_searched(images):
    grid = [
        {name: [value] for name, value in preset.items()} | {"max_epochs": [1]}
        for preset in (presets["fast"], presets["small"])
    ]
    search = GridSearchCV(CNNDigitClassifier(random_state=0), grid, cv=2).fit(*images)
    assert len(search.cv_results_["params"]) == 2
