"""From pictures of digits to MNIST's form."""

import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, DigitNormalizer, PixelScaler
from skdigits.datasets import fetch_mnist

NORMALIZER = DigitNormalizer()


def draw(points, size=(120, 90), width=7):
    """A line through points, in pixels of (x, y), as ink of 0 to 255 on 0."""
    image = Image.new("L", (4 * size[1], 4 * size[0]))
    points = [(4 * x, 4 * y) for x, y in points]
    ImageDraw.Draw(image).line(points, fill=255, width=4 * width, joint="curve")
    return np.asarray(image.resize(size[::-1], Image.Resampling.BOX))


SEVEN = draw([(25, 25), (65, 25), (40, 95)])
FOUR = draw([(30, 20), (25, 60), (70, 60), (55, 30), (50, 100)])
DARK = 255 - SEVEN
TIFF_WIDTH = b"\x00\x01\x04\x00"  # how its entry begins


@pytest.fixture(scope="module")
def seven():
    """What the seven becomes."""
    return NORMALIZER.transform([SEVEN])[0].astype(int)


def distance(image, expected):
    """Mean difference of two normal images, of the mean ink; at best over shifts by a pixel.

    Where the centre of mass is between two pixels, it may go to either.
    """
    image, expected = (np.asarray(part).astype(int).reshape(28, 28) for part in (image, expected))
    shifts = itertools.product((0, 1, -1), repeat=2)
    moved = (np.roll(image, shift, (0, 1)) for shift in shifts)
    return min(np.abs(each - expected).sum() for each in moved) / expected.sum()


# The form


@pytest.mark.parametrize("picture", [SEVEN, FOUR, DARK, SEVEN.T, SEVEN[:, ::-1]])
def test_the_form_is_mnist_s(picture):
    """20 pixels tall or wide, light on black, the centre of mass within half a pixel of 14."""
    rows = NORMALIZER.transform([picture])
    assert rows.dtype == np.uint8
    assert rows.shape == (1, 784)
    image = rows.reshape(28, 28)
    assert (image.min(), image.max()) == (0, 255)
    sides = [np.ptp(np.flatnonzero(image.any(axis))) + 1 for axis in (0, 1)]
    assert max(sides) == 20
    np.testing.assert_allclose(ndimage.center_of_mass(image), 14, atol=0.51)


@pytest.mark.mnist
def test_mnist_hardly_changes(mnist_home):
    X, _ = fetch_mnist("test", data_home=mnist_home, return_X_y=True)
    X = X[:2000].astype(int)
    change = np.abs(NORMALIZER.transform(X) - X)
    assert np.median(change.mean(1)) < 1
    assert (change.max(1) <= 2).mean() > 0.8


# Every kind of picture


def as_file(image, path, **options):
    image.save(path, **options)
    return path


