"""The display of the normaliser's steps, and `show`, which draws it in one call."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import ExifTags, Image
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skdigits import (
    Answer,
    DigitNormalizer,
    PixelScaler,
    SelectiveClassifier,
    load_pretrained,
    show,
)
from skdigits._utils.wording import percent
from skdigits.displays import NormalizationDisplay

PAPER = np.full((60, 90), 230, dtype=np.uint8)
PAPER[10:40, 20:23] = 40
BLANK = np.full((60, 90), 230, dtype=np.uint8)
LONG = (
    "dark on light: inverted",
    "stroke 12.5 px of a digit of 20 px: thickened by 10.5 px",
    "357 specks: erased",
    "2 separate parts side by side: more than one digit?",
)


OTHERS = ({"label": "1", "probability": 0.0004}, {"label": "9", "probability": 0.0003})


class Sure(ClassifierMixin, BaseEstimator):
    """Says 7 of everything, with a score of one's choice."""

    classes_ = np.array(["1", "7"])

    def __init__(self, score=1.0):
        self.score = score

    def fit(self, X, y=None):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return np.full(len(X), "7")

    def predict_proba(self, X):
        return np.tile([0.0, 1.0], (len(X), 1))

    def score_samples(self, X):
        return np.full(len(X), self.score)


def reader(**parameters):
    return make_pipeline(DigitNormalizer(), Sure(**parameters))


def texts(display):
    return [ax.get_xlabel() for ax in display.axes_]


def titles(display):
    return [ax.get_title() for ax in display.axes_]


def coloured(shape=(60, 90)):
    """A photo with a blue one on it, as an array of bytes."""
    photo = np.full((*shape, 3), (230, 220, 190), dtype=np.uint8)
    photo[10:40, 20:23] = 40, 60, 130
    return photo


# What is drawn


def test_panels_with_titles_findings_and_answer():
    diagnosis = DigitNormalizer().diagnose(PAPER)
    answer = Answer("photo.png", "1", 0.98, ({"label": "7", "probability": 0.01},))
    display = NormalizationDisplay(diagnosis, answer=answer).plot()
    assert titles(display) == ["picture", "ink", "what the model sees", "prediction"]
    drawn = [ax.images[0].get_array() for ax in display.axes_[:3]]
    for image, step in zip(drawn, ("picture", "ink", "normal"), strict=True):
        np.testing.assert_array_equal(image, diagnosis.steps[step])
    assert [image.shape for image in drawn] == 2 * [(60, 90)] + [(28, 28)]
    assert {ax.get_aspect() for ax in display.axes_} == {1.0}
    assert texts(display) == [str(diagnosis), "", "", "1 (98 %), then 7\n(1.0 %)"]
    assert "dark on light: inverted" in str(diagnosis)
    assert display.figure_ is display.axes_[0].figure


def test_the_box_of_the_digit_is_drawn():
    display = NormalizationDisplay.from_estimator(DigitNormalizer(), PAPER)
    (box,) = display.axes_[0].patches
    assert box.get_bbox().bounds == (19.5, 9.5, 3, 30)
    empty = NormalizationDisplay.from_estimator(DigitNormalizer(), BLANK)
    assert not empty.axes_[0].patches


def test_what_was_erased_is_coloured():
    ruled = PAPER.copy()
    ruled[50] = 90
    display = NormalizationDisplay.from_estimator(DigitNormalizer(), ruled)
    ink, erased = display.axes_[1].images
    assert display.axes_[1].get_title() == "ink (orange: erased)"
    opacity = erased.get_array()[..., 3]
    assert opacity[50].min() > 0.5
    assert not opacity[:48].any()
    assert ink.get_array()[50].min() > 0.5


@pytest.mark.parametrize("form", ["array", "PIL", "file", "turned", "palette"])
def test_colours_are_kept(form, tmp_path):
    array = coloured()
    picture = image = Image.fromarray(array)
    if form == "array":
        picture = array
    elif form == "file":
        picture = tmp_path / "photo.png"
        image.save(picture)
    elif form == "turned":
        picture = tmp_path / "photo.png"
        turned = image.transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6  # to be turned clockwise
        turned.save(picture, exif=exif)
    elif form == "palette":
        picture = image.quantize()
    display = NormalizationDisplay.from_estimator(DigitNormalizer(), picture)
    drawn = display.axes_[0].images[0].get_array()
    np.testing.assert_allclose(drawn, array, atol=3)


