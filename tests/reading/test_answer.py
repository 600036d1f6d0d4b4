"""An answer is one sentence."""

import pytest

from skdigits import Answer

BEST = ({"label": "4", "probability": 0.63}, {"label": "9", "probability": 0.0004})


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer("x", error="x is damaged."), "x is damaged."),
        (Answer("x", like_a_digit=False), "no ink found"),
        (Answer("x", "4"), "4"),
        (Answer("x", "4", 0.63, BEST[1:], 3.0, True, False), "4 (63 %), then 9 (<0.1 %)"),
        (Answer("x", "4", 1.0, BEST[1:], -3.0, False, False), "4 (99.9 %), but not like a digit"),
        (Answer("x", "4", like_a_digit=False), "4, but not like a digit"),
        (Answer("x", "4", 0.63, BEST[1:], several=True), "4 (63 %), but perhaps several digits"),
        (Answer("x", "?", 0.63, BEST, rejected=True), "? (best guess 4, 63 %)"),
        (
            Answer("x", "?", 0.63, BEST, -3.0, False, True, True),
            "? (best guess 4, 63 %), not like a digit, perhaps several digits",
        ),
    ],
)
def test_sentence(answer, sentence):
    assert str(answer) == sentence