def rotated(image):
    """The same picture for whoever minds what the file says of the camera's position."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return image.rotate(90, expand=True), {"exif": exif}


KINDS = {
    "path as str": lambda image, path: str(as_file(image, path / "a.png")),
    "path": lambda image, path: as_file(image, path / "a.bmp"),
    "jpeg": lambda image, path: as_file(image, path / "a.jpg", quality=95),
    "turned jpeg": lambda image, path: as_file(
        rotated(image)[0], path / "a.jpg", quality=95, **rotated(image)[1]
    ),
    "telephone's jpeg": lambda image, path: as_file(
        image.convert("RGB"),
        path / "a.jpg",
        format="MPO",
        quality=95,
        save_all=True,
        append_images=[image.convert("RGB").resize((9, 12))],
    ),
    "webp": lambda image, path: as_file(image, path / "a.webp", lossless=True),
    "tiff": lambda image, path: as_file(image, path / "a.tif"),
    "gif": lambda image, path: as_file(image, path / "a.gif"),
    "L": lambda image, path: image,
    "RGB": lambda image, path: image.convert("RGB"),
    "RGBA": lambda image, path: image.convert("RGBA"),
    "P": lambda image, path: image.convert("P"),
    "LA": lambda image, path: image.convert("LA"),
    "CMYK": lambda image, path: image.convert("CMYK"),
    "I;16": lambda image, path: Image.fromarray(np.asarray(image).astype(np.uint16) * 257),
    "I": lambda image, path: image.convert("I"),
    "F": lambda image, path: image.convert("F"),
    "uint8": lambda image, path: np.asarray(image),
    "int64": lambda image, path: np.asarray(image).astype(int),
    "uint16": lambda image, path: np.asarray(image).astype(np.uint16) * 257,
    "float": lambda image, path: np.asarray(image) / 255,
    "float of bytes": lambda image, path: np.asarray(image).astype(float),
    "float around 0": lambda image, path: np.asarray(image) / 127.5 - 1,
    "list": lambda image, path: np.asarray(image).tolist(),
    "colour array": lambda image, path: np.asarray(image.convert("RGB")),
    "one channel": lambda image, path: np.asarray(image)[:, :, None],
    "read-only": lambda image, path: np.broadcast_to(np.asarray(image), (120, 90)),
    "Fortran order": lambda image, path: np.asfortranarray(np.asarray(image)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ink", [SEVEN, DARK], ids=["light", "dark"])
def test_every_kind_of_picture(kind, ink, seven, tmp_path):
    picture = KINDS[kind](Image.fromarray(ink), tmp_path)
    assert distance(NORMALIZER.transform([picture]), seven) < (0.05 if "jpeg" in kind else 0.02)


def test_one_bit_pictures(seven):
    image = Image.fromarray(SEVEN).convert("1", dither=Image.Dither.NONE)
    assert distance(NORMALIZER.transform([image]), seven) < 0.15
    assert distance(NORMALIZER.transform([np.asarray(image)]), seven) < 0.15


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64, np.float32, bool])
def test_zeros_and_ones_of_any_type(dtype, seven):
    ink = (SEVEN > 127).astype(dtype)
    assert distance(NORMALIZER.transform([ink]), seven) < 0.15
    square = np.pad(ink, [(0, 0), (15, 15)]).ravel()
    assert distance(NORMALIZER.transform([square, square])[0], seven) < 0.15


@pytest.mark.parametrize("scale", [1.0, 255.0])
def test_a_resampled_picture_may_exceed_its_scale(scale):
    picture = DARK / 255 * scale
    expected = NORMALIZER.fit_transform([picture])
    for overshoot in (1 + 1e-7, 1.02, 1.2):
        (row,) = NORMALIZER.fit_transform([picture * overshoot])
        assert np.abs(row.astype(int) - expected[0]).max() <= 2


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 0, 0)])
def test_ink_on_a_transparent_ground(colour, seven):
    """A drawing program leaves the paper away, of whatever colour the ink is."""
    image = np.zeros((*SEVEN.shape, 4), dtype=np.uint8)
    image[..., :3], image[..., 3] = colour, SEVEN
    assert distance(NORMALIZER.transform([Image.fromarray(image)]), seven) < 0.02
    assert distance(NORMALIZER.transform([image]), seven) < 0.02


def test_red_ink_on_blue_paper(seven):
    """Of the same lightness, so that a mere grey would show nothing."""
    share = SEVEN[..., None] / 255
    image = share * [200, 20, 20] + (1 - share) * [20, 73, 200]
    assert distance(NORMALIZER.transform([image.astype(np.uint8)]), seven) < 0.05


def test_a_list_may_mix_kinds_and_sizes(seven, tmp_path):
    path = as_file(Image.fromarray(DARK), tmp_path / "a.png")
    small = np.asarray(Image.fromarray(FOUR).resize((45, 60)))
    rows = NORMALIZER.transform([small, path, str(path), Image.fromarray(SEVEN), DARK])
    assert max(distance(row, seven) for row in rows[1:]) < 0.02
    assert distance(rows[0], seven) > 0.3


@pytest.mark.parametrize(
    "container", [np.array, lambda paths: np.array(paths, dtype=object), tuple]
)
def test_paths_in_other_containers(container, tmp_path):
    paths = [str(tmp_path / name) for name in ("seven.png", "four.png")]
    for path, image in zip(paths, (SEVEN, FOUR), strict=True):
        as_file(Image.fromarray(image), path)
    np.testing.assert_array_equal(
        NORMALIZER.transform(container(paths)), NORMALIZER.transform([SEVEN, FOUR])
    )


def test_stacks_and_rows_are_pictures_of_one_size():
    stack = np.stack([SEVEN[:90], FOUR[:90]])
    expected = NORMALIZER.transform(list(stack))
    np.testing.assert_array_equal(NORMALIZER.transform(stack), expected)
    np.testing.assert_array_equal(NORMALIZER.transform(stack[:, None]), expected)
    np.testing.assert_array_equal(NORMALIZER.transform(stack.reshape(2, -1)), expected)
    colours = np.repeat(stack[..., None], 3, axis=3)
    np.testing.assert_allclose(NORMALIZER.transform(colours), expected, atol=1)


# What is undone


@pytest.mark.parametrize("gain", [0.5, 0.8, 2, 8])
def test_any_size(gain, seven):
    size = tuple(round(gain * side) for side in SEVEN.shape[::-1])
    picture = Image.fromarray(SEVEN).resize(size, Image.Resampling.BOX)
    assert distance(NORMALIZER.transform([picture]), seven) < 0.2


@pytest.mark.parametrize("shift", [(-20, -15), (20, 15), (0, 20)])
def test_any_place(shift, seven):
    moved = np.roll(DARK, shift, (0, 1))
    assert distance(NORMALIZER.transform([moved]), seven) < 0.01
    wide = np.pad(DARK, ((0, 300), (200, 0)), constant_values=255)
    assert distance(NORMALIZER.transform([wide]), seven) < 0.05


@pytest.mark.parametrize("paper", [90, 150, 230])
@pytest.mark.parametrize("contrast", [30, 60])
def test_grey_paper_and_faint_ink(paper, contrast, seven):
    picture = paper - SEVEN / 255 * contrast
    assert distance(NORMALIZER.transform([picture.astype(np.uint8)]), seven) < 0.1


@pytest.mark.parametrize("angle", [0, 90, 200])
def test_shadow(angle, seven):
    """Of half the light across the picture."""
    y, x = np.indices(DARK.shape)
    along = np.cos(np.deg2rad(angle)) * x / 90 + np.sin(np.deg2rad(angle)) * y / 120
    light = 1 - 0.5 * (along - along.min()) / np.ptp(along)
    paper = 230 - 0.7 * SEVEN.astype(float)
    assert distance(NORMALIZER.transform([(paper * light).astype(np.uint8)]), seven) < 0.15


def test_grain(seven):
    noise = np.random.default_rng(0).normal(0, 8, DARK.shape)
    picture = np.clip(200 - 0.6 * SEVEN + noise, 0, 255).astype(np.uint8)
    assert distance(NORMALIZER.transform([picture]), seven) < 0.2


@pytest.mark.parametrize("erase", [True, False])
def test_frame_and_specks_are_erased(erase, seven):
    picture = SEVEN.copy()
    picture[[2, 3, -3, -4]] = picture[:, [2, 3, -3, -4]] = 255
    picture[110, 12] = picture[60, 78] = 200
    far = distance(DigitNormalizer(erase=erase).transform([picture]), seven)
    assert far < 0.02 if erase else far > 0.3


def test_dust_is_erased_even_within_the_digit_s_box(seven):
    picture = SEVEN.copy()
    picture[60, 30] = picture[80, 32] = picture[88, 62] = 255
    assert distance(NORMALIZER.transform([picture]), seven) < 0.02
    assert NORMALIZER.diagnose(picture).n_erased == 3


RULES = {
    "below": [((0, 98), (89, 98))],
    "slanting": [((0, 96), (89, 98))],
    "beside": [((20, 0), (20, 119))],
    "above and below": [((0, 22), (89, 22)), ((0, 98), (89, 98))],
    "a frame": [
        ((0, 22), (89, 22)),
        ((0, 98), (89, 98)),
        ((20, 0), (20, 119)),
        ((70, 0), (70, 119)),
    ],
}


@pytest.mark.parametrize("lines", RULES.values(), ids=RULES)
def test_rules_that_touch_the_digit_are_erased(lines, seven):
    rules = np.maximum.reduce([draw(line, width=3) for line in lines])
    picture = np.maximum(SEVEN, rules)
    assert distance(NORMALIZER.transform([picture]), seven) < 0.35
    assert distance(DigitNormalizer(erase=False).transform([picture]), seven) > 0.6
    found = NORMALIZER.diagnose(picture)
    assert f"{len(lines)} ruled line" in str(found)
    assert found.n_erased >= len(lines)


@pytest.mark.parametrize("sides", ["tblr", "tbl", "tlr", "blr", "tbr"])
@pytest.mark.parametrize("shift", [(0, 0), (6, 12)], ids=["free", "crossing"])
def test_frames_are_erased_with_what_lies_outside(sides, shift, seven):
    """Also where they do not reach the picture's edges, and the neighbouring cells begin."""
    at = {
        "t": [(0, 8), (89, 10)],
        "b": [(4, 111), (85, 111)],
        "l": [(9, 2), (9, 117)],
        "r": [(78, 0), (78, 119)],
    }
    frame = np.maximum.reduce([draw(at[side], width=4) for side in sides])
    frame[:4, 20:40] = 180  # a scrap of the neighbour above
    picture = 255 - np.maximum(np.roll(SEVEN, shift, (0, 1)), frame)
    found = NORMALIZER.diagnose(picture)
    assert f"{len(sides)} ruled lines: erased" in str(found)
    assert distance(found.row, seven) < 0.35
    assert found.steps["digit"][:6].sum() == 0