def test_colours_of_a_large_photo_are_of_the_size_of_the_steps(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(coloured()).resize((2700, 1800)).save(path)
    display = NormalizationDisplay.from_estimator(DigitNormalizer(), path)
    drawn = display.axes_[0].images[0].get_array()
    assert drawn.shape == (*display.diagnosis.steps["picture"].shape, 3)
    assert max(drawn.shape) <= 1024
    np.testing.assert_allclose(drawn[-1, -1], coloured()[-1, -1], atol=3)


@pytest.mark.parametrize(
    "picture",
    [
        PAPER,
        PAPER / 255,
        coloured() / 255,
        Image.fromarray(PAPER),
        Image.fromarray(coloured()).convert("RGBA"),
        io.BytesIO(),
    ],
    ids=["grey", "floats", "coloured floats", "grey image", "opacity", "not to be read again"],
)
def test_other_pictures_are_shown_in_grey(picture):
    diagnosis = DigitNormalizer().diagnose(PAPER)
    display = NormalizationDisplay(diagnosis, picture=picture).plot()
    drawn = display.axes_[0].images[0].get_array()
    np.testing.assert_array_equal(drawn, diagnosis.steps["picture"])


def test_bars_of_the_most_probable_labels():
    others = tuple({"label": label, "probability": p} for label, p in (("1", 0.2), ("9", 0.1)))
    sure = Answer("photo.png", "7", 0.7, others)
    rejected = Answer("photo.png", "?", 0.2, others, rejected=True)
    for answer, labels, lengths in (
        (sure, ["7", "1", "9"], [0.7, 0.2, 0.1]),
        (rejected, ["1", "9"], [0.2, 0.1]),
        (Answer("photo.png", "7"), [], []),
        (Answer("photo.png", like_a_digit=False), [], []),
    ):
        diagnosis = DigitNormalizer().diagnose(PAPER)
        ax = NormalizationDisplay(diagnosis, answer=answer).plot().axes_[3]
        assert [text.get_text() for text in ax.texts[::2]] == labels
        assert [text.get_text() for text in ax.texts[1::2]] == [percent(p) for p in lengths]
        assert [bar.get_width() for bar in ax.patches[1::2]] == lengths


def test_black_is_0_and_white_1_whatever_the_picture_holds():
    display = NormalizationDisplay.from_estimator(DigitNormalizer(), BLANK)
    assert {ax.images[0].get_clim() for ax in display.axes_} == {(0, 1)}
    assert display.plot(cmap="viridis").axes_[0].images[0].get_cmap().name == "viridis"


def test_on_given_axes__opens_no_figure():
    axes = Figure().subplots(2, 2)
    display = NormalizationDisplay.from_estimator(reader(), PAPER, ax=axes)
    assert list(display.axes_) == list(axes.flat)
    assert display.figure_ is axes[0, 0].figure
    assert plt.get_fignums() == []


@pytest.mark.parametrize("shape", [(60, 90), (200, 60), (60, 300)])
@pytest.mark.parametrize(
    "answer",
    [
        Answer("photo.png", "7", 1.0, OTHERS),
        Answer("photo.png", "?", 1.0, OTHERS, like_a_digit=False, several=True, rejected=True),
    ],
    ids=["sure", "rejected"],
)
def test_no_text_is_cut_off_or_covered_at_600_pixels(shape, answer):
    diagnosis = DigitNormalizer().diagnose(np.resize(PAPER, shape))
    object.__setattr__(diagnosis, "findings", LONG)
    figure = Figure(figsize=(6, 2.6), dpi=100, layout="constrained")
    display = NormalizationDisplay(diagnosis, answer=answer).plot(ax=figure.subplots(1, 4))
    figure.draw_without_rendering()
    boxes = [
        text.get_window_extent()
        for ax in display.axes_
        for text in (ax.title, ax.xaxis.label, *ax.texts)
        if text.get_text()
    ]
    assert len(boxes) == 6 + (4 if answer.rejected else 6)
    for index, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= 600
        assert not any(box.overlaps(other) for other in boxes[:index])


# What it says


def test_normaliser_alone__has_no_answer():
    display = NormalizationDisplay.from_estimator(DigitNormalizer(), PAPER)
    assert display.answer is None
    assert titles(display) == ["picture", "ink", "what the model sees"]
    assert texts(display)[-1] == ""


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        (reader(), "7 (99.9 %), then 1 (<0.1 %)"),
        (reader(score=-1.0), "7 (99.9 %), but not like a digit"),
        (make_pipeline(FrozenEstimator(reader()[0]), Sure()), "7 (99.9 %), then 1 (<0.1 %)"),
        (make_pipeline(DigitNormalizer(), StandardScaler().fit(np.eye(784))), None),
    ],
    ids=["sure", "not like a digit", "frozen", "no classifier"],
)
def test_answer(model, answer):
    display = NormalizationDisplay.from_estimator(model, PAPER)
    if answer is None:
        assert display.answer is None
    else:
        assert str(display.answer) == answer == texts(display)[-1].replace("\n", " ")
        assert str(NormalizationDisplay.from_estimator(model, BLANK).answer) == "no ink found"


