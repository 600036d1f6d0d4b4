"""What a user of CNNDigitClassifier sees."""

import copy
import gc
import io
import pickle
import warnings
import weakref
from importlib.metadata import metadata

import joblib
import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import train_test_split

from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    Distortion,
    PixelScaler,
    SelectiveClassifier,
)

EXACT = {"precision": "float64", "batch_size": 1000, "augment": False, "label_smoothing": 0.0}
"""What "auto" means for a few images."""


def classifier(**parameters):
    """Return a classifier that trains for a moment."""
    return CNNDigitClassifier(**{"max_epochs": 5, "random_state": 0, **parameters})


@pytest.fixture(scope="module")
def fitted(small_digits):
    return classifier(max_epochs=20).fit(*small_digits)


# What it learns


def test_default_parameters_read_the_bundled_digits(digits):
    X, y = digits
    clf = CNNDigitClassifier(random_state=0).fit(X[:-360], y[:-360])
    assert clf.score(X[-360:], y[-360:]) >= 0.975  # by other writers


@pytest.mark.mnist
def test_default_parameters_reach_994_on_mnist(mnist_home):
    from skdigits.datasets import fetch_mnist

    X, y = fetch_mnist("train", data_home=mnist_home, return_X_y=True)
    X_test, y_test = fetch_mnist("test", data_home=mnist_home, return_X_y=True)
    clf = CNNDigitClassifier(random_state=0).fit(X, y)
    assert clf.score(X_test, y_test) >= 0.994
    assert clf.predict(X_test[:3]).tolist() == ["7", "2", "1"]


# Labels


@pytest.mark.parametrize(
    "labels",
    [
        np.array([f"digit {i}" for i in range(10)]),
        np.array([f"digit {i}" for i in range(10)], dtype=object),
        np.array([3, 5, 8, 13, 21, 34, 55, 89, 144, 233]),
        np.arange(10) / 2 - 1.5 == np.arange(10),
    ],
    ids=["strings", "objects", "gaps", "bool"],
)
def test_labels_come_back_as_given(small_digits, labels):
    X, y = small_digits
    clf = classifier(max_epochs=20).fit(X, labels[y])
    assert clf.classes_.tolist() == np.unique(labels[y]).tolist()
    assert clf.predict(X).dtype.kind == labels.dtype.kind
    assert clf.score(X, labels[y]) > 0.95


def test_pandas_and_polars_frames_and_their_names(small_digits):
    X, y = small_digits
    names = [f"pixel{i}" for i in range(64)]
    expected = classifier().fit(X, y).predict_proba(X)
    for library in ("pandas", "polars"):
        frames = pytest.importorskip(library)
        frame = frames.DataFrame(dict(zip(names, X.T, strict=True)))
        clf = classifier().fit(frame, frames.DataFrame({"digit": y})["digit"])
        assert clf.feature_names_in_.tolist() == names
        np.testing.assert_allclose(clf.predict_proba(frame), expected)
        with pytest.raises(ValueError, match="feature names should match"):
            clf.predict(frame[names[::-1]])


# Images


@pytest.mark.parametrize("shape", [(-1, 8, 8), (-1, 1, 8, 8)])
def test_images_are_as_good_as_rows(small_digits, fitted, shape):
    X, y = small_digits
    images = X.reshape(shape)
    clf = classifier(max_epochs=20).fit(images, y)
    assert clf.n_features_in_ == 64
    assert clf.image_shape_ == (8, 8)
    np.testing.assert_array_equal(clf.predict_proba(images), fitted.predict_proba(X))
    np.testing.assert_array_equal(clf.predict_proba(X), fitted.predict_proba(X))
    np.testing.assert_array_equal(clf.predict(images.tolist()), clf.predict(X))


def test_images_need_not_be_square(small_digits):
    X, y = small_digits
    wide = X.reshape(-1, 8, 8)[:, 1:7]
    by_images = classifier().fit(wide, y)
    by_rows = classifier(image_shape=(6, 8)).fit(wide.reshape(-1, 48), y)
    assert by_images.image_shape_ == by_rows.image_shape_ == (6, 8)
    np.testing.assert_array_equal(by_images.predict_proba(wide), by_rows.predict_proba(wide))


