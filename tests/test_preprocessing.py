"""PixelScaler: one range for the whole image, and what it does with values outside it."""

import copy
import pickle
import re

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skdigits.preprocessing import PixelScaler


def test_all_pixels_share_one_range():
    X = np.array([[0.0, 4.0], [8.0, 4.0]])
    np.testing.assert_array_equal(PixelScaler().fit_transform(X), [[0, 0.5], [1, 0.5]])


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (np.uint8, (0, 255)),
        (bool, (0, 1)),
        (np.int64, (0, 16)),
        (np.uint16, (0, 16)),
        (np.float16, (0, 16)),
        (np.float32, (0, 16)),
        (np.float64, (0, 16)),
        (object, (0, 16)),
    ],
)
def test_range_is_the_dtype_s_or_what_fit_sees(small_digits, dtype, expected):
    X = small_digits[0].astype(dtype)
    scaler = PixelScaler().fit(X)
    assert scaler.pixel_range_ == expected
    scaled = scaler.transform(X)
    assert scaled.dtype == np.float32
    low, high = expected
    np.testing.assert_allclose(scaled, (X.astype(float) - low) / (high - low), rtol=1e-6)


def test_given_range_holds_for_any_dtype(small_digits):
    X = small_digits[0]
    for dtype in (np.uint8, np.float64):
        scaled = PixelScaler(pixel_range=(0, 16)).fit_transform(X.astype(dtype))
        np.testing.assert_array_equal(scaled, (X / 16).astype(np.float32))


@pytest.mark.parametrize("value", [-1, 17])
def test_values_outside_a_given_range_are_refused(value):
    scaler = PixelScaler(pixel_range=(0, 16)).fit([[0, 16]])
    with pytest.raises(
        ValueError, match=rf"from .*{value}.* but only values from 0 to 16 are accepted"
    ):
        scaler.transform([[value, 8]])


def test_values_outside_the_dtype_s_range_are_refused():
    scaler = PixelScaler().fit(np.zeros((1, 2), np.uint8))
    with pytest.raises(
        ValueError, match=r"from 0 to 256, but only values from 0 to 255 are accepted"
    ):
        scaler.transform([[0.0, 256.0]])


def test_values_a_little_outside_what_fit_saw_are_clipped():
    scaler = PixelScaler().fit([[0.0, 10.0]])
    np.testing.assert_array_equal(scaler.transform([[-3.0, 12.0]]), [[0, 1]])


@pytest.mark.parametrize("X", [[[0.0, 255.0]], [[-11.0, 0.0]]])
def test_values_on_another_scale_than_fit_saw_are_refused(X):
    scaler = PixelScaler().fit([[0.0, 10.0]])
    with pytest.raises(ValueError, match=r"-10 to 20 are accepted, since .* of fit is 0 to 10"):
        scaler.transform(X)


def test_clip_true_accepts_everything_and_false_nothing_outside():
    X, beyond = [[0.0, 10.0]], [[-1e300, 1e300]]
    np.testing.assert_array_equal(PixelScaler(clip=True).fit(X).transform(beyond), [[0, 1]])
    np.testing.assert_array_equal(
        PixelScaler(clip=True, pixel_range=(0, 10)).fit(X).transform(beyond), [[0, 1]]
    )
    with pytest.raises(ValueError, match="are accepted"):
        PixelScaler(clip=False).fit(X).transform([[0.0, 10.1]])


def test_rounding_between_dtypes_is_not_outside():
    X = np.random.default_rng(0).uniform(0.1, 0.7, (50, 4))
    for first, second in [(np.float32, np.float64), (np.float64, np.float32)]:
        scaled = PixelScaler(clip=False).fit(X.astype(first)).transform(X.astype(second))
        assert scaled.min() == 0
        assert scaled.max() == 1