@pytest.mark.parametrize("number", "68")
def test_a_digit_of_straight_strokes_is_no_frame(number):
    """Its bar touches two of what might be sides."""
    strokes = {
        "6": [(84, 5), (5, 5), (5, 114), (84, 114), (84, 60), (5, 60)],
        "8": [(5, 60), (84, 60), (84, 5), (5, 5), (5, 114), (84, 114), (84, 60)],
    }
    digit = draw(strokes[number])
    kept = DigitNormalizer(erase=False).transform([digit])
    np.testing.assert_array_equal(NORMALIZER.transform([digit]), kept)


SEGMENTS = {"0": "abcdef", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "7": "abc"}
BARS = {  # top, bottom, left, right of a display's bars
    "a": (6, 14, 16, 56),
    "b": (12, 52, 58, 66),
    "c": (60, 100, 58, 66),
    "d": (98, 106, 16, 56),
    "e": (60, 100, 6, 14),
    "f": (12, 52, 6, 14),
    "g": (52, 60, 16, 56),
}


@pytest.mark.parametrize("digit", SEGMENTS)
def test_bars_of_a_display_are_no_rules(digit):
    picture = np.zeros((112, 72), dtype=np.uint8)
    for bar in SEGMENTS[digit]:
        top, bottom, left, right = BARS[bar]
        picture[top:bottom, left:right] = 255
    found = NORMALIZER.diagnose(picture)
    assert found.n_erased == 0
    assert (found.n_parts, found.n_apart) == (len(SEGMENTS[digit]), 1)


