"""The reader as an estimator: what it learns, says, and refuses."""

import copy
import os
import pickle
import signal
import threading

import numpy as np
import pytest
from composed import clean_strings
from PIL import Image
from sklearn import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV

from skdigits import DigitReader, Distortion
from skdigits.numbers import _predictions

hardly_trained = pytest.mark.filterwarnings("ignore:The training loss")
BLANK = np.full((30, 60), 255, dtype=np.uint8)


@pytest.fixture(scope="module")
def few(numbers):
    """Too few to learn from."""
    return numbers[0][:12], numbers[1][:12]


@pytest.fixture(scope="module")
def unseen(digits):
    """Other pictures than those of the training."""
    return clean_strings(digits, 60, 1)


def test_it_learns_to_read(reader, numbers, unseen):
    reader.set_params(min_probability=0)
    assert reader.score(*numbers) > 0.9
    assert reader.score(*unseen) > 0.75


def test_history_tells_each_epoch(fitted):
    assert [row["epoch"] for row in fitted.history_] == list(range(1, 31))
    assert {"train_loss", "valid_loss", "valid_accuracy", "seconds"} <= set(fitted.history_[-1])
    assert fitted.history_[-1]["train_loss"] < 0.2 < fitted.history_[0]["train_loss"]
    assert fitted.history_[-1]["valid_accuracy"] > 0.5


@hardly_trained
def test_the_same_seed_gives_the_same_weights(few):
    nets = [DigitReader(max_epochs=1, random_state=0).fit(*few).net_ for _ in range(2)]
    for a, b in zip(*(net.module_.state_dict().values() for net in nets), strict=True):
        np.testing.assert_array_equal(a, b)


def test_predict_and_read_many_agree_and_do_not_depend_on_neighbours(fitted, unseen):
    pictures = unseen[0]
    readings = list(fitted.read_many(pictures))
    np.testing.assert_array_equal(fitted.predict(pictures), [each.text for each in readings])
    for picture, reading in zip(pictures[:5], readings, strict=False):
        alone = fitted.read(picture)
        assert alone.text == reading.text
        assert alone.confidence == pytest.approx(reading.confidence, abs=1e-5)


def test_read_many_reads_as_pictures_come(fitted, unseen):
    taken = []

    def pictures():
        for picture in unseen[0] * 3:
            taken.append(picture)
            yield picture

    next(fitted.read_many(pictures()))
    assert len(taken) < 60


def test_digits_stand_where_their_boxes_are(fitted, digits):
    pictures, strings = clean_strings(digits, 10, 5, lengths=2)
    found = [fitted.read(picture) for picture in pictures]
    for picture, reading, string in zip(pictures, found, strings, strict=True):
        if reading.text != string:
            continue
        (left, _, middle, _), (start, top, right, bottom) = (each.box for each in reading.digits)
        assert left < middle <= start + 2 < right + 2
        assert (picture[top:bottom, start:right] < 128).any()
        assert reading.box[0] == left
        assert reading.box[2] == right
    assert sum(each.text == string for each, string in zip(found, strings, strict=True)) >= 5


@pytest.mark.parametrize("kind", ["path", "bytes", "pillow", "float", "light ink", "colour"])
def test_a_picture_may_come_in_any_form(fitted, unseen, tmp_path, kind):
    picture = unseen[0][0]
    image = Image.fromarray(picture)
    image.save(tmp_path / "number.png")
    forms = {
        "path": tmp_path / "number.png",
        "bytes": (tmp_path / "number.png").read_bytes(),
        "pillow": image,
        "float": picture / 255,
        "light ink": 255 - picture,
        "colour": np.stack([picture] * 3, axis=2),
    }
    assert fitted.read(forms[kind]).text == fitted.read(picture).text


def test_nothing_there_is_an_empty_text(fitted):
    assert fitted.read(BLANK).text == ""
    assert str(fitted.read(BLANK)) == "no number found"
    np.testing.assert_array_equal(fitted.predict([BLANK]), [""])


