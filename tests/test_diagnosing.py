"""The usual mistakes, each of them planted and found."""

import copy
import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import shift
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    Finding,
    PixelScaler,
    diagnose,
    load_pretrained,
)
from skdigits.datasets import fetch_mnist
from skdigits.diagnosing import CHECKS

PAGE = Path(__file__).parents[1] / "docs" / "diagnose.rst"
N_TRAIN = 1000


def codes(*args, **kwargs):
    return [finding.code for finding in diagnose(*args, **kwargs)]


def transposed(rows):
    side = int(rows.shape[1] ** 0.5)
    return rows.reshape(-1, side, side).swapaxes(1, 2).reshape(rows.shape)


def moved(rows, by):
    side = int(rows.shape[1] ** 0.5)
    images = [shift(image, by, order=0) for image in rows.reshape(-1, side, side)]
    return np.reshape(images, rows.shape)


@pytest.fixture(scope="module")
def train(digits):
    return digits[0][:N_TRAIN], digits[1][:N_TRAIN]


@pytest.fixture(scope="module")
def test(digits):
    return digits[0][N_TRAIN:], digits[1][N_TRAIN:]


@pytest.fixture(scope="module")
def network(train):
    return CNNDigitClassifier(max_epochs=10, random_state=0).fit(*train)


@pytest.fixture(scope="module")
def linear(train):
    return make_pipeline(PixelScaler(), LogisticRegression(max_iter=500)).fit(*train)


@pytest.fixture(scope="module")
def shipped():
    return load_pretrained()


@pytest.fixture(scope="module")
def normal(digits):
    """Images of MNIST's form, and their labels."""
    X, y = digits
    return DigitNormalizer().transform(X[:300]), y[:300].astype(str)


# Nothing to find


@pytest.mark.parametrize("name", ["network", "linear"])
def test_healthy__nothing(name, request, train, test):
    model, (X, y) = request.getfixturevalue(name), test
    assert diagnose(model, X, y, X_train=train[0]) == []
    assert diagnose(model, X) == []
    assert diagnose(model, X.reshape(-1, 8, 8), y) == []


def test_healthy__shipped_network(shipped, normal):
    X, y = normal
    assert diagnose(shipped, X, y) == []
    assert diagnose(shipped, X[:60]) == []


def test_healthy__mnist(shipped, mnist_home):
    X_train, _ = fetch_mnist("train", data_home=mnist_home, return_X_y=True)
    X, y = fetch_mnist("test", data_home=mnist_home, return_X_y=True)
    assert diagnose(shipped, X, y, X_train=X_train) == []


def test_healthy__pictures(shipped, digits):
    X, y = digits
    reader = make_pipeline(DigitNormalizer(), shipped)
    pictures = [np.pad(16 - image, 9, constant_values=16) for image in X[:40].reshape(-1, 8, 8)]
    assert diagnose(reader, pictures, y[:40].astype(str)) == []
    assert diagnose(reader, X[:40], y[:40].astype(str)) == []


def test_healthy__search_data_frame_and_a_classifier_without_probabilities(train, test):
    frame = pd.DataFrame(train[0]).add_prefix("pixel")
    search = GridSearchCV(LinearSVC(), {"C": [0.001]}, cv=2).fit(frame, train[1])
    assert diagnose(search, pd.DataFrame(test[0]).add_prefix("pixel"), test[1]) == []


# Images


@pytest.mark.parametrize("name", ["network", "linear"])
@pytest.mark.parametrize(
    ("code", "plant"),
    [
        ("inverted-images", lambda X: 16 - X),
        ("transposed-images", transposed),
        ("wrong-scale", lambda X: X / 16),
        ("wrong-scale", lambda X: X / 8 - 1),
        ("wrong-scale", lambda X: X * 255),
    ],
)
def test_images__planted(code, plant, name, request, test):
    X, y = test
    assert codes(request.getfixturevalue(name), plant(X), y) == [code]


