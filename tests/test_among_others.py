"""The classifier inside scikit-learn's own tools, on the bundled digits."""

import subprocess
import sys

import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 (makes the next import work)
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay, accuracy_score, make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import SelfTrainingClassifier

from skdigits import CNNDigitClassifier, PixelScaler

pytestmark = pytest.mark.filterwarnings(  # of fits that are meant to learn little
    "ignore:The training loss:sklearn.exceptions.ConvergenceWarning"
)


def classifier(**parameters):
    """Return a classifier that trains for a moment."""
    settings = {"filters": (16,), "max_epochs": 15, "random_state": 0}
    return CNNDigitClassifier(**settings | parameters)


@pytest.fixture(scope="module")
def train_test(digits):
    """200 digits to train on and 200 to test."""
    X, y = digits
    return X[:200], X[200:400], y[:200], y[200:400]


def test_pipeline(train_test):
    X, X_test, y, y_test = train_test
    pipeline = make_pipeline(PixelScaler(pixel_range=(0, 16)), classifier()).fit(X, y)
    assert pipeline.score(X_test, y_test) > 0.8
    images = pipeline.fit(X.reshape(-1, 8, 8), y)
    assert images.score(X_test.reshape(-1, 8, 8), y_test) > 0.8


def test_column_transformer(train_test):
    X, X_test, y, y_test = train_test
    columns = ColumnTransformer([("pixels", PixelScaler(), slice(0, 64))])
    assert make_pipeline(columns, classifier()).fit(X, y).score(X_test, y_test) > 0.8


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_transform_output_as_frames(train_test, library):
    pytest.importorskip(library)
    X, X_test, y, y_test = train_test
    with sklearn.config_context(transform_output=library):
        pipeline = make_pipeline(PixelScaler(), classifier()).fit(X, y)
        assert pipeline.score(X_test, y_test) > 0.8
    assert pipeline[-1].feature_names_in_[0] == "x0"


@pytest.mark.slow
@pytest.mark.parametrize(
    "search",
    [
        lambda model, grid: GridSearchCV(model, grid, cv=2, n_jobs=2),
        lambda model, grid: RandomizedSearchCV(
            model, grid, n_iter=2, cv=2, n_jobs=2, random_state=0
        ),
        lambda model, grid: HalvingGridSearchCV(
            model, grid, cv=2, n_jobs=2, random_state=0, min_resources=100
        ),
    ],
    ids=["grid", "random", "halving"],
)
def test_searches_in_processes(train_test, search):
    X, X_test, y, y_test = train_test
    grid = {"cnndigitclassifier__learning_rate": [1e-6, 0.01]}
    searched = search(make_pipeline(PixelScaler(), classifier()), grid).fit(X, y)
    assert searched.best_params_ == {"cnndigitclassifier__learning_rate": 0.01}
    assert searched.score(X_test, y_test) > 0.8


def test_network_and_augmentation_can_be_searched(train_test):
    X, _, y, _ = train_test
    grid = {
        "filters": [(8,), (8, 16)],
        "augment": [True, False],
        "optimizer": ["adam", "sgd"],
    }
    searched = GridSearchCV(classifier(max_epochs=5), grid, cv=2).fit(X, y)
    assert len(searched.cv_results_["params"]) == 8
    assert np.isfinite(searched.cv_results_["mean_test_score"]).all()


def test_cross_val_predict(train_test):
    X, _, y, _ = train_test
    assert accuracy_score(y, cross_val_predict(classifier(), X, y, cv=3)) > 0.8
    probabilities = cross_val_predict(classifier(), X, y, cv=3, method="predict_proba")
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_learning_curve(train_test):
    X, _, y, _ = train_test
    _, _, scores = learning_curve(classifier(), X, y, cv=3, train_sizes=[0.3, 1.0])
    assert scores[1].mean() > scores[0].mean()


def test_permutation_importance(train_test):
    X, X_test, y, y_test = train_test
    clf = classifier().fit(X, y)
    importance = permutation_importance(clf, X_test, y_test, n_repeats=1, random_state=0)
    blank = X_test.std(axis=0) == 0
    assert (importance.importances_mean[blank] == 0).all()
    assert importance.importances_mean.max() > 0


