"""compose_strings: each amount shows, strings are random, seeds repeat, bad input is refused."""

from collections import Counter

import numpy as np
import pytest
from composed import CLEAN
from scipy import ndimage, stats

from skdigits.datasets import compose_strings

PLAIN = CLEAN | {"heights": 24, "slants": 0, "gaps": 1, "random_state": 0}


@pytest.fixture
def compose(digits):
    """Compose pictures of the bundled digits, clean unless told otherwise."""

    def compose(n_strings=30, **amounts):
        return compose_strings(*digits, n_strings, **PLAIN | amounts)

    return compose


def n_pieces(picture):
    """Number of parts that empty columns separate."""
    return ndimage.label((picture < 195).any(axis=0))[1]


def height_of(picture):
    """Rows from the highest to the lowest ink."""
    return np.ptp(np.flatnonzero((picture < 195).any(axis=1))) + 1


def has_ink_at_edge(picture):
    return min(picture[[0, -1]].min(), picture[:, [0, -1]].min()) < 195


def test_pictures_are_dark_on_light_and_of_their_own_size(digits):
    pictures, strings = compose_strings(*digits, 20, random_state=0)
    assert len(pictures) == len(strings) == 20
    assert {(p.dtype, p.ndim, p.flags.writeable) for p in pictures} == {(np.dtype("u1"), 2, True)}
    assert len({picture.shape for picture in pictures}) > 10
    assert strings.dtype.kind == "U"
    assert all(1 <= len(string) <= 10 and string.isdigit() for string in strings)


def test_clean_pictures_are_white_paper_with_one_piece_for_each_digit(compose):
    pictures, strings = compose(lengths=(1, 6))
    for picture, string in zip(pictures, strings, strict=True):
        assert np.median(picture) == 255
        assert picture.min() < 40
        assert not has_ink_at_edge(picture)
        assert n_pieces(picture) == len(string)


@pytest.mark.parametrize("height", [12, 40, 200])
def test_digits_are_as_high_as_asked(compose, height):
    pictures, _ = compose(60, lengths=1, heights=height)
    assert np.mean([height_of(picture) for picture in pictures]) == pytest.approx(height, rel=0.12)


@pytest.mark.parametrize("pixels", ["blocks", "frame"])
def test_size_of_digits_in_the_images_is_measured(digits, pixels):
    X, y = digits
    images = X.reshape(-1, 8, 8)[:300]
    if pixels == "blocks":
        images = images.repeat(9, axis=1).repeat(9, axis=2)
    else:
        images = np.pad(images, ((0, 0), (4, 9), (6, 2)))
    pictures, _ = compose_strings(images, y[:300], 60, **PLAIN | {"lengths": 1})
    assert np.mean([height_of(picture) for picture in pictures]) == pytest.approx(24, rel=0.12)


def test_strings_are_uniform_over_the_digits_present(digits):
    X, y = digits
    kept = (y != 3) & ((y != 5) | (np.arange(len(y)) < 50))  # no 3, and few 5
    _, strings = compose_strings(X[kept], y[kept], 1000, lengths=4, noise=0, random_state=1)
    counts = Counter("".join(strings))
    assert set(counts) == set("012456789")
    assert stats.chisquare(list(counts.values())).pvalue > 0.01
    pairs = Counter(string[at : at + 2] for string in strings for at in (0, 2))
    assert len(pairs) == 81
    assert stats.chisquare(list(pairs.values())).pvalue > 0.01


def test_lengths_are_met_and_one_number_is_exact(compose):
    assert set(map(len, compose(200, lengths=(2, 5))[1])) == {2, 3, 4, 5}
    pictures, strings = compose(2, lengths=50, tilt=5, drift=0.3)
    assert set(map(len, strings)) == {50}
    assert [n_pieces(picture) for picture in pictures] == [50, 50]


