"""PP-OCRv6 as the engine of the reader: what it sees, what is made of its answer, what it needs."""

import pickle
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from composed import clean_strings
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.utils.validation import check_is_fitted

from skdigits import DigitReader, load_model, save_model
from skdigits.numbers import _ocr
from skdigits.numbers._decoding import best_path, without_others
from skdigits.numbers._lines import find_line

SIGNS = ["a", *"9876543210", ",", ".", "l"]
installed = pytest.mark.skipif(
    find_spec("rapidocr") is None or find_spec("onnxruntime") is None,
    reason="the extra `ocr` is not installed",
)


def steps_of(*rows):
    """Return probabilities of signs, given as a dict a step; what is missing is no sign."""
    steps = np.zeros((len(rows), 1 + len(SIGNS)), dtype=np.float32)
    for step, row in zip(steps, rows, strict=True):
        for sign, probability in row.items():
            step[1 + SIGNS.index(sign)] = probability
        step[0] = 1 - step.sum()
    return steps


def test_digits_and_marks_are_kept_in_their_order():
    rows = [{digit: 1.0} for digit in "0123456789"]
    reduced = np.exp(_ocr.reduce(steps_of(*rows, {}, {".": 0.5, ",": 0.4}), SIGNS))
    assert reduced.shape == (12, 13)
    assert reduced.sum(axis=1) == pytest.approx(1)
    assert reduced[:10, 1:11] == pytest.approx(np.eye(10), abs=1e-6)
    assert reduced[10, 0] == pytest.approx(1)
    assert reduced[11, 11] == pytest.approx(0.9)


def test_letter_is_no_digit_and_a_digit_that_looks_like_one_is():
    letter, unsure = steps_of({"l": 0.99, "1": 0.001}, {"l": 0.6, "1": 0.35})
    none, log_number = without_others(_ocr.reduce(letter[None], SIGNS))
    assert best_path(none).text == ""
    assert np.exp(log_number.sum()) < 0.15
    found = best_path(without_others(_ocr.reduce(unsure[None], SIGNS))[0])
    assert found.text == "1"
    assert 0.6 < found.confidence < 0.95


def test_nothing_is_impossible():
    assert np.isfinite(_ocr.reduce(steps_of({"7": 1.0}), SIGNS)).all()


def picture_of(*boxes, angle=0.0):
    """Return a picture with upright bars, as (left, top, right, bottom)."""
    picture = Image.new("L", (400, 200), 255)
    for box in boxes:
        picture.paste(0, box)
    return np.asarray(picture.rotate(angle, fillcolor=255)) / np.float32(255)


def test_strip_is_the_line_with_some_of_its_picture():
    grey = picture_of(*[(left, 80, left + 8, 120) for left in (100, 140, 180, 220)])
    strip = _ocr.cut_strip(grey, find_line(grey))
    assert strip.image.shape[0] == 48
    rows, columns = np.nonzero(strip.image < 128)
    height = rows.max() + 1 - rows.min()
    room = _ocr.ROOM * height
    assert height + 2 * room == pytest.approx(48, abs=2)
    assert columns.min() == pytest.approx(room, abs=2)
    assert strip.image.shape[1] - columns.max() == pytest.approx(room, abs=2)


def test_strip_does_not_reach_beyond_the_picture():
    grey = picture_of(*[(left, 2, left + 8, 200) for left in (0, 140, 392)])
    strip = _ocr.cut_strip(grey, find_line(grey))
    assert strip.image.shape == (48, 96)


@pytest.mark.parametrize("angle", [0, -12])
def test_step_in_a_strip_has_its_place_in_the_line(angle):
    lefts = (60, 120, 180, 330)  # the last gap is shortened in the line, but not in the strip
    grey = picture_of(*[(left, 80, left + 10, 120) for left in lefts], angle=angle)
    line = find_line(grey)
    strip = _ocr.cut_strip(grey, line)
    middles = [_middles_of_ink(strip.image < 128), _middles_of_ink(line.image > 128)]
    spans = [(middle / 8, middle / 8) for middle in middles[0]]
    assert len(spans) == 4
    assert strip.middles(spans) == pytest.approx(middles[1], abs=2)
    assert strip.middles([(0, 1), (500, 501)]) == [0, line.image.shape[1] - 1]
    assert strip.middles([]) == []


def _middles_of_ink(marked):
    """Return the middle of each run of columns with ink."""
    edges = np.flatnonzero(np.diff(np.pad(marked.any(axis=0), 1).astype(int)))
    return edges.reshape(-1, 2).mean(axis=1)


def test_only_the_network_needs_fit():
    check_is_fitted(DigitReader(engine="rapidocr"))
    with pytest.raises(NotFittedError):
        check_is_fitted(DigitReader())