def test_constraints_are_used_without_fitting_again(reader, unseen):
    pictures, strings = unseen
    assert {len(text) for text in reader.set_params(length=2).predict(pictures)} == {2}
    two = [picture for picture, string in zip(pictures, strings, strict=True) if len(string) == 2]
    known = [string for string in strings if len(string) == 2]
    assert reader.set_params(length=None, allowed=known, min_probability=0).score(two, known) > 0.8
    assert set(reader.set_params(allowed=None, min_value=50, length=2).predict(two)) <= {
        text for text in reader.predict(two) if text.replace("?", "9") >= "50"
    }
    assert reader.set_params(min_value=None, pattern="d-d").predict(two[:1])[0][1] == "-"


def test_where_nothing_fits_the_text_is_doubt(reader, unseen):
    reading = reader.set_params(length=40).read(unseen[0][0])
    assert set(reading.text) == {"?"}
    assert reading.rejected
    assert reading.confidence == 0
    assert reading.best_unconstrained
    assert reading.best_unconstrained in str(reading)


def test_improbable_digits_are_doubtful(reader, unseen):
    texts = reader.set_params(min_probability=0.999999).predict(unseen[0])
    assert "?" in "".join(texts)
    readings = list(reader.read_many(unseen[0]))
    for reading in readings:
        expected = ["?" if each.probability < 0.999999 else each.label for each in reading.digits]
        assert reading.text == "".join(expected)


def test_max_error_rate_rejects_what_is_less_sure(reader, unseen):
    reader.held_out_confidence_ = np.linspace(0, 1, 5000)
    reader.held_out_right_ = reader.held_out_confidence_ > 0.5  # as many as were asked about
    readings = list(reader.set_params(max_error_rate=0.01).read_many(unseen[0]))
    confidences = [each.confidence for each in readings if not each.rejected]
    assert min(confidences) > 0.45
    for reading in readings:
        assert reading.rejected == (set(reading.text) == {"?"})


def test_max_error_rate_that_cannot_be_promised_is_refused(reader, unseen):
    reader.set_params(max_error_rate=1e-6)
    with pytest.raises(ValueError, match=r"1e-06 cannot be promised: of \d+ numbers held out"):
        reader.predict(unseen[0])


def test_calibrate_leaves_the_readings(reader, numbers, unseen):
    labels = reader.set_params(min_probability=0).predict(unseen[0])
    held_out = reader.held_out_confidence_
    assert reader.calibrate(*numbers) is reader
    assert len(reader.held_out_confidence_) == len(numbers[0]) != len(held_out)
    assert (reader.set_params(min_probability=0).predict(unseen[0]) == labels).all()


def test_decimal_marks_are_learned_and_kept_if_asked(reader, digits):
    pictures, strings = clean_strings(
        digits, 120, 0, lengths=2, marks=1, separators=True, heights=24
    )
    assert any("." in string for string in strings)
    reader.set_params(warm_start=True, n_rehearsed=0, max_epochs=10, min_probability=0)
    reader.fit(pictures, [string.replace(".", ",") for string in strings])
    assert reader.set_params(separators=True).score(pictures, strings) > 0.7
    assert not any("." in text for text in reader.set_params(separators=False).predict(pictures))


@hardly_trained
def test_a_fit_can_go_on(few):
    reader = DigitReader(max_epochs=1, random_state=0).fit(*few)
    before = [weights.clone() for weights in reader.net_.module_.state_dict().values()]
    reader.set_params(warm_start=True, n_rehearsed=0).fit(*few)
    assert [row["epoch"] for row in reader.history_] == [1, 2]
    after = reader.net_.module_.state_dict().values()
    assert any((a != b).any() for a, b in zip(before, after, strict=True))


@hardly_trained
def test_weights_count(numbers, few):
    weight = np.zeros(len(few[0]))
    weight[:6] = 1
    with pytest.warns(UserWarning, match="6 of 12 pictures have no ink or no weight"):
        weighted = DigitReader(max_epochs=1, random_state=0, validation_fraction=None).fit(
            *few, sample_weight=weight
        )
    some = DigitReader(max_epochs=1, random_state=0, validation_fraction=None).fit(
        few[0][:6], few[1][:6]
    )
    for a, b in zip(
        weighted.net_.module_.parameters(), some.net_.module_.parameters(), strict=True
    ):
        np.testing.assert_allclose(a.detach(), b.detach(), rtol=1e-4, atol=1e-6)