def test_narrow_gaps_touch_and_wide_ones_leave_empty_columns(compose):
    touching, _ = compose(lengths=4, gaps=-0.2)
    wide, _ = compose(lengths=4, gaps=2)
    assert np.mean([n_pieces(picture) for picture in touching]) < 2.5
    assert {n_pieces(picture) for picture in wide} == {4}
    assert min(p.shape[1] for p in wide) > max(p.shape[1] for p in touching)


def test_narrow_hands_write_narrow_digits_and_gaps(compose):
    usual, strings = compose(lengths=4)
    narrow, same = compose(lengths=4, widths=0.5)
    np.testing.assert_array_equal(strings, same)
    extents = [np.mean([extent_of(p) for p in pictures]) for pictures in (narrow, usual)]
    assert extents[0] / extents[1] == pytest.approx(0.5, abs=0.06)
    assert np.mean([height_of(p) for p in narrow]) == pytest.approx(
        np.mean([height_of(p) for p in usual]), rel=0.03
    )


def extent_of(picture):
    """Columns from the first to the last ink."""
    return np.ptp(np.flatnonzero((picture < 195).any(axis=0))) + 1


def test_slant_leans_digits_to_the_right(digits):
    X, y = digits
    leans = []
    for slant in (-30, 0, 30):
        pictures, _ = compose_strings(
            X[y == 1], y[y == 1], 40, **PLAIN | {"lengths": 1, "slants": slant}
        )
        leans.append(np.mean([lean_of(picture) for picture in pictures]))
    assert np.degrees(np.arctan(np.diff(leans))) == pytest.approx([30, 30], abs=6)


def lean_of(picture):
    """Columns that ink goes to the right for each row up."""
    rows, columns = np.nonzero(picture < 128)
    return -np.polyfit(rows, columns, 1)[0]


@pytest.mark.parametrize("name", ["tilt", "drift"])
def test_tilt_and_drift_raise_and_lower_digits(compose, name):
    level, _ = compose(lengths=10)
    moved, _ = compose(lengths=10, **{name: {"tilt": 10, "drift": 0.3}[name]})
    assert np.mean([height_of(p) for p in moved]) > 1.2 * np.mean([height_of(p) for p in level])
    assert not any(has_ink_at_edge(picture) for picture in moved)


def test_stroke_width_varies_strokes(compose):
    plain, _ = compose(100, lengths=1)
    varied, _ = compose(100, lengths=1, stroke_width=2)
    ink = [[(255 - picture.astype(int)).sum() for picture in p] for p in (plain, varied)]
    assert np.std(ink[1]) > 1.3 * np.std(ink[0])


def test_marks_are_more_pieces_and_only_separators_write_them(compose):
    plain, _ = compose(100, lengths=4, gaps=2)
    marked, strings = compose(100, lengths=4, gaps=2, marks=1)
    assert all(string.isdigit() and len(string) == 4 for string in strings)
    n_blobs = [
        np.mean([ndimage.label(picture < 195, np.ones((3, 3)))[1] for picture in pictures])
        for pictures in (plain, marked)
    ]
    assert 0.6 < n_blobs[1] - n_blobs[0] < 1.1
    _, strings = compose(100, lengths=4, marks=1, gaps=2, separators=True)
    with_point = ["." in string for string in strings]
    assert 0.5 < np.mean(with_point) < 0.9  # the others have a dash, or a point at the end
    for string in strings:
        whole, _, rest = string.partition(".")
        assert whole.isdigit()
        assert len(whole + rest) == 4
        assert rest.isdigit() or not rest
        assert not string.endswith(".")
    _, strings = compose(lengths=1, marks=1, separators=True)
    assert all(string.isdigit() for string in strings)


def test_rules_are_long_dark_runs(compose):
    plain, _ = compose(100, lengths=3, gaps=2)
    ruled, _ = compose(100, lengths=3, gaps=2, rules=1)
    assert np.mean([longest_run(picture) > 0.6 for picture in plain]) == 0
    assert 0.3 < np.mean([longest_run(picture) > 0.6 for picture in ruled]) < 1


def longest_run(picture):
    """Largest share of a row that is dark."""
    return (picture < 195).mean(axis=1).max()