@pytest.mark.parametrize("package", ["onnxruntime", "rapidocr"])
@pytest.mark.parametrize("method", ["read", "predict"])
def test_without_the_extra_one_sentence_names_it(package, method, numbers, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(_ocr, "load_recogniser", _ocr.load_recogniser.__wrapped__)
    reader, (pictures, _) = DigitReader(engine="rapidocr"), numbers
    with pytest.raises(ImportError, match=r'pip install "skdigits\[ocr\]"'):
        getattr(reader, method)(pictures[0] if method == "read" else pictures[:2])


def test_without_the_extra_the_network_reads(reader, numbers, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert reader.score(numbers[0][:20], numbers[1][:20]) > 0.5


def test_rejection_needs_pictures_to_learn_from(reader, numbers):
    reader.set_params(engine="rapidocr", max_error_rate=0.05)
    with pytest.raises(ValueError, match="call calibrate with a few hundred pictures"):
        reader.read(numbers[0][0])


def test_reader_without_a_network_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="DigitReader is not fitted"):
        save_model(DigitReader(engine="rapidocr"), tmp_path / "reader.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_engine_is_kept_in_a_file(reader, tmp_path):
    save_model(reader.set_params(engine="rapidocr"), tmp_path / "reader.safetensors")
    assert load_model(tmp_path / "reader.safetensors").engine == "rapidocr"


@pytest.fixture(scope="module")
def clear(digits):
    """40 numbers of five digits, large and clean, and what stands on them."""
    X, y = digits
    smooth = [Image.fromarray(np.uint8(15 * row.reshape(8, 8))).resize((28, 28)) for row in X[:300]]
    return clean_strings((np.stack(smooth), y[:300]), 40, 1, lengths=5, heights=40)


@installed
def test_recogniser_reads_numbers(clear):
    pictures, strings = clear
    reader = DigitReader(engine="rapidocr", min_probability=0)
    free = reader.score(pictures, strings)
    assert free >= 0.5
    assert reader.set_params(length=5).score(pictures, strings) >= free
    reading = reader.read(pictures[0])
    assert len(reading.digits) == 5
    lefts = [digit.box[0] for digit in reading.digits]
    assert lefts == sorted(lefts)
    height, width = np.shape(pictures[0])
    assert 0 <= reading.box[0] < reading.box[2] <= width
    assert 0 <= reading.box[1] < reading.box[3] <= height


@installed
def test_recogniser_is_held_to_the_constraints(clear):
    pictures, strings = clear
    reader = DigitReader(engine="rapidocr", allowed=list(strings), min_probability=0)
    assert reader.score(pictures, strings) >= 0.9
    reading = DigitReader(engine="rapidocr", allowed=["7" * 30]).read(pictures[0])
    assert reading.rejected
    assert set(reading.text) == {"?"}


@installed
def test_recogniser_reads_light_ink_and_any_picture_like_the_one_alone(clear):
    pictures, _ = clear
    reader = DigitReader(engine="rapidocr")
    together = list(reader.read_many(pictures[:6]))
    assert [reader.read(picture) for picture in pictures[:6]] == together
    inverted = reader.predict([255 - np.asarray(picture) for picture in pictures])
    assert (inverted == reader.predict(pictures)).mean() > 0.7


@installed
def test_nothing_on_paper_is_no_number():
    assert DigitReader(engine="rapidocr").read(np.full((60, 200), 255, np.uint8)).text == ""


@installed
def test_fit_and_calibrate_learn_how_sure_it_is(clear):
    pictures, strings = clear
    pictures, strings = list(pictures) * 5, list(strings) * 5
    reader = DigitReader(engine="rapidocr", length=5, min_probability=0).fit(pictures, strings)
    assert not hasattr(reader, "net_")
    assert len(reader.ocr_confidence_) == len(reader.ocr_right_) == 200
    rejected = [
        sum(reading.rejected for reading in reader.read_many(pictures[:40]))
        for reader.max_error_rate in (0.9, 0.1)
    ]
    assert rejected[0] < rejected[1]
    with pytest.raises(ValueError, match="max_error_rate=0.001 cannot be promised"):
        reader.set_params(max_error_rate=0.001).predict(pictures[:1])
    reader.set_params(max_error_rate=0.1)
    again = pickle.loads(pickle.dumps(reader))
    assert (again.predict(pictures[:5]) == reader.predict(pictures[:5])).all()


@installed
def test_strings_that_are_not_as_many_are_refused(clear):
    with pytest.raises(ValueError, match="There are 3 pictures and 2 strings"):
        DigitReader(engine="rapidocr").calibrate(clear[0][:3], clear[1][:2])


@installed
def test_engine_can_be_cross_validated(clear):
    reader = clone(DigitReader(engine="rapidocr", min_probability=0))
    scores = cross_val_score(reader, *map(list, clear), cv=2, error_score="raise")
    assert scores.mean() == pytest.approx(reader.score(*clear))
