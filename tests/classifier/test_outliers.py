"""Images that are none of the classes, which the network learns as one class more."""

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


def test_scores_tell_outliers_from_digits(data):
    X, y, digits, outliers = data
    taught = classifier(filters=(16, 32)).fit(X, y)
    naive = classifier(filters=(16, 32)).fit(X[y != "?"], y[y != "?"])
    assert taught.classes_.tolist() == list("0123456789")
    taken = [(clf.score_samples(outliers) >= 0).mean() for clf in (taught, naive)]
    assert taken[0] < 0.02 < 0.2 < taken[1]
    assert (taught.score_samples(digits) >= 0).mean() > 0.9
    assert taught.predict_proba(outliers).shape == (len(outliers), 10)
    assert not set(taught.predict(outliers)) - set(taught.classes_)


def test_the_loss_is_the_cross_entropy_of_one_class_more(data):
    X, y, *_ = data
    net = classifier(label_smoothing=0.0).fit(X, y).net_
    logits = torch.tensor([[2.0, 1.0, 0, 0, 0, 0, 0, 0, 0, 0, 4.0], [0.0] * 10 + [1.0]])
    labels, is_outlier = torch.tensor([OUTLIER, 0]), torch.tensor([True, False])
    shares = torch.softmax(logits, dim=1)
    expected = -(shares[0, 10].log() + shares[1, 0].log()) / 2
    loss = net.get_loss(logits, labels, X={"is_outlier": is_outlier})
    assert float(loss) == pytest.approx(float(expected))


def test_the_score_is_the_logarithm_of_the_odds_that_it_is_a_digit(data):
    X, y, _, outliers = data
    clf = classifier()
    for _ in range(5):  # after parts, the energy alone is left
        clf.partial_fit(X, y, classes=list("0123456789"))
    with torch.inference_mode():
        pixels = torch.tensor(outliers, dtype=torch.float32).view(-1, 1, 8, 8)
        shares = clf.net_.module_.outputs(pixels).softmax(dim=1).double()
    odds = (1 - shares[:, 10]) / shares[:, 10]
    np.testing.assert_allclose(clf.score_samples(outliers), odds.log(), rtol=1e-3, atol=1e-4)


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
    assert (clf.score_samples(outliers) >= 0).mean() < 0.05
    assert (clf.score_samples(digits) >= 0).mean() > 0.9


def test_nothing_but_outliers_is_refused(data):
    X, y, *_ = data
    with pytest.raises(ValueError, match="outlier_label"):
        classifier().fit(X[y == "?"], y[y == "?"])
    with pytest.raises(ValueError, match="samples that are not outliers have the weight zero"):
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
    assert (parts.score_samples(outliers) >= 0).mean() < 0.1
    assert (parts.score_samples(digits) >= 0).mean() > 0.9


def test_a_network_begun_without_outliers_cannot_learn_them_later(data):
    X, y, *_ = data
    known = y != "?"
    clf = classifier(outlier_label=None, warm_start=True, max_epochs=1).fit(X[known], y[known])
    clf.set_params(outlier_label="?")
    assert clf.fit(X[known], y[known]).n_epochs_ == 2
    for learn in (clf.fit, clf.partial_fit):
        with pytest.raises(ValueError, match="first trained without outliers: train a new one"):
            learn(X, y)


def test_what_was_learned_of_outliers_stays_without_them(data):
    X, y, _, outliers = data
    clf = classifier(warm_start=True).fit(X, y)
    known = y != "?"
    clf.set_params(max_epochs=2, learning_rate=0.001).fit(X[known], y[known])
    assert (clf.score_samples(outliers) >= 0).mean() < 0.1