def test_rows_that_fill_no_square_are_filled_up(small_digits):
    X, y = small_digits
    with pytest.warns(UserWarning, match="X has 50 features, .* the last 14 of them empty"):
        clf = classifier().fit(X[:, :50], y)
    assert clf.image_shape_ == (8, 8)
    assert clf.predict(X[:, :50]).shape == y.shape


@pytest.mark.parametrize(
    ("parameters", "shape", "message"),
    [
        ({"image_shape": (7, 8)}, (-1, 64), "has 56 pixels, but X has 64 features"),
        ({"image_shape": (4, 16)}, (-1, 8, 8), r"shape \(8, 8\), expected \(4, 16\)"),
        ({"image_shape": 8}, (-1, 64), "image_shape"),
        ({"image_shape": (-8, -8)}, (-1, 64), "image_shape"),
        ({}, (-1, 4, 4, 4), "one grey channel"),
        ({}, (-1, 2, 2, 4, 4), "dim"),
    ],
)
def test_a_wrong_image_shape_is_refused(small_digits, parameters, shape, message):
    X, y = small_digits
    with pytest.raises(ValueError, match=message):
        classifier(**parameters).fit(X.reshape(shape), y)


def test_predict_refuses_images_of_another_shape(small_digits, fitted):
    X, _ = small_digits
    with pytest.raises(ValueError, match=r"shape \(4, 16\), expected \(8, 8\)"):
        fitted.predict(X.reshape(-1, 4, 16))


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", "float32", "float64", "object"])
def test_any_number_format(small_digits, fitted, dtype):
    X, y = small_digits
    clf = classifier(max_epochs=20).fit(X.astype(dtype), y)
    np.testing.assert_allclose(clf.predict_proba(X.astype(dtype)), fitted.predict_proba(X))


@pytest.mark.parametrize("factor", [1e-6, 1 / 16, 255, 1e6])
def test_any_scale(small_digits, factor):
    X, y = small_digits
    assert (
        classifier(max_epochs=20).fit(X * factor + factor, y).score(X * factor + factor, y) > 0.95
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda X: csr_array(X), "Sparse data was passed"),
        (lambda X: np.where(X == 16, np.nan, X), "NaN"),
        (lambda X: np.where(X == 16, np.inf, X), "infinity"),
        (lambda X: X[:0], "0 sample"),
        (lambda X: X[:, :0], "0 feature"),
        (lambda X: X * 1e200, "too large"),
        (lambda X: X[0], "Reshape"),
        (lambda X: X.astype(str), "numeric"),
        (lambda X: X[:-1], "inconsistent"),
    ],
    ids=["sparse", "NaN", "infinity", "no rows", "no columns", "huge", "1-D", "text", "short"],
)
def test_data_that_cannot_be_used_is_refused(small_digits, bad, message):
    X, y = small_digits
    with pytest.raises((ValueError, TypeError), match=message):
        classifier().fit(bad(X), y)


def test_a_continuous_target_is_refused(small_digits):
    X, y = small_digits
    with pytest.raises(ValueError, match="continuous"):
        classifier().fit(X, y + 0.5)


# Parameters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filters", (16, 0)),
        ("filters", "16"),
        ("filters", (8, (16, 0))),
        ("filters", (8, "16")),
        ("patch_size", 0),
        ("kernel_size", 4),
        ("hidden_layer_sizes", (1.5,)),
        ("max_epochs", 0),
        ("batch_size", 2.0),
        ("optimizer", "lion"),
        ("learning_rate", -0.1),
        ("momentum", 1.0),
        ("schedule", "step"),
        ("label_smoothing", 1.0),
        ("augment", "yes"),
        ("class_weight", "even"),
        ("validation_fraction", 0.0),
        ("patience", 0),
        ("on_interrupt", "ignore"),
        ("callbacks", print),
        ("callbacks", [3]),
        ("device", "abacus"),
        ("precision", "float8"),
    ],
)
def test_a_wrong_parameter_is_named(small_digits, name, value):
    with pytest.raises(ValueError, match=name):
        classifier(**{name: value}).fit(*small_digits)