def test_constant_pixels_become_zero():
    scaler = PixelScaler().fit(np.full((3, 2), 7.0))
    np.testing.assert_array_equal(scaler.transform([[7.0, 7.0]]), [[0, 0]])
    np.testing.assert_array_equal(scaler.inverse_transform([[0.0, 0.0]]), [[7, 7]])


@pytest.mark.parametrize(
    "pixel_range",
    ["unit", "01", None, 255, (0,), (0, 1, 2), (1, 0), (1, 1), (0, np.inf), (np.nan, 1)],
)
def test_bad_pixel_range_is_refused(pixel_range):
    with pytest.raises(ValueError, match="pixel_range must be 'auto' or a pair"):
        PixelScaler(pixel_range=pixel_range).fit([[0, 1]])


def test_bad_clip_is_refused():
    with pytest.raises(ValueError, match="clip must be 'auto', True or False, but is 'yes'"):
        PixelScaler(clip="yes").fit([[0, 1]])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[0.0, np.nan]], "NaN"),
        ([[0.0, np.inf]], "infinity"),
        (np.empty((0, 4)), "0 sample"),
        (np.empty((0, 2, 2)), "0 sample"),
        ([0.0, 1.0], "2D array"),
        (np.zeros((1, 3, 2, 2)), "one grey channel"),
        ([["a", "b"]], "dtype='numeric' is not compatible"),
        ([[-1e308, 1e308]], "too wide"),
    ],
)
def test_bad_pixels_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        PixelScaler().fit(X)


def test_sparse_is_refused(small_digits):
    with pytest.raises(TypeError, match="Sparse data was passed"):
        PixelScaler().fit(csr_array(small_digits[0]))


def test_another_number_of_pixels_is_refused(small_digits):
    scaler = PixelScaler().fit(small_digits[0])
    for method in (scaler.transform, scaler.inverse_transform):
        with pytest.raises(ValueError, match="X has 63 features, but PixelScaler is expecting 64"):
            method(np.zeros((1, 63)))


def test_unfitted_is_refused():
    for method in (PixelScaler().transform, PixelScaler().inverse_transform):
        with pytest.raises(NotFittedError):
            method([[0.0]])


@pytest.mark.parametrize("dtype", [np.uint8, bool, np.int64, np.float16, np.float32, np.float64])
def test_inverse_gives_back_the_pixels(dtype):
    X = np.arange(256).reshape(16, 16).astype(dtype)
    scaler = PixelScaler().fit(X)
    pixels = scaler.inverse_transform(scaler.transform(X))
    assert pixels.dtype == dtype
    np.testing.assert_allclose(pixels.astype(float), X.astype(float), atol=1e-4)
    if X.dtype.kind in "uib":
        np.testing.assert_array_equal(pixels, X)


def test_inverse_stays_in_the_range_and_in_the_dtype():
    X = np.array([[0, 255]], np.uint8)
    pixels = PixelScaler().fit(X).inverse_transform([[-0.5, 1.5]])
    np.testing.assert_array_equal(pixels, [[0, 255]])
    wide = PixelScaler(pixel_range=(0, 300)).fit(X).inverse_transform([[0.0, 1.0]])
    np.testing.assert_array_equal(wide, [[0, 255]])


@pytest.mark.parametrize("shape", [(-1, 8, 8), (-1, 1, 8, 8)])
def test_images_come_back_as_images(small_digits, shape):
    rows = small_digits[0]
    images = rows.reshape(shape)
    scaler = PixelScaler().fit(images)
    assert scaler.n_features_in_ == 64
    scaled = scaler.transform(images)
    np.testing.assert_array_equal(scaled, scaler.transform(rows).reshape(shape))
    np.testing.assert_array_equal(scaler.inverse_transform(scaled), images)
    np.testing.assert_array_equal(scaler.transform(images.tolist()), scaled)


