"""Images that are none of the classes, which the network learns to be undecided about."""

import math

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, PixelScaler, load_model, save_model
from skdigits.training import OUTLIER


def classifier(**parameters):
    """Return a classifier that knows outliers by "?"."""
    defaults = {"filters": (8, 16), "max_epochs": 12, "random_state": 0, "outlier_label": "?"}
    return CNNDigitClassifier(**{**defaults, **parameters})


def lying(images, y):
    """Return rows of digits on their side that look like no digit."""
    return np.rot90(images.reshape(-1, 8, 8)[np.isin(y, [2, 3, 4, 5, 7])], axes=(1, 2)).reshape(
        -1, 64
    )


@pytest.fixture(scope="module")
def data(digits):
    """Rows and labels with outliers among them, and rows of others of both kinds."""
    X, y = digits
    outliers = lying(X[:500], y[:500])
    rows = np.concatenate([X[:500], outliers])
    labels = np.append(y[:500].astype(str), ["?"] * len(outliers))
    order = np.random.default_rng(0).permutation(len(rows))
    return rows[order], labels[order], X[500:800], lying(X[800:1200], y[800:1200])


def test_the_network_is_undecided_about_outliers(data):
    X, y, digits, outliers = data
    taught = classifier(filters=(16, 32)).fit(X, y)
    naive = classifier(filters=(16, 32)).fit(X[y != "?"], y[y != "?"])
    assert taught.classes_.tolist() == list("0123456789")
    sure = [(clf.predict_proba(outliers).max(axis=1) > 0.8).mean() for clf in (taught, naive)]
    assert sure[0] < 0.02 < 0.2 < sure[1]
    assert (taught.predict_proba(digits).max(axis=1) > 0.8).mean() > 0.7
    scores = np.median(taught.score_samples(digits)), taught.score_samples(outliers)
    assert (scores[1] < scores[0]).mean() > 0.99
    assert not set(taught.predict(outliers)) - set(taught.classes_)


def test_the_loss_is_the_distance_from_even_probabilities(data):
    X, y, *_ = data
    net = classifier(label_smoothing=0.1).fit(X, y).net_
    logits = torch.tensor([[2.0, 1.0, 0, 0, 0, 0, 0, 0, 0, 0], [3.0] * 10])
    inputs = {"is_outlier": torch.tensor([True, True])}
    losses = net.get_loss(logits, torch.tensor([OUTLIER, OUTLIER]), X=inputs)
    shares = torch.softmax(logits[0], 0)
    expected = (0.1 * (0.1 / shares).log()).sum() / 2  # of the second, nothing is wrong
    assert float(losses) == pytest.approx(float(expected), rel=1e-5)
    assert math.isclose(
        float(
            net.get_loss(
                logits[1:], torch.tensor([OUTLIER]), X={"is_outlier": torch.tensor([True])}
            )
        ),
        0,
        abs_tol=1e-6,
    )


def test_outliers_of_no_weight_are_none(data):
    X, y, digits, _ = data
    weight = np.where(y == "?", 0.0, 1.0)
    without = classifier().fit(X[y != "?"], y[y != "?"], weight[y != "?"])
    expected = without.predict_proba(digits)
    np.testing.assert_array_equal(classifier().fit(X, y, weight).predict_proba(digits), expected)


def test_without_the_label_nothing_changes(data):
    X, y, digits, _ = data
    X, y = X[y != "?"], y[y != "?"]
    taught, plain = classifier().fit(X, y), classifier(outlier_label=None).fit(X, y)
    np.testing.assert_array_equal(taught.score_samples(digits), plain.score_samples(digits))


@pytest.mark.parametrize("label", [-1, "none", None])
def test_any_label_will_do_and_without_one_it_is_a_class(data, label):
    X, y, *_ = data
    numbers = np.where(y == "?", "-1", y).astype(int)
    labels = numbers if label == -1 else np.where(y == "?", "none", y)
    clf = classifier(outlier_label=label, max_epochs=1).fit(X, labels)
    assert len(clf.classes_) == (11 if label is None else 10)


@pytest.mark.parametrize("class_weight", ["balanced", {"3": 2.0}])
def test_classes_may_have_weights(data, class_weight):
    X, y, digits, outliers = data
    clf = classifier(class_weight=class_weight).fit(X, y)
    assert (clf.predict_proba(outliers).max(axis=1) > 0.8).mean() < 0.05
    assert (clf.predict_proba(digits).max(axis=1) > 0.8).mean() > 0.5


def test_nothing_but_outliers_is_refused(data):
    X, y, *_ = data
    with pytest.raises(ValueError, match="outlier_label"):
        classifier().fit(X[y == "?"], y[y == "?"])
    with pytest.raises(ValueError, match="All weights but those of outlier_label are zero"):
        classifier().fit(X, y, sample_weight=(y == "?").astype(float))


def test_the_validation_set_holds_no_outliers(data):
    X, y, *_ = data
    clf = classifier(early_stopping=True, max_epochs=20).fit(X, y)
    assert clf.best_validation_score_ > 0.9


def test_it_is_kept_continued_and_learned_in_parts(data, tmp_path):
    X, y, digits, outliers = data
    clf = clone(make_pipeline(PixelScaler(), classifier())).fit(X, y)
    save_model(clf, tmp_path / "model.safetensors")
    loaded = load_model(tmp_path / "model.safetensors")
    assert loaded[-1].outlier_label == "?"
    np.testing.assert_array_equal(loaded.score_samples(outliers), clf.score_samples(outliers))
    loaded.set_params(cnndigitclassifier__warm_start=True, cnndigitclassifier__max_epochs=2)
    assert loaded.fit(X, y)[-1].n_epochs_ == 14

    parts = classifier()
    for _ in range(10):
        parts.partial_fit(X, y, classes=list("0123456789"))
    assert (parts.predict_proba(outliers).max(axis=1) > 0.8).mean() < 0.1
    assert parts.score(digits, parts.predict(digits)) == 1