def test_faint_ink_far_from_strokes_is_erased(seven):
    """As JPEG leaves it, and the lines of squared paper."""
    picture = SEVEN.copy()
    picture[4:116:9, 5:9] = picture[4:116:9, 81:85] = 30
    assert distance(NORMALIZER.transform([picture]), seven) < 0.05
    assert distance(DigitNormalizer(erase=False).transform([picture]), seven) > 0.3


def test_a_light_card_on_a_dark_table(seven):
    picture = np.full((180, 150), 10, dtype=np.uint8)
    picture[8:172, 8:142] = 200
    picture[30:150, 30:120] -= (0.6 * SEVEN).astype(np.uint8)
    found = NORMALIZER.diagnose(picture)
    assert found.inverted
    assert distance(found.row, seven) < 0.1


def test_a_shadow_stronger_than_the_ink(seven):
    """Its wide edge is no ink, and the ink is found close to the strokes."""
    y, x = np.indices((360, 300)) / 300
    picture = 220 - 80 * np.hypot(x - 0.5, y - 0.6) ** 2
    picture[120:240, 105:195] -= 0.15 * SEVEN
    found = NORMALIZER.diagnose(picture.astype(np.uint8))
    assert distance(found.row, seven) < 0.2


@pytest.mark.parametrize(
    "points",
    [
        [(0, 3), (86, 3), (40, 119)],  # 7
        [(5, 40), (20, 5), (60, 5), (80, 40), (5, 114), (89, 114)],  # 2
        [(60, 0), (60, 119), (60, 80), (5, 80), (50, 5)],  # 4
        [(15, 30), (45, 4), (45, 114), (0, 114), (89, 114)],  # 1
        [(84, 5), (5, 5), (5, 114), (84, 114), (84, 5)],  # 0
    ],
)
def test_strokes_of_a_digit_that_fills_the_picture_are_no_rules(points):
    digit = draw(points)
    assert DigitNormalizer().diagnose(digit).n_erased == 0
    kept = DigitNormalizer(erase=False).transform([digit])
    np.testing.assert_array_equal(NORMALIZER.transform([digit]), kept)