@hardly_trained
def test_early_stopping_stops(numbers):
    reader = DigitReader(
        max_epochs=50, early_stopping=True, patience=1, learning_rate=1e-6, random_state=0
    )
    reader.fit(numbers[0][:40], numbers[1][:40])
    assert reader.n_epochs_ < 50


@hardly_trained
def test_distorted_lines_can_be_learned_from(few):
    reader = DigitReader(max_epochs=2, augment=Distortion(rotation=2), random_state=0)
    assert reader.fit(*few).n_epochs_ == 2


@hardly_trained
def test_callbacks_see_each_row(few):
    rows = []
    DigitReader(max_epochs=2, callbacks=[rows.append]).fit(*few)
    assert [row["epoch"] for row in rows] == [1, 2]


@pytest.mark.parametrize("keeps", [False, True])
def test_ctrl_c(numbers, keeps):
    def interrupt(row):
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()

    reader = DigitReader(
        max_epochs=1000, on_interrupt="keep" if keeps else "raise", callbacks=[interrupt]
    )
    if keeps:
        with pytest.warns(ConvergenceWarning) as caught:
            reader.fit(*numbers)
        assert "Interrupted after" in str(caught[0].message)
        assert reader.interrupted_
        assert isinstance(reader.read(numbers[0][0]).text, str)
    else:
        with pytest.raises(KeyboardInterrupt):
            reader.fit(*numbers)
        assert not hasattr(reader, "net_")


@hardly_trained
@pytest.mark.parametrize("keeps", [False, True])
def test_ctrl_c_behind_the_last_epoch(few, keeps, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(_predictions, "best_path", interrupt)
    reader = DigitReader(max_epochs=1, on_interrupt="keep" if keeps else "raise")
    if keeps:
        with pytest.warns(ConvergenceWarning, match="but call calibrate before"):
            reader.fit(*few)
        assert reader.interrupted_
        with pytest.raises(ValueError, match="cannot be promised: of 0 numbers"):
            reader.set_params(max_error_rate=0.1).read(few[0][0])
        monkeypatch.undo()
        assert len(reader.calibrate(*few).held_out_right_) == len(few[0])
    else:
        with pytest.raises(KeyboardInterrupt):
            reader.fit(*few)
        assert not hasattr(reader, "net_")


def test_clone_pickle_and_copy(fitted, unseen):
    expected = fitted.predict(unseen[0])
    for same in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(same.predict(unseen[0]), expected)
    assert clone(fitted).get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        clone(fitted).predict(unseen[0])


@hardly_trained
def test_a_grid_is_searched(few):
    search = GridSearchCV(
        DigitReader(max_epochs=1, random_state=0), {"learning_rate": [0.001, 0.004]}, cv=2
    )
    search.fit(*few)
    assert set(search.best_params_) == {"learning_rate"}


def test_a_notebook_shows_it(fitted):
    assert "DigitReader" in fitted._repr_html_()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"length": -1}, "length"),
        ({"length": (5, 2)}, "length"),
        ({"pattern": "ddxd", "length": 9}, "satisfies"),
        ({"checksum": "md5"}, "checksum"),
        ({"allowed": ["12a"]}, "12a"),
        ({"min_value": 9, "max_value": 3}, "value"),
        ({"min_probability": 2}, "min_probability"),
        ({"max_error_rate": 0}, "max_error_rate"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"device": "gpu"}, "gpu"),
        ({"precision": "int8"}, "precision"),
        ({"early_stopping": True, "validation_fraction": None}, "validation_fraction"),
    ],
)
def test_parameters_that_cannot_be_are_refused(few, parameters, message):
    with pytest.raises(ValueError, match=message):
        DigitReader(max_epochs=1, **parameters).fit(*few)


