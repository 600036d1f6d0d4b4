"""Each constraint is compared with a plain predicate over all short strings of digits."""

import copy
import itertools
import pickle
import re
import time

import numpy as np
import pytest

from skdigits.numbers import Automaton
from skdigits.numbers._automaton import anything, intersect
from skdigits.numbers._constraints import constraint

SHORT = ["".join(digits) for n in range(5) for digits in itertools.product("0123456789", repeat=n)]


def random_strings(n_digits, n=300):
    digits = np.random.default_rng(n_digits).integers(0, 10, (n, n_digits))
    return ["".join(map(str, row)) for row in digits]


def luhn(digits):
    """Sum from the right, every second digit doubled and its cross sum taken."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return digits != "" and sum(sum(map(int, str(value))) for value in doubled) % 10 == 0


def isbn10(digits):
    weighted = [(10 - place) * int(digit) for place, digit in enumerate(digits)]
    return len(digits) == 10 and sum(weighted) % 11 == 0


def isbn13(digits):
    return len(digits) == 13 and (sum(map(int, digits)) + 2 * sum(map(int, digits[1::2]))) % 10 == 0


def mod97(digits):
    return digits != "" and int(digits) % 97 == 1


def value(digits):
    return int(digits) if digits else -1


CODES = ["10", "1-1", "2.00", " 007", "1234", "234", "34", "0"]

CASES = {
    "nothing known": ({}, lambda s: True),
    "length": ({"length": 3}, lambda s: len(s) == 3),
    "lengths": ({"length": (2, 3)}, lambda s: 2 <= len(s) <= 3),
    "length from numpy": ({"length": np.int64(2)}, lambda s: len(s) == 2),
    "perhaps nothing": ({"length": [0, 1]}, lambda s: len(s) <= 1),
    "pattern": ({"pattern": "dd-d"}, lambda s: len(s) == 3),
    "pattern with digits": ({"pattern": "N 1d.d7"}, lambda s: re.fullmatch("1..7", s)),
    "allowed": (
        {"allowed": CODES},
        {"10", "11", "200", "007", "1234", "234", "34", "0"}.__contains__,
    ),
    "luhn": ({"checksum": "luhn"}, luhn),
    "isbn10": ({"checksum": "isbn10"}, isbn10),
    "isbn13": ({"checksum": "isbn13"}, isbn13),
    "mod97": ({"checksum": "mod97"}, mod97),
    "own": (
        {"checksum": Automaton(np.tile([1, 0] * 5, (2, 1)), [False, True])},
        lambda s: s != "" and int(s) % 2 == 0,
    ),
    "at least": ({"min_value": 207}, lambda s: value(s) >= 207),
    "at least 0": ({"min_value": 0}, lambda s: s != ""),
    "at most": ({"max_value": 130}, lambda s: 0 <= value(s) <= 130),
    "only 0": ({"max_value": 0}, lambda s: s and value(s) == 0),
    "range": ({"min_value": 99, "max_value": 1010}, lambda s: 99 <= value(s) <= 1010),
    "one value": ({"min_value": 42, "max_value": 42}, lambda s: value(s) == 42),
    "several": (
        {"length": (2, 4), "pattern": "1ddd", "checksum": "luhn", "min_value": 1500},
        lambda s: len(s) == 4 and s[0] == "1" and luhn(s) and int(s) >= 1500,
    ),
    "codes in a range": (
        {"allowed": CODES, "max_value": 34},
        {"10", "11", "007", "34", "0"}.__contains__,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_accepts_just_what_a_plain_predicate_does(name):
    known, predicate = CASES[name]
    automaton = constraint(**known).automaton
    strings = SHORT + [digits for n in (5, 9, 10, 13, 20) for digits in random_strings(n)]
    assert [s for s in strings if automaton.accepts(s)] == [s for s in strings if predicate(s)]


@pytest.mark.parametrize(
    ("checksum", "number"),
    [
        ("luhn", "4111111111111111"),
        ("luhn", "79927398713"),
        ("luhn", "490154203237518"),
        ("isbn10", "0306406152"),
        ("isbn10", "0131103628"),
        ("isbn13", "9780306406157"),
        ("isbn13", "9783161484100"),
        ("mod97", "3214282912345698765432161182"),  # GB82 WEST 1234 5698 7654 32
        ("mod97", "370400440532013000131489"),  # DE89 3704 0044 0532 0130 00
    ],
)
def test_known_numbers_pass_and_no_single_slip_does(checksum, number):
    automaton = constraint(checksum=checksum).automaton
    assert automaton.accepts(number)
    for place, digit in enumerate(number):
        for other in set("0123456789") - {digit}:
            assert not automaton.accepts(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("predicate", [luhn, isbn10, isbn13, mod97])
def test_long_numbers_made_to_pass_do(predicate):
    automaton = constraint(checksum=predicate.__name__).automaton
    n_digits = {"isbn10": 8, "isbn13": 11}.get(predicate.__name__, 24)
    made = 0
    for start in random_strings(n_digits, 30):
        for end in range(100):
            assert automaton.accepts(f"{start}{end:02d}") == predicate(f"{start}{end:02d}")
            made += predicate(f"{start}{end:02d}")
    assert made >= 30


def test_large_bounds_are_exact():
    bound = 10**40 + 5
    automaton = constraint(min_value=bound - 1, max_value=bound).automaton
    accepted = [n for n in range(bound - 12, bound + 12) if automaton.accepts(f"00{n}")]
    assert accepted == [bound - 1, bound]


# How the text is written


@pytest.mark.parametrize(
    ("known", "digits", "text"),
    [
        ({}, "123", "123"),
        ({"length": 3}, "123", "123"),
        ({"pattern": "dddd-dd-dd"}, "20240131", "2024-01-31"),
        ({"pattern": "19dd"}, "1984", "1984"),
        ({"pattern": "CHF dd.dd"}, "1250", "CHF 12.50"),
        ({"allowed": [" 12 34", "1.2", "0-9"]}, "1234", "12 34"),
        ({"allowed": ["12 34", "1.2", "0-9"]}, "12", "1.2"),
        ({"allowed": ["12 34", "1.2"], "pattern": "dd-dd"}, "1234", "12 34"),
        ({"pattern": "dd-dd"}, "123", "123"),
    ],
)
def test_text_is_written_as_in_the_pattern_or_the_list(known, digits, text):
    assert constraint(**known).write(digits) == text


def test_what_is_shown_may_differ_from_what_was_read():
    assert constraint(pattern="dd-dd").write("1234", "1?3?") == "1?-3?"
    assert constraint(pattern="19-dd").write("1984", "??84") == "??-84"
    assert constraint(allowed=["1.234"]).write("1234", "?234") == "?.234"
    assert constraint().write("123", "1.2?") == "1.2?"


# Lists of codes


def test_a_file_of_codes_is_read_as_editors_write_it(tmp_path):
    path = tmp_path / "codes.txt"
    path.write_bytes("\ufeff01 067\r\n\r\n10115\r\n10115\r\n99\u20135".encode())
    for allowed in (path, str(path)):
        known = constraint(allowed=allowed)
        assert [known.write(digits) for digits in ("01067", "10115", "995")] == [
            "01 067",
            "10115",
            "99–5",
        ]
        assert not known.automaton.accepts("99")


@pytest.mark.parametrize("kind", [tuple, set, iter, np.array, dict.fromkeys])
def test_codes_come_in_any_iterable(kind):
    automaton = constraint(allowed=kind(["12", "345"])).automaton
    assert [s for s in SHORT if automaton.accepts(s)] == ["12", "345"]


def equivalent_states(automaton):
    """The classes of states that no string tells apart, by Moore's refinement."""
    classes = automaton.accepting.astype(int)
    while True:
        after = np.where(automaton.transitions < 0, -1, classes[automaton.transitions])
        _, finer = np.unique(np.column_stack([classes, after]), axis=0, return_inverse=True)
        if finer.max() == classes.max():
            return classes
        classes = finer.ravel()


