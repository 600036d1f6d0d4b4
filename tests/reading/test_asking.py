"""A network sees each picture once."""

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skdigits import DigitNormalizer, PixelScaler, SelectiveClassifier, load_pretrained, read_digits

PICTURES = [np.kron(np.eye(8), np.ones((shift, 9))) for shift in range(4, 11)] * 4
ROWS = DigitNormalizer().transform(PICTURES)


class Network(ClassifierMixin, BaseEstimator):
    """Gives probabilities and scores together, and counts the images that it sees."""

    n_seen = 0

    def fit(self, X, y):
        self.classes_ = np.array(["1", "7"])
        return self

    def predict_with_scores(self, X):
        Network.n_seen += len(X)
        X = np.asarray(X, dtype=float)
        first = X.mean(axis=1) / X.max()
        return np.column_stack([first, 1 - first]), 1 - 10 * first

    def predict_proba(self, X):
        return self.predict_with_scores(X)[0]

    def score_samples(self, X):
        return self.predict_with_scores(X)[1]

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def scaled(network):
    return make_pipeline(PixelScaler().fit(ROWS), network)


def selective(model):
    return SelectiveClassifier(FrozenEstimator(model), max_error_rate=0.5)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda network: network,
        lambda network: scaled(network),
        lambda network: make_pipeline(DigitNormalizer(), scaled(network)),
        lambda network: selective(make_pipeline(DigitNormalizer(), scaled(network))),
        lambda network: make_pipeline(DigitNormalizer(), selective(network)),
        lambda network: FrozenEstimator(scaled(network)),
        lambda network: GridSearchCV(scaled(network), {}, cv=2),
    ],
    ids=["alone", "scaled", "nested", "selective", "selective inside", "frozen", "search"],
)
def test_one_pass_a_picture__and_what_the_model_itself_says(wrap):
    model = wrap(Network().fit(None, None))
    X = PICTURES if "DigitNormalizer" in repr(model) else ROWS
    model.fit(X, ["7"] * 24 + ["1"] * 4)
    expected = model.predict(X), model.predict_proba(X).max(axis=1), model.score_samples(X)
    Network.n_seen = 0
    answers = list(read_digits(PICTURES, model))
    assert Network.n_seen == len(answers)
    assert [answer.label for answer in answers] == expected[0].tolist()
    np.testing.assert_allclose([answer.probability for answer in answers], expected[1], rtol=1e-3)
    np.testing.assert_allclose([answer.score for answer in answers], expected[2], rtol=1e-2)


def test_a_wrapper_that_changes_probabilities_is_asked_itself():
    class Doubtful(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.estimator_ = Network().fit(X, y)
            self.classes_ = self.estimator_.classes_
            return self

        def predict(self, X):
            return self.estimator_.predict(X)

        def predict_proba(self, X):
            return np.tile([0.6, 0.4], (len(X), 1))

    answer = next(read_digits(PICTURES, Doubtful().fit(None, None)))
    assert (answer.label, answer.probability, answer.score) == ("1", 0.6, None)


def test_labels_that_are_numbers_are_told_as_text():
    rows = DigitNormalizer().transform(PICTURES[:4])
    model = LogisticRegression().fit(rows, [1, 7, 1, 7])
    assert {answer.label for answer in read_digits(PICTURES[:4], model)} == {"1", "7"}


@pytest.mark.parametrize("parameters", [{}, {"max_error_rate": 0.05}])
def test_the_shipped_network_runs_once_a_picture(parameters, monkeypatch):
    model, pictures = load_pretrained(**parameters), load_digits().images[:16]
    rows = DigitNormalizer().transform(list(pictures))
    n_images, convolve = [], torch.nn.functional.conv2d

    def count(images, *args, **kwargs):
        n_images.append(len(images))
        return convolve(images, *args, **kwargs)

    monkeypatch.setattr("torch.nn.functional.conv2d", count)
    expected = model.predict_proba(rows).max(axis=1)
    once = n_images.copy()
    n_images.clear()
    answers = list(read_digits(pictures, model))
    assert n_images == once != []
    np.testing.assert_allclose([answer.probability for answer in answers], expected)