def test_scraps_add_ink_at_the_edge(compose):
    plain, _ = compose(100, lengths=3)
    scraps, _ = compose(100, lengths=3, scraps=1)
    assert not any(has_ink_at_edge(picture) for picture in plain)
    assert 0.2 < np.mean([has_ink_at_edge(picture) for picture in scraps]) < 0.9


def test_no_scrap_beside_a_number_could_be_a_digit():
    """Each tall stroke is a 1 that the string says."""
    bar = np.zeros((1, 28, 28))
    bar[:, 4:24, 13:16] = 1
    pictures, strings = compose_strings(bar, [1], 200, **PLAIN | {"scraps": 1, "lengths": (1, 4)})
    tall = [(picture < 195).sum(axis=0) > 16 for picture in pictures]
    assert [ndimage.label(columns)[1] for columns in tall] == [len(string) for string in strings]


def test_cuts_bring_ink_to_the_edge_but_keep_most_of_it(compose):
    pictures, _ = compose(100, lengths=3, cuts=1)
    assert np.mean([has_ink_at_edge(picture) for picture in pictures]) > 0.3
    assert min(min(height_of(picture) for picture in pictures), 99) > 15


def test_fading_and_shading_make_ink_faint_and_paper_grey(compose):
    faint, _ = compose(100, fading=1)
    grey, _ = compose(100, shading=1)
    assert {int(np.median(picture)) for picture in faint} == {255}
    assert max(picture.min() for picture in faint) > 150
    assert min(picture.max() for picture in grey) < 120
    assert np.mean([np.ptp(picture[0].astype(int)) for picture in grey]) > 3  # uneven light


def test_blur_takes_contrast_and_noise_adds_it(compose):
    sharp, blurred, noisy = (
        compose(50, lengths=2, **amounts)[0] for amounts in ({}, {"blur": 4}, {"noise": 0.3})
    )
    steepest = [
        np.mean([np.abs(np.diff(picture.astype(int))).max() for picture in pictures])
        for pictures in (sharp, blurred)
    ]
    assert steepest[1] < 0.9 * steepest[0]
    assert np.mean([picture[0].std() for picture in sharp]) == 0
    assert np.mean([picture[0].std() for picture in noisy]) > 5


def test_one_seed_gives_the_same_pictures(digits):
    same = [compose_strings(*digits, 5, random_state=seed) for seed in (3, 3, 4)]
    again = compose_strings(*digits, 5, random_state=np.random.RandomState(3))
    for pictures, strings in (same[1], again):
        assert strings.tolist() == same[0][1].tolist()
        assert all(map(np.array_equal, pictures, same[0][0]))
    assert same[2][1].tolist() != same[0][1].tolist()
    unseeded = [compose_strings(*digits, 5, lengths=9)[1].tolist() for _ in range(2)]
    assert unseeded[0] != unseeded[1]


def as_uint8(X):
    return np.rint(X * (255 / 16)).astype(np.uint8)


@pytest.mark.parametrize(
    "change",
    [
        lambda X, y: (X / 16, y),
        lambda X, y: (X.astype(np.int64), y.astype(float)),
        lambda X, y: (as_uint8(X), y.astype(str)),
        lambda X, y: (as_uint8(X).reshape(-1, 8, 8), y.astype(str).astype(object)),
        lambda X, y: (X.reshape(-1, 1, 8, 8).astype(np.float32) / 16, y.astype(np.uint8)),
        lambda X, y: (X.tolist(), y.tolist()),
    ],
    ids=["fractions", "integers", "bytes", "stack", "channel", "lists"],
)
def test_images_and_labels_of_any_kind_give_the_same(digits, change):
    X, y = digits[0][:100], digits[1][:100]
    expected = compose_strings(X, y, 4, random_state=0)
    pictures, strings = compose_strings(*change(X, y), 4, random_state=0)
    assert strings.tolist() == expected[1].tolist()
    assert all(map(np.array_equal, pictures, expected[0]))


