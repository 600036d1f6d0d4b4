"""What is typical of the images that a network was trained on."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch.nn import functional as F

from skdigits import CNNDigitClassifier
from skdigits.network._typicality import N_EXACT, SHRINKAGE, Typicality, principal_axes


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


@pytest.mark.parametrize("n_features", [12, 40, 50_000])
def test_what_is_along_the_direction_of_outliers_is_farther(n_features):
    features, labels = clusters(120, n_features)
    generator = torch.Generator().manual_seed(1)
    outliers = features[:60].clone()
    outliers[:, 5] += 2
    typicality = learned(features, labels)
    before = typicality(features), typicality(outliers)
    typicality.learn_direction(features, torch.ones(120), outliers)
    after = typicality(features), typicality(outliers)
    assert (after[1] - before[1]).min() > (after[0] - before[0]).max()
    new = 2 * torch.randn(60, n_features, generator=generator) / n_features
    assert typicality(new).isfinite().all()


def test_the_direction_is_that_of_ridge_and_weights_count_as_repetitions():
    features, _ = (part.double() for part in clusters())
    outliers, times = features[:50] + 1, torch.arange(300) % 3 + 1
    weighted, repeated = Typicality(40, 3).double(), Typicality(40, 3).double()
    weighted.learn_direction(features, times.double(), outliers)
    repeated.learn_direction(
        features.repeat_interleave(times, 0), torch.ones(int(times.sum())), outliers
    )
    torch.testing.assert_close(weighted.direction, repeated.direction)
    unit = F.normalize(torch.cat([features.repeat_interleave(times, 0), outliers]))
    share = torch.cat([torch.full((600,), 1 / 600), torch.full((50,), 1 / 50)]).double()
    centred = unit - (share / 2) @ unit
    sides = torch.cat([torch.ones(600), -torch.ones(50)]).double()
    scatter = centred.T @ (share[:, None] * centred)
    scatter += SHRINKAGE * scatter.trace() / 40 * torch.eye(40)
    expected = torch.linalg.solve(scatter, centred.T @ (share * sides))
    torch.testing.assert_close(repeated.direction, expected)


@pytest.mark.parametrize("n", [1, 2])
def test_equal_features_have_no_direction(n):
    typicality = Typicality(4, 2)
    typicality.learn_direction(torch.ones(n, 4), torch.ones(n), torch.ones(n, 4))
    assert not typicality.direction.any()


# In the classifier


def fitted(X, y, **parameters):
    """A small classifier."""
    return CNNDigitClassifier(filters=(16, 16), max_epochs=10, random_state=0, **parameters).fit(
        X, y
    )


def test_one_percent_of_the_training_images_are_below_zero(digits):
    X, y = digits
    exact = fitted(X, y, batch_size=len(y), augment=False)
    assert (exact.score_samples(X) < 0).mean() == pytest.approx(0.01, abs=2 / len(y))
    # Half of the images set the limit, when they are distorted.
    assert 0.002 < (fitted(X, y).score_samples(X) < 0).mean() < 0.02


def test_scores_tell_what_is_no_digit(digits):
    X, y = digits
    clf = fitted(X[:1200], y[:1200])
    rng = np.random.default_rng(0)
    scrambled = rng.permuted(X[1200:], axis=1)
    scores = np.append(clf.score_samples(X[1200:]), clf.score_samples(scrambled))
    is_digit = np.repeat([1, 0], len(scrambled))
    assert roc_auc_score(is_digit, scores) > 0.95


def test_a_row_is_scored_as_in_a_batch(digits):
    X, y = digits
    clf = fitted(X[:500], y[:500])
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


def test_of_many_features_the_axes_found_are_nearly_the_exact_ones():
    generator = torch.Generator().manual_seed(0)
    n_features = N_EXACT + 100
    spread = torch.logspace(0, -3, n_features, dtype=torch.float64)
    rows = torch.randn(400, n_features, generator=generator, dtype=torch.float64) * spread
    found, axes = principal_axes(rows, 16)
    exact = torch.linalg.svdvals(rows)[:16] ** 2
    torch.testing.assert_close(found, exact, rtol=0.05, atol=0)
    torch.testing.assert_close((rows @ axes).square().sum(0), found, rtol=1e-6, atol=0)


def test_few_samples_of_many_features_can_be_learned():
    features, labels = clusters(n=12, n_features=2000)
    typicality = learned(features, labels)
    assert typicality(features).isfinite().all()


@pytest.mark.parametrize(
    ("image_shape", "settings"),
    [((48, 48), {}), ((28, 28), {"filters": (32, 64), "patch_size": 1}), ((100, 100), {})],
)
def test_wide_layers_end_like_narrow_ones(image_shape, settings):
    """The cost of the cube of the last layer's width took minutes, or for ever."""
    rng = np.random.default_rng(0)
    X, y = rng.random((60, *image_shape), dtype=np.float32), np.arange(60) % 3
    X += (
        np.eye(3)[y]
        .repeat(image_shape[0] * image_shape[1] // 3 + 1, axis=1)[
            :, : image_shape[0] * image_shape[1]
        ]
        .reshape(X.shape)
    )
    settings |= {"batch_size": 60, "augment": False, "label_smoothing": 0.0}
    clf = CNNDigitClassifier(max_epochs=5, precision="float64", random_state=0, **settings).fit(
        X, y
    )
    assert clf.features(X[:1]).shape[1] > 3000
    assert (clf.score_samples(X) >= 0).mean() > 0.9
    assert (clf.score_samples(1 - X) < 0).mean() > 0.9