@pytest.mark.parametrize(
    "parameters",
    [
        {"optimizer": "adam"},
        {"optimizer": "sgd", "learning_rate": 0.1},
        {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.3},
        {"schedule": "constant", "learning_rate": 0.003},
        {"label_smoothing": 0.1},
        {"filters": (8, 8), "kernel_size": 5, "hidden_layer_sizes": (16,)},
        {"filters": [8, [16, 16]], "patch_size": 2},
        {"filters": (), "hidden_layer_sizes": (64, 32)},
        {"augment": True},
        {"precision": "float32", "batch_size": 32},
        {"precision": "bfloat16", "batch_size": 32},
    ],
    ids=str,
)
def test_every_way_of_training_learns(digits, parameters):
    X, y = digits
    clf = classifier(**{"max_epochs": 40, "filters": (16, 32), **parameters}).fit(X[:500], y[:500])
    assert clf.score(X[:500], y[:500]) > 0.9


# Weights


def test_a_weight_is_a_repetition(small_digits):
    X, y = small_digits
    weight = np.random.RandomState(0).randint(0, 4, len(y))
    clf = CNNDigitClassifier(filters=(8, 16), max_epochs=100, random_state=0, **EXACT)
    weighted = clone(clf).fit(X, y, sample_weight=weight)
    repeated = clf.fit(X.repeat(weight, 0), y.repeat(weight))
    np.testing.assert_allclose(weighted.decision_function(X), repeated.decision_function(X), 1e-7)


def test_weights_count_in_mini_batches(digits):
    X, y = digits
    fives_as_sixes = np.where(y == 5, 6, y)
    X_both, y_both = np.concatenate([X, X]), np.concatenate([y, fives_as_sixes])
    weight = np.r_[np.full(len(y), 1.0), np.full(len(y), 0.01)]
    clf = classifier().fit(X_both, y_both, sample_weight=weight)
    assert clf.batch_size_ < len(y)
    assert clf.score(X, y) > 0.95


def test_weights_count_in_validation(small_digits):
    X, y = small_digits
    clf = classifier(validation_fraction=0.5)
    plain = clf.fit(X, y).history_[-1]
    weighted = clf.fit(X, y, sample_weight=np.where(y < 5, 1e-9, 1.0)).history_[-1]
    low_half = clf.fit(X, y, sample_weight=np.where(y < 5, 1.0, 1e-9)).history_[-1]
    assert plain["valid_loss"] != weighted["valid_loss"] != low_half["valid_loss"]


@pytest.mark.parametrize(
    ("weight", "message"),
    [(-1.0, "negative"), (0.0, "zero"), (np.nan, "NaN"), (np.inf, "infinity")],
)
def test_impossible_weights_are_refused(small_digits, weight, message):
    X, y = small_digits
    with pytest.raises(ValueError, match=message):
        classifier().fit(X, y, sample_weight=np.full(len(y), weight))


def test_class_weight_is_a_sample_weight(small_digits):
    X, y = small_digits
    by_class = classifier(class_weight={3: 5.0, 8: 0.5}).fit(X, y)
    by_sample = classifier().fit(X, y, sample_weight=np.select([y == 3, y == 8], [5.0, 0.5], 1.0))
    np.testing.assert_allclose(by_class.predict_proba(X), by_sample.predict_proba(X), 1e-7)


def test_balanced_classes_weigh_the_same(two_digits):
    X, y = two_digits
    X, y = np.concatenate([X, X[y == 1]]), np.concatenate([y, y[y == 1]])
    balanced = classifier(class_weight="balanced").fit(X, y)
    by_hand = classifier().fit(X, y, sample_weight=1 / np.bincount(y)[y])
    np.testing.assert_allclose(balanced.predict_proba(X), by_hand.predict_proba(X), 1e-7)


def test_unknown_class_in_class_weight_is_refused(small_digits):
    with pytest.raises(ValueError, match="class_weight"):
        classifier(class_weight={"eleven": 2.0}).fit(*small_digits)


# Going on


