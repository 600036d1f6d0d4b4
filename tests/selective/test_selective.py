"""Answers where the error rate allows."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.utils import get_tags

from skdigits import CNNDigitClassifier, PixelScaler, SelectiveClassifier
from skdigits.selective import choose_threshold
from skdigits.selective._threshold import error_bound, n_needed


@pytest.fixture(scope="module")
def scaled(digits):
    """On the scale from 0 to 1, which suits a linear model."""
    return digits[0] / 16, digits[1]


@pytest.fixture(scope="module")
def fitted(scaled):
    X, y = scaled
    return SelectiveClassifier(LogisticRegression(), max_error_rate=0.03, random_state=0).fit(
        X[:1200], y[:1200]
    )


class KnowsItsError(ClassifierMixin, BaseEstimator):
    """Answers 0 with the confidence that `X` states, and a label that is right as often."""

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        return np.column_stack([X[:, 0], 1 - X[:, 0]])


@pytest.mark.parametrize("max_error_rate", [0.1, 0.2])
def test_the_promise_is_kept_as_often_as_stated(max_error_rate):
    """Over many draws, the true error rate among the answered exceeds the limit in 10 % at most."""
    rng = np.random.default_rng(0)
    n_draws, n_broken = 300, 0
    X_all = rng.uniform(0.5, 1, 200_000)
    for _ in range(n_draws):
        X = rng.uniform(0.5, 1, 3000)
        y = (rng.random(3000) > X).astype(int)
        model = SelectiveClassifier(
            FrozenEstimator(KnowsItsError().fit(X, y)),
            max_error_rate=max_error_rate,
            confidence=0.9,
        ).fit(X[:, None], y)
        answered = X_all >= model.threshold_
        assert answered.any()
        n_broken += (1 - X_all[answered]).mean() > max_error_rate
    assert n_broken <= binom.ppf(0.999, n_draws, 0.1)


class KnowsStrangers(KnowsItsError):
    """Knows what is unlike its samples, too: those of a second feature below 0."""

    def score_samples(self, X):
        return X[:, 1]


def test_what_is_unlike_the_training_is_rejected_and_counts_as_no_answer():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.uniform(0.9, 1, 3000), rng.normal(1, 1, 3000)])
    is_like = X[:, 1] >= 0
    # What is unlike is always wrong; of the others, as many as the confidence says.
    y = np.where(is_like, rng.random(3000) > X[:, 0], 1)
    frozen = FrozenEstimator(KnowsStrangers().fit(X, y))
    model = SelectiveClassifier(frozen, max_error_rate=0.1).fit(X, y)
    expected = choose_threshold(X[is_like, 0], y[is_like] == 0, 0.1, 0.05)
    assert model.threshold_ == expected < 0.95
    answered = model.predict(X) != model.reject_label_
    np.testing.assert_array_equal(answered, is_like & (X[:, 0] >= model.threshold_))
    assert model.coverage_ == answered.mean()
    naive = SelectiveClassifier(FrozenEstimator(KnowsItsError().fit(X, y)), max_error_rate=0.1)
    with pytest.warns(UserWarning, match="Nothing will be answered"):
        assert naive.fit(X, y).coverage_ == 0


@pytest.mark.filterwarnings("ignore:Nothing will be answered")
def test_where_all_is_unlike_nothing_is_answered():
    X = np.column_stack([np.full(50, 0.9), np.full(50, -1.0)])
    frozen = FrozenEstimator(KnowsStrangers().fit(X, np.zeros(50)))
    model = SelectiveClassifier(frozen, max_error_rate=0.5).fit(X, np.zeros(50))
    assert (model.predict(X) == model.reject_label_).all()


def test_bound_is_clopper_and_pearson_s():
    """At the bound, so few errors or fewer have just the probability of the risk."""
    bound = error_bound(3, 100, 0.05)
    assert binom.cdf(3, 100, bound) == pytest.approx(0.05)
    assert error_bound(100, 100, 0.05) == 1
    assert error_bound(0, 299, 0.05) < 0.01 < error_bound(0, 298, 0.05)


def test_samples_of_the_same_confidence_are_answered_together():
    confidence = np.repeat([0.9, 0.5], 100)
    is_right = np.repeat([True, False], [150, 50])
    assert choose_threshold(confidence, is_right, 0.1, 0.05) == pytest.approx(0.7)
    assert choose_threshold(confidence, is_right, 0.9, 0.05) < 0.5


def test_most_of_what_may_be_answered_is_answered(scaled, fitted):
    X, y = scaled
    answers = fitted.predict(X[1200:])
    answered = answers != fitted.reject_label_
    assert 0.5 < answered.mean() < 1
    assert (
        (answers != y[1200:])[answered].mean()
        < 0.05
        < 1 - fitted.estimator_.score(X[1200:], y[1200:])
    )
    assert fitted.coverage_ == pytest.approx(answered.mean(), abs=0.1)


def test_a_lower_limit_answers_less(scaled):
    X, y = scaled
    shares = [
        SelectiveClassifier(LogisticRegression(), max_error_rate=rate, random_state=0)
        .fit(X, y)
        .coverage_
        for rate in (0.03, 0.05, 0.1)
    ]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_frozen_classifier_uses_all_samples(scaled):
    X, y = scaled
    inner = LogisticRegression().fit(X[:900], y[:900])
    model = SelectiveClassifier(FrozenEstimator(inner), max_error_rate=0.1).fit(X[900:], y[900:])
    confidence = inner.predict_proba(X[900:]).max(1)
    assert model.coverage_ == (confidence >= model.threshold_).mean()
    np.testing.assert_array_equal(model.predict_proba(X), inner.predict_proba(X))


@pytest.mark.parametrize(
    ("labels", "reject"),
    [
        (np.arange(10), -1),
        (np.arange(10) - 5, -6),
        (np.arange(10) * 2.0, -1),
        (np.array(list("0123456789")), "?"),
        (np.array([f"digit {i}" for i in range(10)], dtype=object), "?"),
    ],
)
def test_reject_label_is_no_class(labels, reject, scaled):
    X, y = scaled
    model = SelectiveClassifier(LogisticRegression(), max_error_rate=0.03, random_state=0).fit(
        X, labels[y]
    )
    assert model.reject_label_ == reject
    assert set(model.predict(X)) == {*labels, reject}


def test_chosen_reject_label(scaled):
    X, y = scaled
    model = SelectiveClassifier(
        LogisticRegression(), max_error_rate=0.03, reject_label=99, random_state=0
    )
    assert 99 in model.fit(X, y).predict(X)
    with pytest.raises(ValueError, match="reject_label=9 is a class"):
        clone(model).set_params(reject_label=9).fit(X, y)


def test_nothing_is_answered_where_nothing_can_be_promised(small_digits):
    X, y = small_digits
    model = SelectiveClassifier(LogisticRegression(), max_error_rate=0.001, random_state=0)
    expected = "with 100 held-out samples, .* no threshold shows .* below 0.001"
    with pytest.warns(UserWarning, match=expected):
        model.fit(X, y)
    assert model.coverage_ == 0
    assert set(model.predict(X)) == {-1}


def test_among_scikit_learn_s_tools(scaled):
    X, y = scaled
    model = SelectiveClassifier(LogisticRegression(), max_error_rate=0.2, random_state=0)
    assert cross_val_score(model, X, y, cv=3).mean() > 0.7  # what is rejected counts as an error
    grid = {"estimator__C": [0.1, 1.0], "max_error_rate": [0.1, 0.2]}
    assert GridSearchCV(model, grid, cv=2).fit(X, y).best_params_["max_error_rate"] == 0.2


def test_score_samples_is_the_classifier_s(small_digits):
    X, y = small_digits
    inner = CNNDigitClassifier(max_epochs=2, random_state=0)
    model = SelectiveClassifier(inner, max_error_rate=0.5, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.score_samples(X), model.estimator_.score_samples(X))
    assert not hasattr(SelectiveClassifier(LogisticRegression()), "score_samples")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_error_rate": 0}, "max_error_rate"),
        ({"max_error_rate": 1.0}, "max_error_rate"),
        ({"confidence": "high"}, "confidence"),
        ({"validation_fraction": 1.5}, "validation_fraction"),
        ({"estimator": LinearSVC()}, "estimator"),
    ],
)
def test_bad_parameters_are_named(parameters, message, small_digits):
    with pytest.raises(ValueError, match=f"The '{message}' parameter of SelectiveClassifier"):
        SelectiveClassifier(**{"estimator": LogisticRegression()} | parameters).fit(*small_digits)


# sample_weight, routing, tags, seeds


def test_weights_reach_the_classifier_split_as_the_samples_are(scaled):
    X, y = scaled
    weights = np.where(y == 8, 0.0, 1.0)
    model = SelectiveClassifier(LogisticRegression(), max_error_rate=0.05, random_state=0)
    answers = model.fit(X, y, sample_weight=weights).predict(X)
    assert 8 not in answers
    # Held-out samples of weight 0 do not count: else each 8 were an error.
    assert model.coverage_ > 0.8
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[1797, 5\]"):
        model.fit(X, y, sample_weight=weights[:5])
    with pytest.raises(ValueError, match="sample_weight must not be negative, got -1"):
        model.fit(X, y, sample_weight=-weights)


def test_weights_for_a_step_of_a_pipeline(scaled):
    X, y = scaled
    pipeline = make_pipeline(PixelScaler(), LogisticRegression())
    model = SelectiveClassifier(pipeline, max_error_rate=0.05, random_state=0)
    model.fit(X, y, logisticregression__sample_weight=(y != 8).astype(float))
    assert 8 not in model.predict(X)
    assert model.coverage_ > 0.5


def test_metadata_is_routed_to_the_classifier(scaled):
    X, y = scaled
    weights = (y != 8).astype(float)
    with config_context(enable_metadata_routing=True):
        inner = LogisticRegression().set_fit_request(sample_weight=True)
        model = SelectiveClassifier(inner, max_error_rate=0.05, random_state=0)
        assert 8 not in model.fit(X, y, sample_weight=weights).predict(X)
        model.set_score_request(sample_weight=False)
        search = GridSearchCV(model, {"max_error_rate": [0.05]}, cv=2)
        search.fit(X, y, sample_weight=weights)
        assert 8 not in search.predict(X)
        inner = LogisticRegression()
        with pytest.raises(ValueError, match="sample_weight.* are passed but are not"):
            SelectiveClassifier(inner).fit(X, y, sample_weight=weights)


def test_tags_are_its_own_where_it_differs():
    inner = MLPClassifier()
    assert get_tags(inner).classifier_tags.multi_label
    tags = get_tags(SelectiveClassifier(inner)).classifier_tags
    assert not tags.multi_label
    assert tags.poor_score
    assert not get_tags(inner).classifier_tags.poor_score


@pytest.mark.parametrize(
    ("y", "weights", "expected"),
    [
        ([3, 3, 3, 3], None, "only one class, 3: give samples of two"),
        (["3", "3", "3", "3"], None, "only one class, '3'"),
        ([3, 3, 4, 4], [1, 1, 0, 0], "only one class, 3 with a sample_weight above 0"),
        ([3, 3, 4, 4], [0, 0, 0, 0], "no samples with a sample_weight above 0"),
    ],
)
def test_one_class_leaves_nothing_to_choose(y, weights, expected):
    parameters = {} if weights is None else {"sample_weight": weights}
    with pytest.raises(ValueError, match=expected):
        SelectiveClassifier(GaussianNB()).fit(np.eye(4), y, **parameters)


def test_its_seed_repeats_the_whole_fit(scaled):
    X, y = scaled[0][:400], scaled[1][:400]
    pipeline = make_pipeline(PixelScaler(), RandomForestClassifier(5))
    model = SelectiveClassifier(pipeline, max_error_rate=0.2, random_state=3)
    first, second = (clone(model).fit(X, y).predict_proba(X) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert pipeline[-1].random_state is None  # what was given stays as it is
    fixed = SelectiveClassifier(RandomForestClassifier(5, random_state=7), max_error_rate=0.2)
    fixed.set_params(random_state=3).fit(X, y)
    assert fixed.estimator_.random_state == 7


def test_too_few_samples_are_told_how_many_are_needed(scaled):
    X, y = scaled[0][:20], scaled[1][:20]
    expected = "10 held-out samples, .* below 0.01 .* needs 528 .* without an error; 10 can"
    with pytest.warns(UserWarning, match=expected):
        SelectiveClassifier(GaussianNB(var_smoothing=0.1)).fit(X, y)


def test_a_rate_that_no_number_of_samples_shows(scaled):
    X, y = scaled[0][:50], scaled[1][:50]
    with pytest.warns(UserWarning, match="Nothing will be answered"):
        SelectiveClassifier(GaussianNB(var_smoothing=0.1), max_error_rate=1e-320).fit(X, y)


@pytest.mark.parametrize("rate", [0.3, 0.05, 0.01])
def test_so_many_are_needed_and_fewer_do_not_do(rate):
    n = n_needed(rate, 0.05)
    for count, is_enough in ((n, True), (n - 1, False)):
        confidence, is_right = np.linspace(0.5, 1, count), np.ones(count, dtype=bool)
        assert (choose_threshold(confidence, is_right, rate, 0.05) < np.inf) == is_enough