@pytest.mark.parametrize(
    ("strings", "message"),
    [
        (["1"] * 11, "12 pictures and 11 strings"),
        (["1"] * 13, "12 pictures and 13 strings"),
        ([1] * 12, r"strings\[0\] is 1"),
        (["1"] * 5 + ["1a"] + ["1"] * 6, r"strings\[5\] is '1a'"),
        ([None] * 12, r"strings\[0\] is None"),
        ("123456789012", "one string"),
        (7, "strings"),
    ],
)
def test_strings_that_cannot_be_are_refused(few, strings, message):
    with pytest.raises(ValueError, match=message):
        DigitReader(max_epochs=1).fit(few[0], strings)


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        ([BLANK] * 12, "no picture with ink"),
        ([*[BLANK] * 11, "missing.png"], r"pictures\[11\]: missing.png"),
        ("photo.png", "one picture"),
        (np.zeros((30, 60)), "one picture"),
        (3, "pictures"),
    ],
)
def test_pictures_that_cannot_be_are_refused(few, pictures, message):
    with pytest.raises(ValueError, match=message):
        DigitReader(max_epochs=1).fit(pictures, few[1])


def test_a_single_picture_is_refused_where_a_list_is_expected(fitted, unseen):
    with pytest.raises(ValueError, match="one picture"):
        fitted.predict(unseen[0][0])


def test_broken_pictures_are_told_and_the_others_read(fitted, unseen, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    good, bad, other = fitted.read_many([unseen[0][0], broken, unseen[0][1]])
    assert "broken.png" in bad.error
    assert str(bad) == bad.error
    assert good.error is None is other.error
    with pytest.raises(ValueError, match=r"pictures\[1\]"):
        fitted.predict([unseen[0][0], broken])


def test_a_failed_fit_leaves_the_reader_as_it_was(reader, unseen):
    before = reader.predict(unseen[0])
    with pytest.raises(ValueError, match="strings"):
        reader.fit(unseen[0], ["x"] * len(unseen[0]))
    np.testing.assert_array_equal(reader.predict(unseen[0]), before)


def test_an_unfitted_reader_says_so(unseen):
    with pytest.raises(NotFittedError):
        DigitReader().read(unseen[0][0])
    with pytest.raises(NotFittedError):
        next(DigitReader().read_many(unseen[0]))


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((1, 1)),
        np.zeros((1, 20_000)),
        np.random.default_rng(0).random((5, 20_000)),
        np.random.default_rng(0).random((2000, 2000)),
        np.zeros((400, 400)),
    ],
    ids=["1x1", "strip", "noisy strip", "large noise", "black"],
)
def test_strange_pictures_are_answered(fitted, picture):
    reading = fitted.read(picture)
    assert 0 <= reading.confidence <= 1
    assert set(reading.text) <= set("0123456789?")


def test_it_learns_what_is_no_digit(reader, numbers, unseen):
    """Digits that are mirrored from top to bottom."""
    turned = [picture[::-1] for picture in numbers[0][:60]]
    pictures = [*numbers[0], *turned]
    strings = [*numbers[1], *("?" * len(string) for string in numbers[1][:60])]
    reader.set_params(warm_start=True, n_rehearsed=0, max_epochs=8, random_state=0)
    reader.fit(pictures, strings)
    sure = [reading.confidence for reading in reader.read_many(unseen[0])]
    unsure = [reading.confidence for reading in reader.read_many(turned)]
    assert np.median(unsure) < 0.1 < np.median(sure)


def test_what_it_could_before_is_rehearsed(digits, reader, unseen):
    """Taught nothing but sevens, it forgets the others, unless they are rehearsed."""
    sevens = digits[0][np.asarray(digits[1]).astype(int) == 7]
    pictures, strings = clean_strings((sevens, np.full(len(sevens), 7)), 20, 2)
    reader.set_params(warm_start=True, max_epochs=6, random_state=0, min_probability=0)
    scores = {}
    for n_rehearsed in (0, 100):
        taught = copy.copy(reader).set_params(n_rehearsed=n_rehearsed).fit(pictures, strings)
        assert taught.score(pictures, strings) > 0.9
        scores[n_rehearsed] = taught.score(*unseen)
    assert scores[100] > scores[0] + 0.2


def test_rehearsal_takes_weights(reader, few):
    reader.set_params(warm_start=True, max_epochs=1, n_rehearsed=20, random_state=0)
    reader.fit(*few, sample_weight=np.arange(1, 13))
    assert len(reader.history_) == 31