@pytest.mark.parametrize(("width", "limits"), [(1, (2.0, 5.0)), (20, (1.8, 3.0))])
def test_thin_strokes_become_thicker_and_thick_ones_thinner(width, limits):
    picture = draw([(25, 25), (65, 25), (40, 95)], width=width)
    least, most = limits
    before, after = (
        _widths(DigitNormalizer(min_stroke_width=low, max_stroke_width=high).transform([picture]))
        for low, high in ((0, 20), limits)
    )
    assert not least < before[0] < most
    assert least - 0.7 < after[0] < most + 0.7  # the measure is another


def _widths(rows):
    images = rows.reshape(-1, 28, 28) / 255
    gradient = np.hypot(*np.gradient(images, axis=(1, 2)))
    return 2 * images.sum((1, 2)) / gradient.sum((1, 2))


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((28, 28), np.uint8),
        np.full((50, 70), 255, np.uint8),
        np.full((50, 70), 0.3),
        np.full((1, 1), 7),
        np.random.default_rng(0).normal(200, 3, (60, 60)).astype(np.uint8),
    ],
    ids=["black", "white", "grey", "one pixel", "grain"],
)
def test_no_ink_becomes_black(picture):
    assert not NORMALIZER.transform([picture]).any()
    assert NORMALIZER.diagnose(picture).empty
    assert "empty" in str(NORMALIZER.diagnose(picture))


def test_ink_can_be_stated():
    """Where most of a picture is ink, it would be taken for paper."""
    block = np.zeros((40, 40))
    block[3:37, 5:35] = 1
    assert DigitNormalizer(ink="light").diagnose(block).inverted is False
    assert DigitNormalizer(ink="dark").diagnose(block).inverted is True


def test_it_changes_its_own_results_little(seven):
    assert distance(NORMALIZER.transform(seven[None].astype(np.uint8)), seven) < 0.01


def test_what_is_given_is_left_as_it_was():
    picture = DARK.copy()
    NORMALIZER.transform([picture])
    NORMALIZER.transform(picture[None])
    np.testing.assert_array_equal(picture, DARK)


# Among other steps


def test_in_a_pipeline_on_pictures_of_any_kind(mnist_home, tmp_path):
    X, y = fetch_mnist("train", data_home=mnist_home, return_X_y=True)
    model = make_pipeline(
        DigitNormalizer(), PixelScaler(), CNNDigitClassifier(max_epochs=2, random_state=0)
    )
    model.fit(X[:10_000], y[:10_000])
    path = as_file(Image.fromarray(DARK), tmp_path / "a.png")
    assert model.predict([path, FOUR, Image.fromarray(SEVEN)]).tolist() == ["7", "4", "7"]


def test_parameters_can_be_searched(digits):
    X, y = digits
    clf = CNNDigitClassifier(filters=(8,), max_epochs=10)
    model = make_pipeline(DigitNormalizer(), PixelScaler(), clf)
    grid = {"digitnormalizer__ink": ["light", "auto"], "digitnormalizer__erase": [False]}
    assert len(GridSearchCV(model, grid, cv=2).fit(X[:300], y[:300]).cv_results_["params"]) == 2


# What it says


def test_diagnosis_in_words_and_numbers():
    picture = np.full((200, 300), 230, dtype=np.uint8)
    picture[20:60, 30:32] = 190
    found = NORMALIZER.diagnose(picture)
    assert found.inverted
    assert found.size == 40
    assert found.off_centre == pytest.approx(np.hypot(100 - 40, 150 - 31), abs=2)
    assert found.contrast == pytest.approx(40 / 255, abs=0.02)
    assert found.stroke_width == pytest.approx(1, abs=0.3)
    np.testing.assert_array_equal(found.row, NORMALIZER.transform([picture])[0])
    text = str(found)
    for words in (
        "dark on light: inverted",
        "off-centre by 133 px",
        "small, 40 px",
        "faint",
        "thickened",
    ):
        assert words in text


