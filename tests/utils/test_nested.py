"""Ways into pipelines, searches and wrappers."""

import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skdigits import PixelScaler, SelectiveClassifier
from skdigits._utils.nested import first_with, nested, steps_of


def kinds(models):
    return [type(model).__name__ for model in models]


@pytest.fixture(scope="module")
def search(digits):
    inner = make_pipeline(MinMaxScaler(), PCA(5), LogisticRegression(max_iter=300))
    selective = SelectiveClassifier(inner, max_error_rate=0.5, random_state=0)
    model = make_pipeline(PixelScaler(), selective)
    grid = {"selectiveclassifier__max_error_rate": [0.5]}
    return GridSearchCV(model, grid, cv=2).fit(*(part[:600] for part in digits))


def test_what_is_inside__to_the_classifier(search):
    inside = ["GridSearchCV", "Pipeline", "SelectiveClassifier", "Pipeline", "LogisticRegression"]
    assert kinds(nested(search)) == inside


def test_what_is_inside__to_the_first_step(search):
    assert kinds(nested(search, step=0)) == ["GridSearchCV", "Pipeline", "PixelScaler"]


def test_none_is_empty():
    assert list(nested(None)) == []


def test_the_first_that_has_an_attribute(search):
    assert first_with("threshold_", search) is search.best_estimator_[-1]
    assert first_with("pixel_range_", search, step=0) is search.best_estimator_[0]
    assert first_with("net_", search) is None


def test_the_steps_that_data_goes_through(search):
    through = ["PixelScaler", "MinMaxScaler", "PCA", "LogisticRegression"]
    assert kinds(steps_of(search)) == through


def test_what_is_not_fitted_holds_nothing_yet():
    assert kinds(nested(GridSearchCV(LogisticRegression(), {}))) == ["GridSearchCV"]


@pytest.mark.parametrize("wrapper", [CalibratedClassifierCV, OneVsRestClassifier])
def test_a_wrapper_of_several_is_itself_the_last(wrapper, small_digits):
    model = wrapper(LogisticRegression(max_iter=300)).fit(*small_digits)
    assert kinds(steps_of(model)) == [wrapper.__name__]


def test_frozen(small_digits):
    frozen = FrozenEstimator(LogisticRegression(max_iter=300).fit(*small_digits))
    assert kinds(nested(frozen))[0] == "FrozenEstimator"
    assert first_with("classes_", frozen) is not None