def test_input_is_left_as_it_was(small_digits):
    for dtype in (np.uint8, np.float32, np.float64):
        X = small_digits[0].astype(dtype)
        X.setflags(write=False)
        scaler = PixelScaler().fit(X)
        scaler.inverse_transform(scaler.transform(X))


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_tables_in_and_out(library):
    frames = pytest.importorskip(library)
    X = frames.DataFrame({"left": [0, 255], "right": [51, 102]})
    scaler = PixelScaler().set_output(transform=library).fit(X)
    assert scaler.feature_names_in_.tolist() == ["left", "right"]
    assert scaler.get_feature_names_out().tolist() == ["left", "right"]
    scaled = scaler.transform(X)
    assert type(scaled) is type(X)
    assert list(scaled.columns) == ["left", "right"]
    np.testing.assert_allclose(scaled.to_numpy(), [[0, 0.2], [1, 0.4]], rtol=1e-6)
    np.testing.assert_array_equal(scaler.inverse_transform(scaled), X.to_numpy())
    with pytest.raises(ValueError, match="feature names"):
        scaler.transform(X.rename({"left": "up"}, **({"axis": 1} if library == "pandas" else {})))


def test_names_without_a_table(small_digits):
    names = PixelScaler().fit(small_digits[0]).get_feature_names_out()
    assert names.tolist() == [f"x{number}" for number in range(64)]


def test_works_within_pipelines_and_columns(digits):
    X, y = digits
    model = make_pipeline(PixelScaler(), KNeighborsClassifier()).fit(X[:500], y[:500])
    assert model.score(X[500:], y[500:]) > 0.85
    columns = ColumnTransformer([("pixels", PixelScaler(), slice(0, 64))])
    np.testing.assert_array_equal(columns.fit_transform(X), PixelScaler().fit_transform(X))


def test_clone_copy_and_pickle(small_digits):
    X = small_digits[0]
    scaler = PixelScaler(pixel_range=(0, 20), clip=True).fit(X)
    assert clone(scaler).get_params() == {"pixel_range": (0, 20), "clip": True}
    for twin in (copy.deepcopy(scaler), pickle.loads(pickle.dumps(scaler))):
        np.testing.assert_array_equal(twin.transform(X), scaler.transform(X))


def test_an_image_is_scaled_alike_alone_and_among_others(small_digits):
    X = small_digits[0]
    scaler = PixelScaler().fit(X)
    np.testing.assert_array_equal(scaler.transform(X)[:1], scaler.transform(X[:1]))


# A smaller scale than in fit

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 16), dtype=np.uint8)
FROM_0_TO_1 = PIXELS / 255


def as_told(error, X):
    """Apply the remedy that an error states, to the letter."""
    factor = re.search(r"Multiply X by (?:about )?([\d./ ]+),", str(error))[1]
    return X * eval(factor)