def test_classifiers_of_scikit_learn_with_and_without_probabilities():
    X, y = load_digits(return_X_y=True)
    X, y = X[:200], y[:200]
    picture = load_digits().images[0]
    for classifier, answer in ((LogisticRegression(max_iter=1000), "0 ("), (LinearSVC(), "0")):
        model = make_pipeline(DigitNormalizer(), PixelScaler(), classifier)
        for estimator in (model.fit(X, y), GridSearchCV(model, {}, cv=2).fit(X, y)):
            display = NormalizationDisplay.from_estimator(estimator, picture)
            assert str(display.answer).startswith(answer)
            assert (display.answer.probability is not None) == ("(" in answer)


def test_selective_classifier__says_what_it_would_have_guessed():
    model = SelectiveClassifier(FrozenEstimator(reader()), max_error_rate=0.5)
    model.fit([PAPER] * 20, ["7"] * 20)
    assert NormalizationDisplay.from_estimator(model, PAPER).answer.label == "7"
    model.threshold_ = 1.1
    display = NormalizationDisplay.from_estimator(model, PAPER)
    assert str(display.answer) == "? (best guess 7, 99.9 %)"
    assert display.answer.rejected


class Counted(DigitNormalizer):
    """Counts how often it normalises."""

    count = 0

    def transform(self, X):
        Counted.count += len(X)
        return super().transform(X)

    def diagnose(self, picture):
        Counted.count += 1
        return super().diagnose(picture)


def selective(model):
    return SelectiveClassifier(FrozenEstimator(model), max_error_rate=0.5)


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(Counted(), Sure()),
        make_pipeline(make_pipeline(Counted(), PixelScaler()), Sure()),
        selective(make_pipeline(Counted(), Sure())),
        FrozenEstimator(selective(make_pipeline(Counted(), Sure())).fit([PAPER] * 20, ["7"] * 20)),
        make_pipeline(FrozenEstimator(Counted()), selective(Sure())),
        GridSearchCV(make_pipeline(Counted(), Sure()), {}, cv=2, scoring="accuracy"),
    ],
    ids=["pipeline", "nested", "selective", "frozen", "frozen normaliser", "search"],
)
def test_picture_is_normalised_once(model):
    model.fit([PAPER] * 20, ["7"] * 20)
    Counted.count = 0
    assert NormalizationDisplay.from_estimator(model, PAPER).answer.label == "7"
    assert Counted.count == 1
    assert model.predict([PAPER]) == ["7"]  # the model is as it was
    assert Counted.count == 2


def test_several_digits_are_doubted():
    two = np.full((60, 90), 230, dtype=np.uint8)
    two[10:50, 25:31] = two[10:50, 60:66] = 40
    display = NormalizationDisplay.from_estimator(reader(), two)
    assert display.answer.several
    assert texts(display)[-1].replace("\n", " ") == "7 (99.9 %), but perhaps several digits"


# What is refused


@pytest.mark.parametrize("estimator", [PixelScaler(), Sure(), make_pipeline(PixelScaler(), Sure())])
def test_estimator_that_begins_with_no_normaliser(estimator):
    with pytest.raises(ValueError, match=f"{type(estimator).__name__} normalises no pictures"):
        NormalizationDisplay.from_estimator(estimator, PAPER)


@pytest.mark.parametrize("n_axes", [1, 4])
def test_wrong_number_of_axes(n_axes):
    axes = Figure().subplots(1, n_axes)
    with pytest.raises(ValueError, match=f"There are 3 panels, but ax holds {n_axes} Axes"):
        NormalizationDisplay.from_estimator(DigitNormalizer(), PAPER, ax=axes)


@pytest.mark.parametrize("model", [None, reader()])
def test_picture_that_cannot_be_read(model, tmp_path):
    with pytest.raises(ValueError, match=r"no\.png cannot be read: No such file"):
        show(tmp_path / "no.png", model)
    assert plt.get_fignums() == []


# In one call


def test_show__reads_any_kind_of_picture_by_the_shipped_weights(tmp_path):
    four = Image.fromarray((255 - load_digits().images[4] * 15).astype(np.uint8))
    four = four.resize((80, 80), Image.Resampling.BICUBIC)
    four.save(tmp_path / "four.png")
    for picture in (four, np.asarray(four), tmp_path / "four.png", str(tmp_path / "four.png")):
        display = show(picture)
        assert isinstance(display, NormalizationDisplay)
        assert display.answer.label == "4"
        assert "inverted" in str(display.diagnosis)
    assert str(show(BLANK).answer) == "no ink found"


def test_show__with_a_model_of_rows_or_of_pictures():
    assert show(PAPER, Sure()).answer == show(PAPER, reader()).answer
    assert show(PAPER, Sure()).answer.label == "7"
    careful = load_pretrained(max_error_rate=0.1)
    careful.threshold_ = 1.1
    assert str(show(PAPER, careful).answer).startswith(f"{careful.reject_label_} (best guess ")