def test_partial_fit_learns_from_a_stream(digits):
    X, y = digits
    clf = classifier(learning_rate=0.003)
    for _ in range(10):
        for start in range(0, 1500, 250):
            rows = slice(start, start + 250)
            clf.partial_fit(X[rows], y[rows], classes=range(10))
    assert clf.n_epochs_ == len(clf.history_) == 60
    assert clf.score(X[1500:], y[1500:]) > 0.9


def test_partial_fit_goes_on_alike_after_pickling(small_digits):
    clf = classifier().partial_fit(*small_digits, classes=range(10))
    restored = pickle.loads(pickle.dumps(clf))
    for each in (clf, restored):
        each.partial_fit(*small_digits)
    X, _ = small_digits
    np.testing.assert_array_equal(clf.decision_function(X), restored.decision_function(X))


@pytest.mark.parametrize(
    ("parameters", "classes", "message"),
    [
        ({}, None, "first call"),
        ({}, [0, 1], "not in classes"),
        ({"early_stopping": True}, range(10), "early_stopping needs all of the data"),
        ({"class_weight": "balanced"}, range(10), "balanced.* needs all of the data"),
    ],
)
def test_partial_fit_says_what_it_cannot_do(small_digits, parameters, classes, message):
    with pytest.raises(ValueError, match=message):
        classifier(**parameters).partial_fit(*small_digits, classes=classes)


def test_partial_fit_keeps_its_classes(small_digits):
    clf = classifier().partial_fit(*small_digits, classes=range(10))
    with pytest.raises(ValueError, match="not the same as on the first call"):
        clf.partial_fit(*small_digits, classes=range(11))


def test_warm_start_goes_on(small_digits):
    X, y = small_digits
    clf = classifier(warm_start=True, max_epochs=10).fit(X, y)
    loss = clf.loss_
    clf.fit(X, y)
    assert len(clf.history_) == clf.n_epochs_ == 20
    assert clf.history_[-1]["epoch"] == 20
    assert clf.loss_ < loss
    with pytest.raises(ValueError, match="same classes as in the previous fit"):
        clf.fit(X, y + 1)


def test_without_warm_start_fit_begins_anew(small_digits, fitted):
    again = copy.deepcopy(fitted).fit(*small_digits)
    assert again.loss_curve_ == fitted.loss_curve_


# Probabilities


@pytest.mark.parametrize("parameters", [{}, {"validation_fraction": 0.3}])
def test_smoothed_labels_leave_calibrated_probabilities(digits, parameters):
    X, y = digits
    clf = classifier(max_epochs=10, label_smoothing=0.2, **parameters).fit(X[:1000], y[:1000])
    confidence = clf.predict_proba(X[1000:]).max(axis=1).mean()
    assert confidence == pytest.approx(clf.score(X[1000:], y[1000:]), abs=0.03)


def test_a_perfect_fit_has_no_loss_under_label_smoothing(small_digits):
    clf = classifier(label_smoothing=0.1, max_epochs=60).fit(*small_digits)
    assert 0 <= clf.loss_ < 0.02


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float64"])
def test_a_row_is_answered_as_in_a_batch(digits, precision):
    X, y = digits
    clf = classifier(max_epochs=2, precision=precision, augment=False).fit(X[:600], y[:600])
    labels, probabilities = clf.predict(X), clf.predict_proba(X)
    assert (labels == clf.classes_[probabilities.argmax(axis=1)]).all()
    rows = X[::20, np.newaxis]
    assert [clf.predict(row)[0] for row in rows] == labels[::20].tolist()
    alone = np.concatenate([clf.predict_proba(row) for row in rows])
    np.testing.assert_allclose(alone, probabilities[::20], atol=1e-4)


def test_a_changed_weight_changes_predictions(small_digits, fitted):
    X, _ = small_digits
    clf = copy.deepcopy(fitted)
    clf.predict(X)
    with torch.no_grad():
        clf.net_.module_.network.output.weight.zero_()
        clf.net_.module_.network.output.bias[3] = 1
    assert set(clf.predict(X)) == {3}


# Hold-out and early stopping