def test_diagnosis_of_two_digits_and_of_erased_things():
    both = np.concatenate([SEVEN, FOUR], axis=1)
    both[2] = 255
    found = NORMALIZER.diagnose(both)
    assert (found.n_parts, found.n_apart) == (2, 2)
    assert found.n_erased == 1
    assert "2 separate parts" in str(found)
    assert "1 ruled line: erased" in str(found)


def test_diagnosis_of_what_cannot_be_told_from_paper():
    noise = np.random.default_rng(0).normal(0, 30, DARK.shape)
    picture = np.clip(128 - 0.1 * SEVEN + noise, 0, 255).astype(np.uint8)
    assert str(NORMALIZER.diagnose(picture)) == "empty: ink cannot be told from shading or grain"
    assert str(NORMALIZER.diagnose(np.full((50, 70), 255))) == "empty: no ink found"


def test_diagnosis_of_grain():
    picture = SEVEN.copy()
    picture[4:8:2, 4] = 255
    assert "2 specks: erased" in str(NORMALIZER.diagnose(picture))
    picture[4:116:2, 4] = 255
    assert "grain: erased" in str(NORMALIZER.diagnose(picture))


def test_mnist_s_form_needs_no_words(seven):
    assert (
        str(NORMALIZER.diagnose(seven.reshape(28, 28).astype(np.uint8)))
        == "in MNIST's form already"
    )


# What is refused


def test_bad_pictures_are_named_with_their_place(tmp_path):
    (tmp_path / "text.png").write_text("not an image")
    (tmp_path / "empty.png").touch()
    whole = as_file(Image.fromarray(SEVEN), tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    frames = [Image.fromarray(SEVEN), Image.fromarray(FOUR)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    Image.fromarray(np.full((9, 9), np.nan, np.float32)).save(tmp_path / "nan.tif")
    frames[0].save(tmp_path / "pages.tif", save_all=True, append_images=frames[1:])
    head, _, rest = (tmp_path / "pages.tif").read_bytes().rpartition(TIFF_WIDTH)
    (tmp_path / "odd.tif").write_bytes(head + bytes(len(TIFF_WIDTH)) + rest)
    for picture, reason in [
        (tmp_path / "none.png", "none.png cannot be read: No such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "text.png", "text.png is not an image"),
        (tmp_path / "empty.png", "empty.png is not an image"),
        (tmp_path / "cut.png", "cut.png is damaged"),
        (tmp_path / "moving.gif", "moving.gif is animated"),
        (tmp_path / "nan.tif", "nan.tif is damaged: it contains NaN or infinity"),
        (tmp_path / "pages.tif", "pages.tif is animated or has several pages"),
        (tmp_path / "odd.tif", "odd.tif is animated or has several pages"),
        (np.zeros((0, 5)), r"the shape \(height, width\)"),
        (np.zeros((5, 5, 2)), "1, 3 or 4 channels"),
        (np.full((5, 5), np.nan), "NaN or infinity"),
        (np.full((5, 5), "a"), "must hold numbers"),
        (np.zeros((5, 5), complex), "must hold numbers"),
    ]:
        with pytest.raises(ValueError, match=rf"X\[1\]: .*{reason}"):
            NORMALIZER.transform([SEVEN, picture])


def test_huge_pictures_are_refused_before_they_are_decoded(tmp_path):
    path = as_file(Image.new("1", (10_000, 10_000)), tmp_path / "bomb.png")
    with pytest.raises(ValueError, match="bomb.png has more than 64,000,000 pixels"):
        NORMALIZER.transform([path])


@pytest.mark.parametrize(
    "one", [SEVEN.tobytes().hex(), Image.fromarray(SEVEN)], ids=["str", "image"]
)
def test_a_single_picture_is_refused(one):
    with pytest.raises(
        ValueError, match=r"one picture, but a list of them was expected: give \[X\]"
    ):
        NORMALIZER.transform(one)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ink": "blue"}, "ink"),
        ({"min_stroke_width": -1}, "min_stroke_width"),
        ({"erase": "all"}, "erase"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=f"The '{message}' parameter of DigitNormalizer"):
        DigitNormalizer(**parameters).fit([SEVEN])
