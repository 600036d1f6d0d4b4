"""The line in a picture: found, levelled, scaled, without wide gaps; and the way back."""

import numpy as np
import pytest
from PIL import Image

from skdigits.datasets import compose_strings
from skdigits.normalizer import _ink
from skdigits.numbers._lines import HEIGHT, INNER, WIDEST_GAP, find_line, find_lines
from skdigits.numbers._parts import find_parts, ink_beside_blocks

PAPER, INK = 0.9, 0.1


def draw(boxes, shape=(80, 240)):
    """A picture of dark rectangles on paper."""
    grey = np.full(shape, PAPER, dtype=np.float32)
    for left, top, right, bottom in boxes:
        grey[top:bottom, left:right] = INK
    return grey


STROKES = [(40 + 20 * i, 30, 45 + 20 * i, 50) for i in range(4)]


def n_strokes(line):
    """How often the ink begins along the middle of a line."""
    marked = line.image[HEIGHT // 2] > 128
    return int((marked[1:] & ~marked[:-1]).sum())


def test_a_line_is_scaled_to_its_digits():
    line = find_line(draw(STROKES))
    rows = np.flatnonzero((line.image > 128).any(1))
    assert line.image.shape[0] == HEIGHT
    assert line.image.shape[1] % 2 == 0
    assert abs((rows[-1] - rows[0] + 1) - INNER) <= 2
    assert n_strokes(line) == 4


@pytest.mark.parametrize("height", [12, 24, 60])
def test_the_size_of_the_picture_does_not_matter(height):
    factor = height / 20
    boxes = [tuple(round(at * factor) for at in box) for box in STROKES]
    line = find_line(draw(boxes, (round(80 * factor), round(240 * factor))))
    assert abs(line.image.shape[1] - find_line(draw(STROKES)).image.shape[1]) <= 8
    assert n_strokes(line) == 4


def test_light_ink_reads_as_dark_ink():
    grey = draw(STROKES)
    np.testing.assert_allclose(find_line(1 - grey).image, find_line(grey).image, atol=1)


def test_blank_paper_has_no_line():
    assert find_line(np.full((50, 100), PAPER, dtype=np.float32)) is None


@pytest.mark.parametrize(
    "rules",
    [
        [(0, 62, 240, 64)],
        [(0, 5, 240, 7), (0, 70, 240, 72)],
        [(3, 0, 5, 80), (230, 0, 232, 80)],
        [(5, 5, 235, 7), (5, 73, 235, 75), (5, 5, 7, 75), (233, 5, 235, 75)],
    ],
    ids=["below", "above and below", "beside", "frame"],
)
def test_rules_and_frames_do_not_change_the_scale(rules):
    assert find_line(draw(STROKES + rules)).scale == pytest.approx(
        find_line(draw(STROKES)).scale, rel=0.1
    )


def test_a_rule_through_the_digits_does_not_cut_them():
    assert find_line(draw([*STROKES, (0, 39, 240, 41)])).scale == pytest.approx(
        find_line(draw(STROKES)).scale, rel=0.1
    )


def test_scraps_of_another_line_do_not_change_the_scale():
    scraps = [(60, 0, 64, 6), (100, 76, 110, 80)]
    assert find_line(draw(STROKES + scraps)).scale == pytest.approx(
        find_line(draw(STROKES)).scale, rel=0.1
    )


def test_wide_gaps_are_shortened_and_nothing_else():
    wide = [(20, 30, 25, 50), (45, 30, 50, 50), (200, 30, 205, 50)]
    line, near = find_line(draw(wide)), find_line(draw(wide[:2]))
    assert n_strokes(line) == 3
    gap = np.diff(np.flatnonzero((line.image > 128).any(0))).max()
    assert WIDEST_GAP - 4 <= gap <= WIDEST_GAP + 6
    assert line.image.shape[1] < near.image.shape[1] + 2 * WIDEST_GAP


@pytest.mark.parametrize("angle", [-30, -10, 10, 30])
def test_a_slanting_line_is_levelled(angle):
    boxes = [(30 + 30 * i, 90, 36 + 30 * i, 110) for i in range(7)]
    picture = Image.fromarray(np.rint(255 * draw(boxes, (200, 270))).astype(np.uint8))
    turned = np.asarray(picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=230)) / 255
    line = find_line(turned.astype(np.float32))
    along = line.to_picture[:2, 0]
    assert np.degrees(np.arctan2(along[1], along[0])) == pytest.approx(-angle, abs=3)
    assert n_strokes(line) == 7