def test_early_stopping_restores_the_best_weights(digits):
    X, y = digits
    noisy = np.where(np.random.RandomState(0).rand(len(y)) < 0.3, 9 - y, y)
    clf = classifier(
        early_stopping=True,
        patience=2,
        max_epochs=50,
        validation_fraction=0.3,
        augment=False,
        label_smoothing=0.0,
    ).fit(X, noisy)
    losses = [row["valid_loss"] for row in clf.history_]
    assert clf.n_epochs_ == np.argmin(losses) + 3 < 50
    _, held_out = train_test_split(
        np.arange(len(y)), test_size=0.3, stratify=noisy, random_state=np.random.RandomState(0)
    )
    log_proba = clf.predict_log_proba(X[held_out])
    loss = -log_proba[np.arange(len(held_out)), noisy[held_out]].mean()
    assert loss == pytest.approx(min(losses), rel=1e-4)
    assert clf.best_loss_ is None


def test_a_hold_out_measures_without_stopping(small_digits):
    clf = classifier(validation_fraction=0.25).fit(*small_digits)
    assert clf.n_epochs_ == 5
    assert set(clf.history_[0]) == {
        "epoch",
        "train_loss",
        "valid_loss",
        "valid_accuracy",
        "learning_rate",
        "seconds",
    }
    assert clf.validation_scores_ == [row["valid_accuracy"] for row in clf.history_]
    assert clf.best_validation_score_ == max(clf.validation_scores_)


def test_history_is_named_as_in_mlpclassifier(fitted):
    assert fitted.loss_curve_ == [row["train_loss"] for row in fitted.history_]
    assert fitted.loss_ == fitted.loss_curve_[-1]
    assert fitted.best_loss_ == min(fitted.loss_curve_)
    assert fitted.n_iter_ == fitted.n_epochs_ == 20
    assert fitted.validation_scores_ is fitted.best_validation_score_ is None


# Trouble


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_divergence_is_an_error_and_leaves_nothing_fitted(digits, optimizer):
    clf = classifier(learning_rate=1e30, optimizer=optimizer)
    with pytest.raises(ValueError, match="Training diverged.*Lower learning_rate"):
        clf.fit(*digits)
    with pytest.raises(NotFittedError):
        clf.predict(digits[0])


def test_learning_nothing_is_told(digits):
    X, y = digits
    with pytest.warns(ConvergenceWarning, match="lower learning_rate"):
        classifier(max_epochs=1).fit(X, np.random.RandomState(0).randint(0, 10, len(y)))


def test_a_failed_fit_leaves_the_former_model(small_digits, fitted):
    X, y = small_digits
    clf = copy.deepcopy(fitted)
    with pytest.raises(ValueError, match="NaN"):
        clf.fit(np.full((20, 9), np.nan), y[:20])
    with pytest.raises(ValueError, match="diverged"):
        clf.set_params(learning_rate=1e30).fit(X[:, :36], y)
    np.testing.assert_array_equal(clf.predict_proba(X), fitted.predict_proba(X))


def test_not_fitted(small_digits):
    X, _ = small_digits
    alike = ("predict", "predict_proba", "decision_function", "score_samples")
    for method in (*alike, "features", "feature_maps"):
        with pytest.raises(NotFittedError):
            getattr(CNNDigitClassifier(), method)(X)
    with pytest.raises(NotFittedError):
        CNNDigitClassifier().gradients(X, np.zeros(len(X)))
    assert not hasattr(CNNDigitClassifier(), "loss_curve_")


def test_a_fitted_classifier_does_not_hold_its_training_data(digits):
    X, y = digits[0].copy(), digits[1]
    held = weakref.ref(X)
    clf = classifier(validation_fraction=0.1).fit(X, y)
    del X
    gc.collect()
    assert held() is None
    assert clf.n_epochs_ == 5


# Copies


@pytest.mark.parametrize("protocol", ["pickle", "joblib", "deepcopy", "copy"])
def test_copies_predict_the_same(small_digits, fitted, protocol):
    X, _ = small_digits
    copied = {
        "pickle": lambda: pickle.loads(pickle.dumps(fitted)),
        "joblib": lambda: _through_joblib(fitted),
        "deepcopy": lambda: copy.deepcopy(fitted),
        "copy": lambda: copy.copy(fitted),
    }[protocol]()
    np.testing.assert_array_equal(copied.predict_proba(X), fitted.predict_proba(X))
    assert copied.history_ == fitted.history_