def test_images_may_be_no_square(digits):
    X, y = digits
    images = np.pad(X.reshape(-1, 8, 8), ((0, 0), (0, 4), (1, 1)))
    pictures, strings = compose_strings(images, y, 10, **PLAIN)
    assert [n_pieces(picture) for picture in pictures] == list(map(len, strings))


def test_blank_images_are_left_out(digits):
    X, y = digits[0][:40].copy(), digits[1][:40]
    X[(y == 7) | (np.arange(40) < 5)] = 0
    pictures, strings = compose_strings(X, y, 200, **PLAIN | {"lengths": 1})
    assert set(strings) == set("012345689")
    assert all(n_pieces(picture) == 1 for picture in pictures)


def test_faint_specks_do_no_harm():
    X = np.zeros((2, 28, 28))
    X[0, 3, 3], X[1, 4:20, 7] = 0.6, 1
    pictures, strings = compose_strings(X, [0, 1], 50, random_state=0)
    assert len(pictures) == len(strings) == 50


@pytest.mark.parametrize("height", [4, 200])
def test_extreme_amounts_work(digits, height):
    extreme = {
        "tilt": 15, "drift": 0.3, "stroke_width": 2, "blur": 10, "slants": (-60, 60),
        "widths": (0.3, 2), "gaps": (-0.5, 3), "heights": height, "lengths": (1, 8),
    }  # fmt: skip
    extreme |= dict.fromkeys(["marks", "rules", "scraps", "cuts", "fading", "shading", "noise"], 1)
    pictures, _ = compose_strings(*digits, 5, **extreme, random_state=0)
    assert all(picture.size for picture in pictures)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.zeros((2, 64))}, "X has no ink"),
        ({"X": np.full((2, 64), np.nan)}, "NaN"),
        ({"X": np.empty((0, 64)), "y": []}, "0 sample"),
        ({"X": -np.eye(2, 64)}, "X has values down to -1, but the background must be 0"),
        ({"X": 1 - np.eye(2, 64)}, "X is mostly light.*give 1 - X"),
        ({"X": np.eye(2, 63)}, "63 features, which is not a square number"),
        ({"X": ["a.png", "b.png"]}, "rows of pixels were expected"),
        ({"y": [1]}, "inconsistent numbers of samples"),
        ({"y": [1, 10]}, "y must contain digits.*got 10"),
        ({"y": [1, -1]}, "got -1"),
        ({"y": [1, 2.5]}, "got 2.5"),
        ({"y": [1, np.nan]}, "got nan"),
        ({"y": ["1", "one"]}, "got 'one'"),
        ({"y": [True, False]}, "got True"),
        ({"y": np.array(["1", None], dtype=object)}, "got None"),
        ({"n_strings": 0}, "n_strings.*int in the range"),
        ({"n_strings": 1.5}, "n_strings.*instance of 'int'|n_strings.*int in the range"),
        ({"lengths": (5, 2)}, r"lengths must be one or two whole numbers.*got \(5, 2\)"),
        ({"lengths": 0}, "lengths must be.*from 1 to 50"),
        ({"lengths": (1, 2.5)}, "lengths must be"),
        ({"lengths": True}, "lengths must be"),
        ({"heights": (40, 12)}, "heights must be one or two numbers from 4 to 200"),
        ({"heights": "large"}, "heights must be.*got 'large'"),
        ({"gaps": (0, np.nan)}, "gaps must be"),
        ({"gaps": (0, 1, 2)}, "gaps must be"),
        ({"widths": 0.1}, "widths must be.*from 0.3 to 2"),
        ({"slants": None}, "slants must be.*got None"),
        ({"tilt": 20}, "tilt"),
        ({"marks": 1.1}, "marks"),
        ({"noise": -1}, "noise"),
        ({"blur": "no"}, "blur"),
        ({"separators": "yes"}, "separators"),
        ({"random_state": "x"}, "random_state"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(change, message):
    good = {"X": np.eye(2, 64), "y": [0, 1], "n_strings": 1}
    with pytest.raises(ValueError, match=message):
        compose_strings(**good | change)