def test_a_shadow_at_the_edge_is_no_ink():
    grey = draw([(20 * 10, 200, 20 * 10 + 20, 280), (300, 200, 320, 280)], (600, 800))
    grey[480:, :500] = 0.15
    line = find_line(grey)
    assert n_strokes(line) == 2


def test_beside_a_black_block_shading_is_no_ink():
    y, x = np.indices((600, 800))
    grey = draw([(200 + 40 * i, 150, 208 + 40 * i, 200) for i in range(6)], (600, 800))
    grey -= (0.12 * np.clip((x - 250) / 400, 0, 1) * np.clip((300 - y) / 100, 0, 1)).astype("f4")
    grey[420:, 150:] = 0.05
    line = find_line(grey)
    assert n_strokes(line) == 6


def test_what_an_edge_cuts_counts_half():
    """A heavier part of the line above does not draw the reader away."""
    boxes = [(40 + 30 * i, 40, 46 + 30 * i, 70) for i in range(4)]
    line = find_line(draw([*boxes, (82, 0, 94, 24)], (80, 200)))
    assert n_strokes(line) == 4


def test_a_picture_of_nothing_but_a_block_keeps_it():
    ink = np.zeros((300, 300), dtype=np.float32)
    ink[:, :100] = 1
    assert ink_beside_blocks(1 - ink, lambda grey: 1 - grey).any()


def test_specks_are_no_parts():
    grey = draw([*STROKES, (200, 20, 201, 21)])
    assert len(find_parts((PAPER - grey) / (PAPER - INK))) == 4


@pytest.mark.parametrize("angle", [0, 12])
def test_boxes_lead_back_to_the_picture(angle):
    boxes = [(60 + 40 * i, 90, 70 + 40 * i, 120) for i in range(4)]
    picture = Image.fromarray(np.rint(255 * draw(boxes, (220, 300))).astype(np.uint8))
    turned = np.asarray(picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=230)) / 255
    line = find_line(turned.astype(np.float32))
    starts = np.flatnonzero(np.diff((line.image[HEIGHT // 2] > 128).astype(int)) == 1)
    left, top, right, bottom = line.box(starts[1] - 2, starts[1] + 14)
    ink = turned < 0.5
    inside = np.zeros_like(ink)
    inside[top:bottom, left:right] = True
    columns = np.flatnonzero((ink & inside).any(0))
    assert (ink & inside).sum() == pytest.approx(300, rel=0.25)  # one stroke, whole
    assert np.ptp(columns) < 25


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2), (1024, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_any_shape_of_noise_gives_a_line_or_none(shape, seed):
    line = find_line(np.random.default_rng(seed).random(shape, dtype=np.float32))
    assert line is None or (line.image.shape[0] == HEIGHT and line.image.shape[1] >= 8)


def test_most_composed_strings_are_as_wide_as_their_digits(digits):
    pictures, strings = compose_strings(*digits, 300, gaps=0.2, random_state=0)
    widths = [line.image.shape[1] for line in find_lines(pictures)]
    assert np.corrcoef(widths, [len(string) for string in strings])[0, 1] > 0.8


def test_what_is_no_picture_is_named_by_its_place():
    with pytest.raises(ValueError, match=r"pictures\[1\]: no-such-file.png"):
        list(find_lines([draw(STROKES), "no-such-file.png"]))


@pytest.mark.parametrize("light_ink", [False, True])
def test_ink_is_found_through_a_strong_shadow(light_ink):
    """The corners of a photograph may be darker than the ink in its middle."""
    y, x = np.mgrid[-1:1:300j, -1:1:400j]
    grey = (0.9 - 0.3 * (x**2 + y**2) / 2).astype(np.float32)
    for left in range(60, 340, 50):
        grey[120:170, left : left + 6] -= 0.2
    if light_ink:
        grey = 1 - grey
    assert not _ink._find(grey[None], np.array([not light_ink]), _ink.WIDE).ink.any()
    line = find_line(grey)
    assert line.box(0, line.image.shape[1]) == pytest.approx((60, 120, 316, 170), abs=3)
