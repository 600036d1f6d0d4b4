"""What is typical of the images that a network was trained on."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch.nn import functional as F

from skdigits import CNNDigitClassifier
from skdigits.network._typicality import SHRINKAGE, Typicality


def clusters(n=300, n_features=40, seed=0):
    """Features of three classes, and their labels."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 3
    spread = torch.linspace(0.5, 0.05, n_features)
    noise = torch.randn(n, n_features, generator=generator) * spread
    return 4 * F.one_hot(labels, n_features) + noise, labels


def learned(features, labels, weight=None):
    """Typicality that has learned from features."""
    typicality = Typicality(features.shape[1], 3)
    weight = torch.ones(len(labels)) if weight is None else weight
    typicality.learn(features, labels, weight)
    return typicality


def test_nothing_is_far_before_learning():
    features, _ = clusters()
    assert Typicality(40, 3)(features).eq(0).all()


def test_the_distance_is_mahalanobis_s_where_all_axes_are_kept():
    features, labels = clusters(n_features=12)
    unit = F.normalize(features.double()).numpy()
    means = np.stack([unit[labels == label].mean(0) for label in range(3)])
    covariance = np.cov((unit - means[labels]).T, ddof=0)
    precision = np.linalg.inv(covariance + SHRINKAGE * covariance.trace() / 12 * np.eye(12))
    offsets = unit[:, None] - means
    expected = np.sqrt(np.einsum("nci,ij,ncj->nc", offsets, precision, offsets).min(1))
    np.testing.assert_allclose(learned(features, labels)(features), expected, rtol=1e-3)


def test_the_length_of_features_does_not_count():
    features, labels = clusters()
    typicality = learned(features, labels)
    torch.testing.assert_close(typicality(7 * features), typicality(features))


def test_strange_features_are_farther_than_new_ones_of_the_classes():
    typicality = learned(*clusters())
    new, _ = clusters(seed=1)
    strange = torch.randn(300, 40, generator=torch.Generator().manual_seed(2))
    assert typicality(strange).min() > typicality(new).max()


def test_weights_count_as_repetitions():
    features, labels = (part.double() for part in clusters())
    labels, times = labels.long(), torch.arange(300) % 3 + 1
    weighted = learned(features, labels, times.double())
    repeated = learned(features.repeat_interleave(times, 0), labels.repeat_interleave(times))
    torch.testing.assert_close(weighted(features.float()), repeated(features.float()))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_samples_tell_no_distance(n):
    features, labels = clusters()
    typicality = learned(features[:n], labels[:n])
    assert typicality(features).eq(0).all()


def test_a_class_without_samples_is_far():
    features, labels = clusters()
    present = labels > 0
    typicality = learned(features[present], labels[present])
    assert typicality(features).isfinite().all()
    assert typicality(features[~present]).min() > typicality(features[present]).median()


# In the classifier


def fitted(X, y, **parameters):
    """A small classifier."""
    return CNNDigitClassifier(filters=(16, 16), max_epochs=10, random_state=0, **parameters).fit(
        X, y
    )


def test_one_percent_of_the_training_images_are_below_zero(digits):
    X, y = digits
    scores = fitted(X, y).score_samples(X)
    assert (scores < 0).mean() == pytest.approx(0.01, abs=2 / len(y))


def test_scores_tell_what_is_no_digit(digits):
    X, y = digits
    clf = fitted(X[:1200], y[:1200])
    rng = np.random.default_rng(0)
    scrambled = rng.permuted(X[1200:], axis=1)
    scores = np.append(clf.score_samples(X[1200:]), clf.score_samples(scrambled))
    is_digit = np.repeat([1, 0], len(scrambled))
    assert roc_auc_score(is_digit, scores) > 0.95


def test_networks_agree_on_one_score(digits):
    X, y = digits
    clf = fitted(X[:500], y[:500], n_estimators=3)
    scores = clf.score_samples(X)
    assert scores.shape == (len(X),)
    np.testing.assert_allclose(clf.score_samples(X[:7]), scores[:7], rtol=1e-6, atol=1e-6)


def test_partial_fit_leaves_the_energy(digits):
    X, y = digits
    clf = fitted(X[:500], y[:500])
    before = clf.score_samples(X)
    clf.partial_fit(X[500:600], y[500:600])
    energy = np.log(np.exp(clf.decision_function(X)).sum(1))
    np.testing.assert_allclose(clf.score_samples(X), energy, rtol=1e-6)
    assert not np.allclose(before, energy)