@pytest.mark.parametrize("seed", range(5))
def test_automaton_of_a_list_is_minimal_and_accepts_the_list_only(seed):
    rng = np.random.default_rng(seed)
    codes = {str(rng.integers(10 ** rng.integers(1, 6))) for _ in range(rng.integers(1, 400))}
    automaton = constraint(allowed=codes).automaton
    assert {s for s in SHORT if automaton.accepts(s)} == {s for s in codes if len(s) < 5}
    assert all(map(automaton.accepts, codes))
    assert len(np.unique(equivalent_states(automaton))) == len(automaton.transitions)
    starts = {code[:n] for code in codes for n in range(len(code) + 1)}
    others = {start + digit for start in starts for digit in "0123456789"} - codes
    assert not any(map(automaton.accepts, others))


def test_a_full_list_has_one_state_per_digit():
    codes = [f"{code:04d}" for code in range(10_000)]
    assert len(constraint(allowed=codes).automaton.transitions) == 5


# Products


def test_product_accepts_what_both_accept_and_has_no_useless_states():
    rng = np.random.default_rng(0)
    for _ in range(20):
        pair = [
            Automaton(rng.integers(-1, n, (n, 10)), rng.random(n) < 0.6)
            for n in rng.integers(1, 6, 2)
        ]
        both = [s for s in SHORT if all(one.accepts(s) for one in pair)]
        try:
            product = intersect(pair)
        except ValueError:
            assert both == []
            continue
        assert [s for s in SHORT if product.accepts(s)] == both
        reached = {0}
        for state in sorted(range(len(product.transitions))) * 10:
            if state in reached:
                reached |= set(product.transitions[state].tolist()) - {-1}
        assert reached == set(range(len(product.transitions)))