@pytest.mark.parametrize(
    ("code", "plant"),
    [
        ("inverted-images", lambda X: 255 - X),
        ("transposed-images", transposed),
        ("off-centre-images", lambda X: moved(X, (5, 4))),
        ("wrong-scale", lambda X: X / 255),
    ],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_images__planted_before_the_shipped_network(code, plant, labelled, shipped, normal):
    X, y = normal
    n = 300 if labelled else 60
    assert codes(shipped, plant(X[:n]), y[:n] if labelled else None) == [code]


def test_inverted__without_labels__by_the_training_images(linear, train, test):
    assert codes(linear, 16 - test[0], X_train=train[0]) == ["inverted-images"]


def test_transposed__not_square(digits, test):
    X = digits[0].reshape(-1, 8, 8)[:, :, :6]
    clf = CNNDigitClassifier(max_epochs=5, random_state=0).fit(X[:N_TRAIN], digits[1][:N_TRAIN])
    columns_first = X[N_TRAIN:].swapaxes(1, 2).reshape(-1, 48)
    assert codes(clf, columns_first, test[1]) == ["transposed-images"]
    assert "X.reshape(-1, 6, 8)" in diagnose(clf, columns_first, test[1])[0].remedy


def as_told(remedy, X):
    """Apply a remedy to the letter."""
    verb, factor = re.search(r"(Multiply|Divide) X by (?:about )?([\d./ ]*\d)", remedy).groups()
    return X * eval(factor) if verb == "Multiply" else X / eval(factor)


def test_wrong_scale__by_the_training_images(train, test):
    clf = LogisticRegression(max_iter=500).fit(*train)
    found = diagnose(clf, test[0] / 255, X_train=train[0])
    assert [finding.code for finding in found] == ["wrong-scale"]
    np.testing.assert_allclose(as_told(found[0].remedy, test[0] / 255), test[0])


@pytest.mark.parametrize("name", ["network", "linear"])
@pytest.mark.parametrize(
    ("factor", "dtype"),
    [(1 / 16, float), (1 / 255, np.float32), (255 / 16, float), (255, int), (257, int)],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_wrong_scale__the_remedy_to_the_letter(factor, dtype, name, labelled, request, test):
    model, (X, y) = request.getfixturevalue(name), test
    changed = (X * factor).astype(dtype)
    (found,) = diagnose(model, changed, y if labelled else None)
    assert found.code == "wrong-scale"
    brought = as_told(found.remedy, changed)
    np.testing.assert_allclose(brought, X, atol=0.1)
    assert diagnose(model, brought, y) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda X: X / 255,
        lambda X: (X / 255).astype(np.float32),
        lambda X: X / 16,
        lambda X: X / 255 * 16,
        lambda X: X * np.uint16(257),
        lambda X: X > 127,
        lambda X: (X > 127).astype(int),
        lambda X: (X > 127).astype(np.uint8),
    ],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_wrong_scale__the_remedy_before_the_shipped_network(plant, labelled, shipped, normal):
    X, y = normal
    changed = plant(X)
    (found,) = diagnose(shipped, changed, y if labelled else None)
    assert found.code == "wrong-scale"
    brought = as_told(found.remedy, changed)
    assert shipped.score(brought, y) > shipped.score(X, y) - 0.05
    assert diagnose(shipped, brought, y) == []


def test_wrong_scale__none_that_is_usual_is_accepted(train, test):
    X, y = test
    scaler = PixelScaler(pixel_range=(3, 9))
    clf = make_pipeline(scaler, LogisticRegression(max_iter=500)).fit(train[0] / 4 + 4, train[1])
    assert "wrong-scale" not in codes(clf, 9 - X / 16, y)
    assert codes(clf, X, y) == ["wrong-scale"]


def test_per_pixel_scaling(train, test):
    scaler, clf = StandardScaler().fit(train[0]), LogisticRegression(C=0.01, max_iter=500)
    pipeline = make_pipeline(StandardScaler(), clf).fit(*train)
    assert codes(pipeline, *test) == ["per-pixel-scaling"]
    clf.fit(scaler.transform(train[0]), train[1])
    assert "per-pixel-scaling" in codes(clf, scaler.transform(test[0]), test[1])


def test_leaked_duplicates(linear, train, test):
    X, y = np.concatenate([test[0], train[0][:3]]), np.concatenate([test[1], train[1][:3]])
    (found,) = diagnose(linear, X, y, X_train=train[0].astype(np.uint8))
    assert found.code == "leaked-duplicates"
    assert found.message.startswith("3 of 800 images")
    assert "X[797]" in found.message


# Labels


@pytest.mark.parametrize(
    ("code", "plant"),
    [
        ("labels-of-another-type", lambda y: y.astype(str)),
        ("shifted-labels", lambda y: y + 1),
        ("shifted-labels", lambda y: (y + 1) % 10),
        ("shifted-labels", lambda y: np.choose(y, [0, 1, 2, 5, 4, 3, 6, 7, 8, 9])),
        ("misaligned-labels", lambda y: np.roll(y, 1)),
        ("misaligned-labels", lambda y: np.roll(y, -1)),
    ],
)
def test_labels__planted(code, plant, network, test):
    X, y = test
    assert codes(network, X, plant(y)) == [code]


def test_shifted_labels__of_another_type_as_well(network, test):
    X, y = test
    assert codes(network, X, (y + 1).astype(str)) == ["labels-of-another-type", "shifted-labels"]


def test_unknown_labels(network, test):
    X, y = test
    named = np.where(y == 3, "three", y.astype(str)).astype(object)
    named[y != 3] = y[y != 3]
    (found,) = diagnose(network, X, named)
    assert found.code == "unknown-labels"
    assert found.message.startswith(f"{(y == 3).sum()} labels of {len(y)} are not known")
    assert "the model knows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in found.remedy
    assert codes(network, X, [f"digit {label}" for label in y]) == ["unknown-labels"]
    named[0] = "?"
    (found,) = diagnose(network, X[:3], named[:3])
    assert found.message.startswith("1 label of 3 is not known to the model (?)")


def test_class_imbalance(network, test):
    X, y = test
    kept = (y != 3) | (np.cumsum(y == 3) <= 8)
    (found,) = diagnose(network, X[kept], y[kept])
    assert found.code == "class-imbalance"
    assert "8 labelled 3" in found.message
    assert diagnose(network, X[:12], y[:12]) == []  # by chance


# Models


def test_overfitting__planted(digits):
    X, y = digits[0][:150], np.random.default_rng(0).permutation(digits[1][:150])
    clf = CNNDigitClassifier(max_epochs=30, validation_fraction=0.3, random_state=0).fit(X, y)
    assert codes(clf, X) == ["overfitting"]


def test_underfitting__planted(train, test):
    clf = CNNDigitClassifier(max_epochs=2, filters=(8,), augment=False, random_state=0)
    assert "underfitting" in codes(clf.fit(*train), *test)


class Sure(ClassifierMixin, BaseEstimator):
    """Reads a tenth of the first pixel as the label, and is ever sure."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return 0.001 + 0.99 * (self.predict(X)[:, None] == self.classes_)

    def predict(self, X):
        return X[:, 0].astype(int) // 10


def test_overconfidence__planted():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 10
    X = np.column_stack([10 * y, rng.random((400, 3))])
    model = Sure().fit(X, y)
    assert diagnose(model, X, y) == []
    X[rng.permutation(400)[:40], 0] = 30
    (found,) = diagnose(model, X, y)
    assert found.code == "overconfidence"
    assert "99.1 %" in found.message
    assert "calibration error" in found.message


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([(0.5, 0.3), (0.1, 0.2), (0.09, 0.15)], []),
        ([(0.5, 0.3), (0.1, 0.2), (0.05, 0.35)], ["overfitting"]),
        ([(0.5, 0.3), (0.02, 0.2)], ["overfitting"]),
        ([(2.2, None), (2.1, None)], ["underfitting"]),
        ([(1.5, None), (0.4, None)], ["underfitting"]),
        ([(0.9, None), (0.08, None)], []),  # little is left to learn
        ([(0.9, 0.05), (0.8, 0.04)], []),  # distortion keeps the training loss up
        ([], []),
    ],
)
def test_histories(losses, expected, network, test):
    clf = copy.deepcopy(network)
    clf.history_ = [
        {"epoch": epoch, "train_loss": train} | ({} if valid is None else {"valid_loss": valid})
        for epoch, (train, valid) in enumerate(losses, start=1)
    ]
    assert codes(clf, *test) == expected
    clf.set_params(early_stopping=True)  # which kept the best epoch
    assert "overfitting" not in codes(clf, *test)


# The findings and the page


def test_findings_print_as_text(network, test):
    X, y = test
    found = diagnose(network, 16 - X, y)
    assert str(found) == repr(found) == str(found[0])
    assert isinstance(found[0], Finding)
    for words in (found[0].code, found[0].message, found[0].remedy, found[0].docs):
        assert words in str(found)
    assert str(diagnose(network, X, y)) == "nothing found"


def test_every_check_has_its_anchor_on_the_page():
    anchors = re.findall(r"^\.\. _([\w-]+):$", PAGE.read_text(), re.MULTILINE)
    assert set(anchors) == {*CHECKS, "images-left-out"}  # which the command finds


def test_finding__has_the_address_of_the_documentation():
    project = tomllib.loads((PAGE.parents[1] / "pyproject.toml").read_text())["project"]
    finding = Finding("inverted-images", "message", "remedy")
    address = project["urls"]["Documentation"] + "diagnose.html#inverted-images"
    assert finding.docs == address
    assert str(finding).endswith(f"See {address}")


# Bad input


def test_bad_input(network, test):
    X, y = test
    with pytest.raises(TypeError, match="KMeans is not a classifier"):
        diagnose(KMeans(), X)
    with pytest.raises(NotFittedError):
        diagnose(CNNDigitClassifier(), X)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        diagnose(network, X, y[:-1])
    with pytest.raises(ValueError, match="X_train has 49 pixels an image and X 64"):
        diagnose(network, X, X_train=X[:, :49])
    with pytest.raises(ValueError, match="49 features"):
        diagnose(network, X[:, :49], y)
    with pytest.raises(ValueError, match="NaN"):
        diagnose(network, np.where(X > 15, np.nan, X))
    with pytest.raises(ValueError, match="0 sample"):
        diagnose(network, X[:0])


def test_bad_input__pictures(shipped):
    reader = make_pipeline(DigitNormalizer(), shipped)
    for X in ([], "photo.jpg"):
        with pytest.raises(ValueError, match="must be a list of pictures"):
            diagnose(reader, X)
    with pytest.raises(ValueError, match="leave it out"):
        diagnose(reader, [np.eye(20)], X_train=np.zeros((1, 400)))


def test_model_and_images_are_left_as_they_are(network, test):
    X, y = test[0].copy(), test[1].copy()
    before = vars(network).copy()
    diagnose(network, X, y, X_train=X)
    np.testing.assert_array_equal(X, test[0])
    assert vars(network) == before


class Calibrated(Sure):
    """Says with which probability that is the label: the second pixel."""

    def predict_proba(self, X):
        others = (1 - X[:, [1]]) / (len(self.classes_) - 1)
        return np.where(self.predict(X)[:, None] == self.classes_, X[:, [1]], others)


@pytest.mark.parametrize("n", [3, 10, 30, 100])
@pytest.mark.parametrize("least", [0.5, 0.9, 0.99])
def test_overconfidence__not_in_a_calibrated_model(n, least):
    rng = np.random.default_rng(n)
    n_found = 0
    for _ in range(60):
        truth, confidence = rng.integers(0, 10, n), rng.uniform(least, 1, n)
        is_right = rng.random(n) < confidence
        answers = np.where(is_right, truth, (truth + 1) % 10)
        X = np.column_stack([10 * answers, confidence])
        model = Calibrated().fit(X, np.arange(10))
        n_found += "overconfidence" in codes(model, X, truth)
    assert n_found <= 1


def test_overconfidence__not_from_three_images():
    X = np.column_stack([[10, 20, 30], [0.99999, 0.99999, 0.99999]])
    assert "overconfidence" not in codes(Calibrated().fit(X, np.arange(10)), X, [1, 2, 4])


@pytest.mark.parametrize("place", [0, 64])
@pytest.mark.parametrize("kind", [int, str])
def test_other_columns__labels(place, kind, digits):
    X, y = np.insert(digits[0] * 15, place, digits[1], axis=1), digits[1].astype(kind)
    clf = LogisticRegression(C=0.001).fit(X[:500] / 255, y[:500])
    found = diagnose(clf, X[500:900], y[500:900])
    assert "other-columns" in [finding.code for finding in found]
    (labels,) = [finding for finding in found if finding.code == "other-columns"]
    assert f"Column {place} of X holds the labels" in labels.message
    assert "other-columns" in codes(clf, X[500:900])  # without labels, by its values


def test_other_columns__index(digits):
    X = np.insert(digits[0], 0, np.arange(len(digits[0])), axis=1)
    clf = LogisticRegression(C=0.001, max_iter=500).fit(X[:500, :] / 16, digits[1][:500])
    found = diagnose(clf, X[500:600])
    assert any("Column 0 of X counts the rows" in finding.message for finding in found)
