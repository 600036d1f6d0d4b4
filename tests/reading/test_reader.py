"""Pictures become answers, one by one."""

import itertools
import os
import weakref

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from skdigits import (
    Answer,
    DigitNormalizer,
    DigitReader,
    PixelScaler,
    SelectiveClassifier,
    load_pretrained,
    read_digits,
)

IMAGES = load_digits().images[:10]
BLANK = np.zeros((30, 30))


def enlarged(label):
    """A bundled digit with smooth strokes."""
    image = Image.fromarray((IMAGES[label] * 15).astype(np.uint8))
    return np.asarray(image.resize((64, 64), Image.Resampling.BICUBIC))


SEVERAL = np.hstack([enlarged(3), np.zeros((64, 20), np.uint8), enlarged(4)])


# What is read


def test_any_kind_of_picture(tmp_path):
    image = Image.fromarray(enlarged(4))
    path = tmp_path / "four.png"
    image.save(path)
    with path.open("rb") as file:
        pictures = [path, str(path), image, enlarged(4), file, path.read_bytes(), {"path": path}]
        answers = list(read_digits(pictures))
    assert [answer.label for answer in answers] == 7 * ["4"]
    names = [answer.name for answer in answers]
    assert names == [
        *2 * [str(path)],
        "pictures[2]",
        "pictures[3]",
        str(path),
        "pictures[5]",
        "pictures[6]",
    ]


def test_what_an_answer_holds():
    (answer,) = read_digits(IMAGES[:1])
    assert isinstance(answer, Answer)
    row = DigitNormalizer().transform(IMAGES[:1])
    model = load_pretrained()
    expected = np.sort(model.predict_proba(row)[0])[::-1]
    best = [answer.probability, *(each["probability"] for each in answer.runners_up)]
    np.testing.assert_allclose(best, expected[:3], rtol=1e-5)
    assert answer.score == pytest.approx(model.score_samples(row)[0], rel=1e-4)
    assert (answer.like_a_digit, answer.several, answer.rejected) == (True, False, False)
    assert answer.error is None
    assert answer.findings == DigitNormalizer().diagnose(IMAGES[0]).findings


def test_a_broken_picture_has_an_error_and_the_others_are_read(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "folder.png").mkdir()
    bad = [tmp_path / "no.png", tmp_path / "text.png", tmp_path / "folder.png", np.ones(3), None]
    answers = list(read_digits([*bad, IMAGES[1]]))
    for answer, picture in zip(answers, bad, strict=False):
        assert answer.label is answer.like_a_digit is None
        assert str(answer) == answer.error
        assert str(picture if isinstance(picture, os.PathLike) else answer.name) in answer.error
    assert answers[-1].label == "1"
    assert answers[-1].error is None


def test_no_ink_and_several_digits():
    blank, several = read_digits([BLANK, SEVERAL])
    assert (blank.label, blank.probability, blank.like_a_digit) == (None, None, False)
    assert str(blank) == "no ink found"
    assert several.several
    assert str(several).endswith("perhaps several digits")


def test_an_iterator_is_read_one_by_one_and_nothing_is_kept():
    seen = []

    def camera():
        for image in itertools.cycle(IMAGES):
            seen.append(weakref.ref(frame := image.copy()))
            yield frame
            del frame

    answers = read_digits(camera())
    for n_answers in range(1, 50):
        assert next(answers).label is not None
        assert len(seen) == n_answers
        assert sum(frame() is not None for frame in seen) <= 2


def test_a_list_and_an_iterator_give_the_same():
    for one, other in zip(read_digits(IMAGES), read_digits(iter(IMAGES)), strict=True):
        assert one.label == other.label
        assert one.probability == pytest.approx(other.probability, rel=1e-4)


def test_nothing_gives_nothing():
    assert list(read_digits([])) == []


# Which model


@pytest.fixture(scope="module")
def rows():
    X, y = load_digits(return_X_y=True)
    return DigitNormalizer().transform(X[:200]), y[:200]


def test_classifiers_without_probabilities_or_scores(rows):
    linear = make_pipeline(PixelScaler(), LogisticRegression(max_iter=1000)).fit(*rows)
    (answer,) = read_digits(IMAGES[:1], linear)
    assert (answer.label, answer.score, answer.like_a_digit) == ("0", None, None)
    assert answer.probability == linear.predict_proba(rows[0][:1]).max()
    (answer,) = read_digits(IMAGES[:1], make_pipeline(PixelScaler(), LinearSVC()).fit(*rows))
    assert (answer.label, answer.probability, answer.runners_up) == ("0", None, ())
    assert str(answer) == "0"


def test_own_model_of_another_size__takes_that_size_only(tmp_path):
    X, y = load_digits(return_X_y=True)
    model = LogisticRegression(max_iter=2000).fit(X[:500], y[:500])
    answers = list(read_digits([IMAGES[3], BLANK], model))
    assert answers[0].label == "3"
    assert answers[0].several is None
    assert (
        "pictures[1]: it has the shape (30, 30), but this model expects (8, 8)" in answers[1].error
    )