def _through_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


def test_fitted_state_is_numpy(fitted):
    def kinds(tree):
        if isinstance(tree, dict | list | tuple):
            children = tree.values() if isinstance(tree, dict) else tree
            return set().union(*map(kinds, children)) if children else set()
        return {type(tree).__module__}

    assert kinds(fitted.__getstate__()) <= {"builtins", "numpy", Distortion.__module__}


def test_clone_is_unfitted_and_has_the_parameters(fitted):
    cloned = clone(fitted)
    assert not hasattr(cloned, "net_")
    assert cloned.get_params() == fitted.get_params()


def test_repr_shows_what_auto_chose(small_digits):
    clf = CNNDigitClassifier(max_epochs=2, random_state=0)
    assert repr(clf) == "CNNDigitClassifier(max_epochs=2, random_state=0)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(*small_digits)
    assert repr(clf) == (
        "CNNDigitClassifier(max_epochs=2, random_state=0)  "
        "# auto: patch_size=1, filters=(32, 64, 128), batch_size=32, label_smoothing=0.1, "
        "augment=Distortion(), device='cpu', precision='float32'"
    )


def test_html_repr_says_what_came_of_the_fit(small_digits):
    clf = CNNDigitClassifier(max_epochs=3, validation_fraction=0.2, random_state=0)
    summary = "weights, trained for 3 epochs"
    assert summary not in clf._repr_html_()
    clf.fit(*small_digits)
    assert clf.n_weights_ == sum(w.numel() for w in clf.net_.module_.parameters())
    text = f"<p>{clf.n_weights_:,} weights, trained for 3 epochs on cpu; validation accuracy "
    text += f"{clf.validation_scores_[-1]:.2%}</p>"
    assert clf._repr_html_().endswith(text)
    assert clf._repr_mimebundle_()["text/html"].endswith(text)
    assert clf._repr_mimebundle_()["text/plain"] == repr(clf)
    with config_context(display="text"):
        assert not hasattr(clf, "_repr_html_")
        assert clf._repr_mimebundle_().keys() == {"text/plain"}