def test_nothing_known_is_one_state_that_accepts_everything():
    for automaton in (anything(), intersect([]), constraint().automaton):
        assert automaton.transitions.tolist() == [[0] * 10]
        assert automaton.accepting.tolist() == [True]


# Mistakes


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (
            {"length": 0},
            "length=0 is not a number of digits: expected a whole number of at least 1",
        ),
        ({"length": -3}, "length=-3 is not a number of digits"),
        ({"length": 2.5}, "length=2.5 is not a number of digits"),
        ({"length": True}, "length=True is not a number of digits"),
        ({"length": "5"}, "length='5' is not a number of digits"),
        ({"length": (4, 2)}, r"length=\(4, 2\) is not a number of digits"),
        ({"length": (1, 2, 3)}, r"length=\(1, 2, 3\) is not a number of digits"),
        ({"length": (1, None)}, r"length=\(1, None\) is not a number of digits"),
        ({"length": 10**9}, "length=1000000000 is too large: expected at most 1000"),
        ({"pattern": ""}, "pattern='' is not a pattern: expected a string with a d for each digit"),
        ({"pattern": "--"}, "pattern='--' is not a pattern"),
        ({"pattern": 5}, "pattern=5 is not a pattern"),
        ({"pattern": "d" * 1001}, "at most 1000 digits"),
        ({"allowed": []}, "allowed contains no codes: give at least one"),
        ({"allowed": ["", " "]}, "allowed contains no codes"),
        ({"allowed": ["12", "1a"]}, "allowed code '1a' contains 'a': expected only digits"),
        ({"allowed": ["12;Bern"]}, "allowed code '12;Bern' contains ';'"),
        ({"allowed": ["1²"]}, "allowed code '1²' contains '²'"),
        ({"allowed": ["--"]}, "allowed code '--' has 0 digits: expected 1 to 1000"),
        ({"allowed": ["1" * 1001]}, "has 1001 digits"),
        (
            {"allowed": ["1-2", "12"]},
            "'1-2' and '12' have the same digits and cannot be told apart",
        ),
        ({"allowed": [10115, 1067]}, "allowed contains 10115, which is not a string"),
        (
            {"allowed": 10115},
            "allowed=10115 is not a list of codes: give a list of strings, or the path",
        ),
        ({"allowed": b"12"}, "allowed contains 49, which is not a string"),
        ({"allowed": "a\0b"}, "is not a text file in UTF-8"),
        ({"checksum": "ean"}, "checksum='ean' is unknown: expected 'luhn', 'isbn10'"),
        ({"checksum": ["luhn"]}, r"checksum=\['luhn'\] is unknown"),
        ({"min_value": -1}, "min_value=-1 is not possible: expected a whole number of at least 0"),
        ({"max_value": 2.5}, "max_value=2.5 is not possible"),
        ({"max_value": "9"}, "max_value='9' is not possible"),
        ({"max_value": 10**1000}, "with at most 1000 digits"),
        ({"min_value": 5, "max_value": 4}, "min_value=5 is larger than max_value=4"),
        (
            {"length": 3, "allowed": ["12345"]},
            "No number satisfies length, allowed together: relax",
        ),
        ({"length": 1, "min_value": 10}, "No number satisfies length, min_value"),
        (
            {"checksum": Automaton([[-1] * 10], [True]), "length": 2},
            "No number satisfies length, c",
        ),
        ({"checksum": Automaton([[0] * 10], [False])}, "No number satisfies checksum: relax"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(known, message):
    with pytest.raises(ValueError, match=message) as caught:
        constraint(**known)
    assert len(str(caught.value)) < 250
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.txt' cannot be read .*give a list of codes"):
        constraint(allowed=tmp_path / "none.txt")
    with pytest.raises(FileNotFoundError, match="allowed='12345' cannot be read"):
        constraint(allowed="12345")
    with pytest.raises(OSError, match="cannot be read"):
        constraint(allowed=tmp_path)
    (tmp_path / "codes.txt").write_bytes(b"\xff\x00\xfe")
    with pytest.raises(ValueError, match="is not a text file in UTF-8"):
        constraint(allowed=tmp_path / "codes.txt")
    (tmp_path / "codes.txt").write_bytes(b"")
    with pytest.raises(ValueError, match="contains no codes"):
        constraint(allowed=tmp_path / "codes.txt")


@pytest.mark.parametrize(
    ("transitions", "accepting", "message"),
    [
        ([], [], r"have the shape \(0,\): expected \(n_states, 10\)"),
        ([[0] * 9], [True], r"have the shape \(1, 9\)"),
        ([[0] * 10, [0]], [True, True], "need 10 columns in each row"),
        ([[0.5] * 10], [True], "are of type float64: expected whole numbers"),
        ([[1] * 10], [True], "lead to 1: expected a state from 0 to 0, or -1"),
        ([[-2] * 10], [True], "lead to -2"),
        ([[0] * 10], [True, False], r"accepting has the shape \(2,\) and the type bool"),
        ([[0] * 10], [1], "expected True or False for each of its 1 states"),
    ],
)
def test_a_wrong_automaton_is_refused_in_a_sentence(transitions, accepting, message):
    with pytest.raises(ValueError, match=message):
        Automaton(transitions, accepting)


def test_an_automaton_keeps_its_own_arrays():
    transitions = np.zeros((1, 10), int)
    automaton = Automaton(transitions, [True])
    transitions[:] = -1
    assert automaton.accepts("12")
    with pytest.raises(ValueError, match="read-only"):
        automaton.transitions[0, 0] = -1
    for other in (copy.deepcopy(automaton), pickle.loads(pickle.dumps(automaton))):
        assert other.accepts("12")


def test_constraints_that_need_too_many_states_together_are_refused_at_once():
    rng = np.random.default_rng(0)
    checksum = Automaton(rng.integers(0, 4000, (4000, 10)), rng.random(4000) < 0.5)
    started = time.process_time()
    with pytest.raises(ValueError, match="more than 500,000 states: leave one of them out"):
        constraint(length=(1, 1000), checksum=checksum)
    assert time.process_time() - started < 3
