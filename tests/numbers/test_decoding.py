"""Decoding is compared with the enumeration of all paths, on lattices small enough for it."""

import copy
import itertools
import pickle

import numpy as np
import pytest

from skdigits.numbers import _lattice
from skdigits.numbers._automaton import Automaton, anything
from skdigits.numbers._constraints import constraint
from skdigits.numbers._decoding import (
    best_path,
    best_text,
    confidence_among_all,
    decode,
    without_others,
)


def random_log_probs(seed, n_steps, symbols, n_symbols=12, scale=2.0):
    """Log-probabilities of some symbols; all others are impossible."""
    rng = np.random.default_rng(seed)
    log_probs = np.full((n_steps, n_symbols), -np.inf)
    values = scale * rng.normal(size=(n_steps, len(symbols)))
    log_probs[:, symbols] = values - np.logaddexp.reduce(values, axis=1, keepdims=True)
    return log_probs


def random_automaton(seed, n_states):
    rng = np.random.default_rng(seed)
    transitions = rng.integers(-1, n_states, (n_states, 10))
    return Automaton(transitions, rng.random(n_states) < 0.5)


def text_of(path, keep_marks):
    symbols = [symbol for symbol, _ in itertools.groupby(path) if symbol]
    if not keep_marks:
        # A mark between them tells equal digits apart, as a blank does.
        symbols = [symbol for symbol in symbols if symbol != 11]
    return "".join("." if symbol == 11 else str(symbol - 1) for symbol in symbols)


class Enumeration:
    """All paths, and the logarithm of what those of each accepted text come to."""

    def __init__(self, log_probs, automaton, keep_marks):
        possible = [np.flatnonzero(row > -np.inf).tolist() for row in log_probs]
        self.logs, self.best, self.score = {}, None, -np.inf
        for path in itertools.product(*possible):
            text = text_of(path, keep_marks)
            if automaton.accepts(text.replace(".", "")):
                score = sum(row[symbol] for row, symbol in zip(log_probs, path, strict=True))
                self.logs[text] = np.logaddexp(self.logs.get(text, -np.inf), score)
                if score > self.score:
                    self.best, self.score, self.path = text, score, path
        self.total = np.logaddexp.reduce([-np.inf, *self.logs.values()])

    def marginals(self):
        n_digits = len(self.best.replace(".", ""))
        sums = np.full((n_digits, 10), -np.inf)
        for text, log in self.logs.items():
            digits = text.replace(".", "")
            if len(digits) == n_digits:
                for row, digit in zip(sums, digits, strict=True):
                    row[int(digit)] = np.logaddexp(row[int(digit)], log)
        return np.exp(sums - np.logaddexp.reduce(sums, axis=1, keepdims=True))


AUTOMATA = {
    "anything": anything(),
    "two": constraint(length=2).automaton,
    "up to two": constraint(length=(0, 2)).automaton,
    "codes": constraint(allowed=["1", "11", "12", "221", "2-2-2", "0121", "2"]).automaton,
    "far codes": constraint(allowed=["999", "998", "1234"]).automaton,
    "luhn": constraint(checksum="luhn").automaton,
    "mod97": constraint(checksum="mod97").automaton,
    "range": constraint(min_value=2, max_value=121).automaton,
    "pattern": constraint(pattern="1d2").automaton,
    "few states": random_automaton(3, 5),
    "many states": random_automaton(8, 150),
    "useless states": Automaton(
        np.tile([[1], [2], [3], [4], [-1], [2]], 10), [False, True, False, False, False, False]
    ),
    "only refuses": Automaton(np.full((1, 10), -1), [False]),
}
LATTICES = {
    "two digits": (7, [0, 2, 3], 11),
    "three digits": (6, [0, 1, 2, 3], 12),
    "a mark": (6, [0, 2, 3, 11], 12),
    "all digits": (4, list(range(12)), 12),
    "no blank": (4, [2, 3], 11),
    "one step": (1, list(range(12)), 12),
    "no steps": (0, list(range(11)), 11),
}


@pytest.mark.parametrize("keep_marks", [False, True])
@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize("name", AUTOMATA)
def test_decoding_is_what_all_paths_enumerated_give(name, lattice, keep_marks):
    n_steps, symbols, n_symbols = LATTICES[lattice]
    log_probs = random_log_probs(len(name), n_steps, symbols, n_symbols)
    expected = Enumeration(log_probs, AUTOMATA[name], keep_marks)
    decoding = decode(log_probs, AUTOMATA[name], keep_marks=keep_marks)
    assert decoding.text == expected.best
    assert decoding.support == pytest.approx(np.exp(expected.total), rel=1e-10)
    if expected.best is None:
        assert decoding.confidence == 0
        assert decoding.marginals.shape == (0, 10)
    else:
        share = np.exp(expected.logs[expected.best] - expected.total)
        assert decoding.confidence == pytest.approx(share, rel=1e-10)
        np.testing.assert_allclose(decoding.marginals, expected.marginals(), rtol=1e-9, atol=1e-15)
        assert spans_of(expected.path) == decoding.spans