@pytest.mark.parametrize(
    "ensemble",
    [
        lambda model: VotingClassifier(
            [("cnn", model), ("lr", LogisticRegression(max_iter=1000))], voting="soft"
        ),
        lambda model: BaggingClassifier(model, n_estimators=3, random_state=0),
        lambda model: StackingClassifier([("cnn", model)], LogisticRegression(), cv=2),
        lambda model: AdaBoostClassifier(model, n_estimators=3, random_state=0),
        lambda model: OneVsRestClassifier(model),
        lambda model: CalibratedClassifierCV(model, method="sigmoid", cv=2),
        lambda model: CalibratedClassifierCV(model, method="isotonic", cv=2),
        lambda model: FrozenEstimator(model),
    ],
    ids=[
        "voting",
        "bagging",
        "stacking",
        "adaboost",
        "one-vs-rest",
        "sigmoid",
        "isotonic",
        "frozen",
    ],
)
def test_meta_estimators(train_test, ensemble):
    X, X_test, y, y_test = train_test
    names = np.array([f"digit {label}" for label in range(10)])
    model = ensemble(classifier().fit(X, names[y])).fit(X, names[y])
    assert model.score(X_test, names[y_test]) > 0.75


def test_adaboost_passes_weights_on(train_test):
    X, _, y, _ = train_test
    boosted = AdaBoostClassifier(classifier(max_epochs=2), n_estimators=3, random_state=0)
    assert len({tree.loss_ for tree in boosted.fit(X, y).estimators_}) == 3


def test_temperature_calibration(train_test):
    if tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8):
        pytest.skip("scikit-learn has it from 1.8 on")
    X, X_test, y, y_test = train_test
    calibrated = CalibratedClassifierCV(classifier(), method="temperature", cv=2).fit(X, y)
    assert calibrated.score(X_test, y_test) > 0.75


def test_self_training(train_test):
    X, X_test, y, y_test = train_test
    half_known = np.where(np.arange(len(y)) % 2, -1, y)
    model = SelfTrainingClassifier(classifier()).fit(X, half_known)
    assert (model.labeled_iter_ > 0).any()
    assert model.score(X_test, y_test) > 0.6


@pytest.mark.parametrize(
    "wrapper",
    [
        lambda model: FixedThresholdClassifier(model, threshold=0.7),
        lambda model: TunedThresholdClassifierCV(model, cv=3),
    ],
    ids=["fixed", "tuned"],
)
def test_thresholds(two_digits, wrapper):
    X, y = two_digits
    assert wrapper(classifier()).fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.95


def test_displays(train_test, two_digits):
    X, X_test, y, y_test = train_test
    matrix = ConfusionMatrixDisplay.from_estimator(classifier().fit(X, y), X_test, y_test)
    assert matrix.confusion_matrix.sum() == len(y_test)
    X, y = two_digits
    curve = RocCurveDisplay.from_estimator(classifier().fit(X[:200], y[:200]), X[200:], y[200:])
    assert np.ravel(curve.roc_auc)[0] > 0.99


def test_sample_weight_is_routed(train_test):
    X, _, y, _ = train_test
    weight = np.where(y < 5, 1.0, 0.0)
    with sklearn.config_context(enable_metadata_routing=True):
        clf = classifier().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        searched = GridSearchCV(clf, {"max_epochs": [15]}, cv=2).fit(X, y, sample_weight=weight)
        scores = cross_val_score(
            make_pipeline(PixelScaler(), clf),
            X,
            y,
            scoring=make_scorer(accuracy_score).set_score_request(sample_weight=True),
            cv=2,
            params={"sample_weight": weight},
        )
    assert set(searched.predict(X)) <= set(range(5))
    assert scores.mean() > 0.8


DASK_SEARCH = """
import joblib
import numpy as np
from distributed import Client, LocalCluster
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from skdigits import CNNDigitClassifier

if __name__ == "__main__":
    X, y = load_digits(return_X_y=True)
    X, y = X[:200], y[:200]
    clf = CNNDigitClassifier(max_epochs=5, random_state=0)
    search = GridSearchCV(clf, {"learning_rate": [1e-4, 0.01]}, cv=2)
    serial = search.fit(X, y).cv_results_["mean_test_score"]
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster), joblib.parallel_backend("dask"):
            parallel = search.fit(X, y).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(parallel, serial)
    print("equal")
"""


@pytest.mark.slow
def test_the_same_search_on_a_dask_cluster(tmp_path):
    pytest.importorskip("distributed", reason="the extra `distributed` is not installed")
    script = tmp_path / "search.py"
    script.write_text(DASK_SEARCH)
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", script],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
        cwd=tmp_path,
    )
    assert finished.stdout.strip().endswith("equal")