@pytest.mark.parametrize(
    "estimator",
    [
        CNNDigitClassifier(),
        PixelScaler(),
        DigitNormalizer(),
        SelectiveClassifier(CNNDigitClassifier()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_html_repr_links_to_the_documentation(estimator):
    page = f"generated/skdigits.{type(estimator).__name__}.html"
    addresses = dict(url.split(", ") for url in metadata("skdigits").get_all("Project-URL"))
    assert f'href="{addresses["Documentation"]}{page}"' in estimator._repr_html_()


def test_scores_fall_off_for_what_is_no_digit(digits):
    X, y = digits
    clf = classifier(max_epochs=20).fit(X, y)
    noise = np.random.RandomState(0).uniform(0, 16, X.shape)
    assert np.median(clf.score_samples(X)) > np.median(clf.score_samples(noise))


def test_two_classes_have_one_decision(two_digits):
    X, y = two_digits
    clf = classifier().fit(X, y)
    decision = clf.decision_function(X)
    assert decision.shape == y.shape
    np.testing.assert_array_equal(decision > 0, clf.predict(X) == 1)
    np.testing.assert_allclose(1 / (1 + np.exp(-decision)), clf.predict_proba(X)[:, 1])


# What the network sees


def test_the_logits_are_computed_from_the_features(small_digits, fitted):
    X, _ = small_digits
    module = fitted.net_.module_
    with torch.no_grad():
        logits = module.network.output(torch.tensor(fitted.features(X))) / module.temperature
    np.testing.assert_allclose(logits, fitted.decision_function(X), rtol=1e-9, atol=1e-9)


def test_feature_maps_are_those_of_each_convolution(digits):
    X, y = digits
    clf = classifier(filters=(4, (6, 5)), patch_size=2, image_shape=(4, 16), augment=False)
    clf.fit(X, y)
    maps = clf.feature_maps(X)
    seen = []
    for convolution in clf.net_.module_.network.convolutions:
        convolution.register_forward_hook(lambda module, _, result: seen.append(result.clone()))
    module = clf.net_.module_.eval()
    with torch.no_grad():
        module(torch.tensor(X, dtype=torch.float32).reshape(-1, 1, 4, 16))
    assert [len(layer[0]) for layer in maps] == [4, 6, 5]
    for layer, expected in zip(maps, seen, strict=True):
        np.testing.assert_allclose(layer, expected, rtol=1e-3, atol=1e-4)
        assert layer.min() == 0
    np.testing.assert_allclose(maps[-1].reshape(len(X), -1), clf.features(X), rtol=1e-6)


def finite_differences(clf, image, decision, step=1e-6):
    steps = step * np.eye(image.size)
    higher, lower = (clf.decision_function(image + sign * steps) for sign in (1, -1))
    return ((decision(higher) - decision(lower)) / (2 * step)).reshape(clf.image_shape_)


@pytest.mark.parametrize(
    "parameters", [{}, {"filters": (8, 8)}, {"patch_size": 2, "filters": (8,)}]
)
def test_gradients_are_finite_differences(small_digits, parameters):
    X, y = small_digits
    X = X / 7 + np.random.RandomState(0).normal(scale=0.1, size=X.shape)  # no two pixels alike
    clf = classifier(max_epochs=10, precision="float64", **parameters).fit(X, y)
    gradients = clf.gradients(X[:3], [4, 1, 7])
    for image, gradient, label in zip(X, gradients, [4, 1, 7], strict=False):
        expected = finite_differences(clf, image, lambda decisions, k=label: decisions[:, k])
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-7)


def test_gradients_of_two_classes_are_those_of_one_decision(two_digits):
    X, y = two_digits
    names = np.array(["zero", "one"])[y]
    clf = classifier(precision="float64").fit(X, names)
    one, zero = (clf.gradients(X[:1], [label])[0] for label in ("one", "zero"))
    expected = finite_differences(clf, X[0], lambda decisions: decisions)
    np.testing.assert_allclose(zero, expected, rtol=1e-5, atol=1e-7)  # "zero" is the second
    np.testing.assert_array_equal(one, -zero)


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float64"])
def test_the_network_is_seen_in_any_precision(digits, precision):
    X, y = digits
    clf = classifier(max_epochs=2, precision=precision, augment=False).fit(X[:600], y[:600])
    before = clf.predict_proba(X)
    with torch.no_grad():  # what a caller has set does not matter
        gradients = clf.gradients(X, y)
    features, maps = clf.features(X), clf.feature_maps(X)
    assert features.dtype == maps[0].dtype == {"bfloat16": "float32"}.get(precision, precision)
    assert gradients.shape == (len(X), 8, 8)
    for part in (gradients, features, *maps):
        assert len(part) == len(X)
        assert np.isfinite(part).all()
    np.testing.assert_allclose(clf.gradients(X[-3:], y[-3:]), gradients[-3:], rtol=0.01, atol=1e-4)
    np.testing.assert_allclose(clf.features(X[-3:]), features[-3:], rtol=0.01, atol=1e-4)
    np.testing.assert_array_equal(clf.predict_proba(X), before)


def test_images_bytes_and_copies_are_seen_alike(small_digits, fitted):
    X, y = small_digits
    images = X.reshape(-1, 8, 8).astype(np.uint8)
    other = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(other.features(images), fitted.features(X))
    np.testing.assert_array_equal(other.feature_maps(images)[0], fitted.feature_maps(X)[0])
    np.testing.assert_array_equal(other.gradients(images, list(y)), fitted.gradients(X, y))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 11, 1], r"labels must be among \[0 1 2 .*, got .*11"),
        (["0", "1", "2"], "labels must be among"),
        ([0, 1], "inconsistent numbers of samples"),
        ([[0, 1], [1, 2], [2, 3]], "1d array"),
    ],
)
def test_gradients_of_what_is_no_label(small_digits, fitted, labels, message):
    with pytest.raises(ValueError, match=message):
        fitted.gradients(small_digits[0][:3], labels)