def test_normaliser_of_the_model_is_used_once():
    class Counted(DigitNormalizer):
        n = 0

        def diagnose(self, picture):
            Counted.n += 1
            return super().diagnose(picture)

    model = GridSearchCV(
        make_pipeline(Counted(), PixelScaler(), LogisticRegression()), {}, cv=2, scoring="accuracy"
    )
    X, y = load_digits(return_X_y=True)
    model.fit(X[:60], y[:60])
    assert [answer.label for answer in read_digits(IMAGES[:3], model)] == list("012")
    assert Counted.n == 3


@pytest.mark.parametrize("wrap", [lambda model: model, FrozenEstimator, make_pipeline])
def test_own_selective_classifier__rejects_as_it_predicts(wrap):
    rows = load_pretrained()
    model = SelectiveClassifier(
        FrozenEstimator(make_pipeline(DigitNormalizer(), rows)), max_error_rate=0.5
    )
    model.fit(IMAGES, rows.classes_)
    model.threshold_ = 0.999
    answers = list(read_digits(IMAGES, wrap(model)))
    assert [answer.label for answer in answers] == model.predict(IMAGES).tolist()
    assert {answer.rejected for answer in answers} == {True, False}
    for answer in answers:
        assert answer.rejected == (answer.label == "?")
        if answer.rejected:
            assert answer.runners_up[0]["probability"] == answer.probability < 0.999
            assert str(answer).startswith(f"? (best guess {answer.runners_up[0]['label']}, ")


def test_max_error_rate__rejects_what_is_uncertain_or_not_like_a_digit():
    star = np.zeros((60, 60), np.uint8)
    star[28:32], star[:, 28:32], star[np.arange(60), np.arange(60)] = 255, 255, 255
    pictures = [*IMAGES, SEVERAL, star]
    free, careful = read_digits(pictures), read_digits(pictures, max_error_rate=0.05)
    threshold = load_pretrained(max_error_rate=0.05).threshold_
    kinds = set()
    for before, after in zip(free, careful, strict=True):
        rejected = before.probability < threshold or not before.like_a_digit
        assert not before.rejected
        assert after.rejected == rejected
        assert after.label == ("?" if rejected else before.label)
        kinds.add((before.probability < threshold, before.like_a_digit))
    assert {(False, True), (False, False)} <= kinds


# What is refused, at the call


@pytest.mark.parametrize(
    "picture",
    [
        "photo.jpg",
        IMAGES[0],
        IMAGES[0].tolist(),
        np.ones((20, 30, 1)),
        np.ones((20, 30, 3)),
        np.ones((20, 30, 3)).tolist(),
        list(np.ones((20, 30, 3))),
        np.ones((3, 80, 90)),
        Image.new("L", (9, 9)),
        b"PNG",
        {},
    ],
    ids=lambda picture: type(picture).__name__,
)
def test_one_picture_instead_of_a_list(picture):
    with pytest.raises(ValueError, match=r"^pictures .* give \[pictures\]"):
        read_digits(picture)


def test_rows_instead_of_pictures():
    with pytest.raises(ValueError, match=r"\(5, 784\).* of shape \(n_pictures, height, width\)"):
        read_digits(np.zeros((5, 784)))


def test_model_that_is_none_or_not_fitted():
    with pytest.raises(ValueError, match="model is of type str.* load_model opens"):
        read_digits(IMAGES, "model.safetensors")
    with pytest.raises(ValueError, match="DigitReader reads numbers, not single digits"):
        read_digits(IMAGES, DigitReader())
    for model in (LogisticRegression(), make_pipeline(DigitNormalizer(), LogisticRegression())):
        with pytest.raises(NotFittedError):
            read_digits(IMAGES, model)


def test_model_of_rows_that_are_no_square():
    model = LogisticRegression().fit(np.eye(10), range(10))
    with pytest.raises(ValueError, match="expects 10 features, which is not a square number"):
        read_digits(IMAGES, model)


@pytest.mark.parametrize("pictures", [3, None])
def test_what_is_no_list(pictures):
    with pytest.raises(ValueError, match="pictures must be a list of pictures"):
        read_digits(pictures)


@pytest.mark.parametrize("rate", [0, 1, -0.1, float("nan"), 5, 10**400, "0.1"])
def test_bad_rate(rate):
    with pytest.raises(ValueError, match="max_error_rate must be between 0 and 1"):
        read_digits([], max_error_rate=rate)


def test_rate_that_cannot_be_promised_or_belongs_to_another_model():
    with pytest.raises(ValueError, match="cannot be promised"):
        read_digits([], max_error_rate=1e-9)
    with pytest.raises(ValueError, match="wrap your own in SelectiveClassifier"):
        read_digits([], load_pretrained(), max_error_rate=0.01)