def spans_of(path):
    """The runs of digits of a path."""
    spans, start = [], 0
    for symbol, run in itertools.groupby(path):
        end = start + len(list(run))
        if symbol not in (0, 11):
            spans.append((start, end))
        start = end
    return spans


@pytest.mark.parametrize("name", ["anything", "two", "codes", "luhn", "many states"])
def test_shares_are_exact_even_of_what_is_less_probable_than_any_float(name):
    log_probs = random_log_probs(5, 6, [0, 2, 3, 11]) - 300.0
    expected = Enumeration(log_probs, AUTOMATA[name], keep_marks=False)
    assert expected.total < -1000
    decoding = decode(log_probs, AUTOMATA[name])
    assert decoding.text == expected.best
    assert decoding.support == 0
    share = np.exp(expected.logs[expected.best] - expected.total)
    assert decoding.confidence == pytest.approx(share, rel=1e-10)
    np.testing.assert_allclose(decoding.marginals, expected.marginals(), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", ["codes", "many states"])
def test_a_prefix_that_leads_nowhere_does_not_hide_the_rest(name):
    # What is accepted is less probable by far than what is not.
    log_probs = random_log_probs(6, 6, [0, 1, 2, 3], scale=200.0)
    expected = Enumeration(log_probs, AUTOMATA[name], keep_marks=False)
    decoding = decode(log_probs, AUTOMATA[name])
    assert decoding.text == expected.best
    share = np.exp(expected.logs[expected.best] - expected.total)
    assert decoding.confidence == pytest.approx(share, rel=1e-9)


def probability_of(digits, log_probs):
    """The CTC probability of one string, by the textbook's recursion over labels and blanks."""
    labels = [0]
    for digit in digits:
        labels += [int(digit) + 1, 0]
    ways = [1.0] + [0.0] * len(labels)  # the first stands before the first step
    for step in np.exp(log_probs):
        after = [0.0] * len(ways)
        for place, label in enumerate(labels, 1):
            total = ways[place] + ways[place - 1]
            if place >= 2 and label and (place == 2 or label != labels[place - 3]):
                total += ways[place - 2]
            after[place] = total * step[label]
        ways = after
    return sum(ways[-2:])


@pytest.mark.parametrize("lengths", [(4, 5), (3, 7)])
def test_a_long_list_of_codes_is_weighed_code_by_code(lengths):
    rng = np.random.default_rng(4)
    codes = {"".join(map(str, rng.integers(0, 10, rng.integers(*lengths)))) for _ in range(500)}
    automaton = constraint(allowed=codes).automaton
    assert len(automaton.transitions) > 80
    for scale in (0.0, 1.0, 4.0):
        log_probs = random_log_probs(9, 14, list(range(11)), 11, scale=scale)
        decoding = decode(log_probs, automaton)
        probabilities = {code: probability_of(code, log_probs) for code in codes}
        total = sum(probabilities.values())
        assert decoding.support == pytest.approx(total, rel=1e-10)
        assert decoding.confidence == pytest.approx(probabilities[decoding.text] / total, rel=1e-10)
        same_length = {c: p for c, p in probabilities.items() if len(c) == len(decoding.text)}
        expected = np.zeros((len(decoding.text), 10))
        for code, probability in same_length.items():
            expected[range(len(code)), [int(digit) for digit in code]] += probability
        expected /= sum(same_length.values())
        np.testing.assert_allclose(decoding.marginals, expected, rtol=1e-9, atol=1e-15)


def test_equal_digits_need_a_blank_or_a_mark_between_them():
    no_blank = np.log(np.full((2, 12), 1e-12))
    no_blank[:, 2] = np.log(0.999)
    assert best_path(no_blank).text == "1"
    assert decode(no_blank, constraint(allowed=["11"]).automaton).text is None
    for between in (0, 11):
        three = np.log(np.full((3, 12), 1e-12))
        three[[0, 2], 2] = three[1, between] = np.log(0.999)
        assert best_path(three).text == "11"
        assert best_path(three).spans == [(0, 1), (2, 3)]
    assert best_path(three, keep_marks=True).text == "1.1"


def test_too_few_steps_give_no_text():
    decoding = decode(np.full((3, 11), -np.log(11)), constraint(length=4).automaton)
    assert decoding.text is None
    assert (decoding.confidence, decoding.support, decoding.spans) == (0, 0, [])


def test_marks_have_no_effect_on_what_is_accepted():
    log_probs = np.log(np.full((4, 12), 1e-9))
    log_probs[range(4), [2, 11, 3, 4]] = np.log(0.99)
    automaton = constraint(length=3).automaton
    assert decode(log_probs, automaton).text == "123"
    kept = decode(log_probs, automaton, keep_marks=True)
    assert kept.text == "1.23"
    assert kept.marginals.argmax(axis=1).tolist() == [1, 2, 3]
    assert kept.spans == [(0, 1), (2, 3), (3, 4)]


def test_long_pictures_neither_overflow_nor_underflow():
    log_probs = random_log_probs(7, 3000, list(range(11)), 11)
    decoding = best_path(log_probs)
    assert decoding.support == pytest.approx(1)
    constrained = decode(log_probs, constraint(length=5).automaton)
    assert len(constrained.text) == 5
    assert 0 < constrained.confidence < 1
    np.testing.assert_allclose(constrained.marginals.sum(axis=1), 1)


def test_single_precision_is_taken():
    log_probs = random_log_probs(1, 5, [0, 2, 3])
    assert best_path(log_probs.astype(np.float32)).text == best_path(log_probs).text


def test_copies_and_pickles_of_an_automaton_decode_the_same():
    log_probs = random_log_probs(2, 6, [0, 2, 3])
    automaton = AUTOMATA["codes"]
    expected = decode(log_probs, automaton)
    for other in (copy.deepcopy(automaton), pickle.loads(pickle.dumps(automaton))):
        assert decode(log_probs, other).confidence == expected.confidence
    assert len(pickle.dumps(automaton)) < 5000


@pytest.mark.parametrize("shape", [(5, 10), (5, 13), (5,), (1, 5, 12)])
def test_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(n_steps, 11\)"):
        best_path(np.zeros(shape))


@pytest.mark.parametrize("value", [np.nan, 0.5, np.inf])
def test_what_is_no_logarithm_of_a_probability_is_refused(value):
    log_probs = np.full((3, 11), -3.0)
    log_probs[1, 1] = value
    with pytest.raises(ValueError, match="NaN or values above 0"):
        best_path(log_probs)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_no_digit_lowers_the_confidence(seed):
    log_probs = random_log_probs(seed, 5, [0, 1, 2, 12], n_symbols=13, scale=1.0)
    automaton = random_automaton(seed, 3)
    digits, log_number = without_others(log_probs)
    decoding = decode(digits, automaton)
    numbers, text = 0.0, 0.0
    others = 1 - sum(
        np.exp(sum(log_probs[range(5), path])) for path in itertools.product([0, 1, 2], repeat=5)
    )
    for path in itertools.product([0, 1, 2], repeat=5):
        read = text_of(path, keep_marks=False)
        if automaton.accepts(read):
            probability = np.exp(sum(log_probs[range(5), path]))
            numbers += probability
            text += probability * (read == decoding.text)
    found = confidence_among_all(decoding, log_number)
    assert found == pytest.approx(text / (numbers + others) if numbers else 0)


def test_a_step_that_is_surely_no_digit_does_not_spoil_the_sums():
    log_probs = np.full((4, 13), -np.inf)
    log_probs[:, 0] = 0
    log_probs[2] = -50.0
    log_probs[2, 12] = 0
    log_probs[1] = np.float32(-17)  # single precision: together they seem to exceed 1
    log_probs[1, 12] = 0
    digits, log_number = without_others(log_probs)
    assert log_number[2] < -40
    assert confidence_among_all(best_path(digits), log_number) < 1e-6


@pytest.mark.parametrize("keep_marks", [False, True])
@pytest.mark.parametrize("n_steps", [1, 2, 30, 31])
def test_long_lines_are_computed_in_blocks_with_the_same_result(monkeypatch, n_steps, keep_marks):
    log_probs = random_log_probs(5, n_steps, range(12))
    for automaton in (random_automaton(3, 5), random_automaton(4, 60)):
        whole = decode(log_probs, automaton, keep_marks=keep_marks)
        expected = whole.marginals
        monkeypatch.setattr(_lattice, "MOST_KEPT", 100)
        found = decode(log_probs, automaton, keep_marks=keep_marks)
        assert (found.text, found.spans) == (whole.text, whole.spans)
        assert found.confidence == pytest.approx(whole.confidence, rel=1e-12)
        np.testing.assert_allclose(found.marginals, expected, rtol=1e-12)
        monkeypatch.undo()


@pytest.mark.parametrize("keep_marks", [False, True])
@pytest.mark.parametrize("n_symbols", [11, 12])
@pytest.mark.parametrize("n_steps", [0, 1, 40])
def test_best_text_is_that_of_the_best_path(n_steps, n_symbols, keep_marks):
    for seed in range(20):
        log_probs = random_log_probs(seed, n_steps, range(n_symbols), n_symbols)
        expected = best_path(log_probs, keep_marks=keep_marks).text
        assert best_text(log_probs, keep_marks=keep_marks) == expected