@pytest.mark.parametrize("clip", ["auto", False])
@pytest.mark.parametrize(
    ("seen", "X"),
    [
        (PIXELS, FROM_0_TO_1),
        (PIXELS, FROM_0_TO_1.astype(np.float32)),
        (PIXELS, FROM_0_TO_1.astype(np.float16)),
        (PIXELS, PIXELS / 16),
        (PIXELS, (PIXELS / 255 * 16).round()),
        (PIXELS, (PIXELS // 16).astype(np.float64)),
        (PIXELS, PIXELS > 127),
        (PIXELS, (PIXELS > 127).astype(int)),
        (PIXELS, (PIXELS > 127).astype(float)),
        (PIXELS.astype(int), FROM_0_TO_1),
        (PIXELS.astype(int), PIXELS / 16),
        (PIXELS.astype(int), (PIXELS > 127).astype(np.uint8)),
        (PIXELS.astype(float), FROM_0_TO_1),
        (PIXELS.astype(float), FROM_0_TO_1.astype(np.float32)),
        (PIXELS.astype(float), PIXELS / 16),
        (PIXELS.astype(float), PIXELS > 127),
        (FROM_0_TO_1, FROM_0_TO_1 / 255),
        (2 * FROM_0_TO_1 - 1, (2 * FROM_0_TO_1 - 1) / 255),
        ((PIXELS // 16).astype(float), PIXELS // 16 / 16),
        (PIXELS * np.uint16(257), FROM_0_TO_1),
        (PIXELS * np.uint16(257), PIXELS / 16),
        (PIXELS, PIXELS // 128),  # black and white
    ],
)
def test_a_smaller_scale_is_refused_and_the_remedy_works(seen, X, clip):
    scaler = PixelScaler(clip=clip).fit(seen)
    with pytest.raises(ValueError, match="X is on a smaller scale. Multiply X by") as refused:
        scaler.transform(X)
    brought = scaler.transform(as_told(refused.value, X))
    assert np.abs(brought - scaler.transform(seen)).mean() < 0.3
    assert brought.max() > 0.9


@pytest.mark.parametrize(
    ("seen", "X"),
    [
        (PIXELS, PIXELS // 16),  # the same dtype: faint
        (PIXELS, PIXELS // 64),
        (PIXELS, PIXELS // 10 * 1.0),
        (PIXELS, np.zeros((1, 16))),
        (PIXELS, np.ones((1, 16), dtype=bool)),
        (PIXELS, np.full((3, 16), 0.3)),
        (PIXELS, np.vstack([FROM_0_TO_1, PIXELS[:1]])),  # not all of them
        (PIXELS // 16, (PIXELS // 16).astype(float)),  # fit saw no more
        (PIXELS // 16, PIXELS / 16),
        (PIXELS > 127, FROM_0_TO_1),
        (PIXELS.astype(float), (PIXELS // 16).astype(np.float32)),
        (PIXELS.astype(int), PIXELS // 16),
        (FROM_0_TO_1, FROM_0_TO_1 / 16),  # fractions both
        (np.zeros((2, 16)), FROM_0_TO_1 / 2),
    ],
)
def test_faint_and_blank_images_are_no_smaller_scale(seen, X):
    scaler = PixelScaler().fit(seen)
    if not seen.any():
        scaler.accepted_range_ = (-1.0, 1.0)
    assert scaler.transform(X).shape == X.shape


def test_clip_true_takes_a_smaller_scale():
    scaled = PixelScaler(clip=True).fit(PIXELS).transform(FROM_0_TO_1)
    np.testing.assert_allclose(scaled, FROM_0_TO_1 / 255, rtol=1e-6)


@pytest.mark.parametrize(
    ("dtype", "divisor", "remedy"),
    [(np.uint8, 100, "give it as uint8"), (np.uint8, 255, "clip=True"), (float, 255, "clip=True")],
)
def test_a_smaller_scale__how_to_say_that_it_is_faint(dtype, divisor, remedy):
    scaler = PixelScaler().fit(PIXELS.astype(dtype))
    expected = f"but fit saw values up to 255: .* by .*{divisor}, or .*{remedy} if X .* faint"
    with pytest.raises(ValueError, match=expected):
        scaler.transform(PIXELS / divisor)


def test_black_and_white_bytes__how_to_say_that_they_are_faint():
    with pytest.raises(ValueError, match="or set clip=True if X really is this faint"):
        PixelScaler().fit(PIXELS).transform(PIXELS // 128)


@pytest.mark.parametrize("shape", [(3, 64), (3, 64, 1), (3, 8, 8), (3, 1, 8, 8), (3, 8, 8, 1)])
def test_images_come_back_in_the_shape_they_have(shape):
    X = np.linspace(0, 255, 192).astype(np.uint8).reshape(shape)
    scaler = PixelScaler().fit(X)
    scaled = scaler.transform(X)
    np.testing.assert_allclose(scaled, X / 255, rtol=1e-6)
    np.testing.assert_array_equal(scaler.inverse_transform(scaled), X)
