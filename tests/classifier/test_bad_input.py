"""What cannot be used is refused in one sentence; what only looks odd is used."""

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.exceptions import NotFittedError

from skdigits import CNNDigitClassifier, Distortion


def classifier(**parameters):
    """Return a classifier that trains for a moment."""
    return CNNDigitClassifier(
        **{"filters": (8, 8), "max_epochs": 10, "random_state": 0, **parameters}
    )


@pytest.fixture(scope="module")
def fitted(digits):
    """A fitted classifier, whose classes are texts."""
    X, y = digits
    return classifier().fit(X[:200], y[:200].astype(str))


@pytest.mark.parametrize("dtype", [str, object])
def test_class_weight_looks_labels_up_as_they_are(dtype, small_digits):
    X, y = small_digits
    by_class = classifier(class_weight={"8": 5.0}).fit(X, y.astype(str).astype(dtype))
    by_sample = classifier().fit(X, y, sample_weight=np.where(y == 8, 5.0, 1.0))
    np.testing.assert_array_equal(by_class.predict_proba(X), by_sample.predict_proba(X))


def test_class_weight_of_a_label_of_another_type_is_refused(small_digits):
    X, y = small_digits
    with pytest.raises(ValueError, match="class_weight has the label 8, but y has only '0'"):
        classifier(class_weight={8: 5.0}).fit(X, y.astype(str))


@pytest.mark.parametrize("weight", [-1, np.nan, np.inf, 1e308, 10**400, "2", None])
@pytest.mark.parametrize("fit", ["fit", "partial_fit"])
def test_class_weight_that_is_none_is_refused_by_name(weight, fit, small_digits):
    X, y = small_digits
    more = {} if fit == "fit" else {"classes": range(10)}
    with pytest.raises(ValueError, match="class_weight of 8 must be a number from 0 to 3.4e"):
        getattr(classifier(class_weight={8: weight}), fit)(X, y, **more)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"learning_rate": 10**400}, "learning_rate"),
        ({"learning_rate": 1e39}, "learning_rate"),
        ({"weight_decay": 10**400}, "weight_decay"),
        ({"patch_size": 10**30}, "patch_size"),
        ({"kernel_size": 10**30 + 1}, "kernel_size"),
        ({"filters": (10**30,)}, "filters"),
        ({"filters": np.array(8)}, "filters"),
        ({"hidden_layer_sizes": (10**30,)}, "hidden_layer_sizes"),
        ({"hidden_layer_sizes": np.array(8)}, "hidden_layer_sizes"),
        ({"augment": Distortion(blur=10**400)}, "blur"),
        ({"device": "hpu"}, "device"),
    ],
)
def test_numbers_that_no_computer_holds_are_refused_by_the_name_of_the_parameter(
    parameters, name, small_digits
):
    with pytest.raises(ValueError, match=f"{name}.*(must |not available)"):
        classifier(**parameters).fit(*small_digits)


@pytest.mark.parametrize(
    "parameters",
    [
        {"filters": (10**9, 10**9)},
        {"hidden_layer_sizes": (10**9, 10**9)},
    ],
)
def test_networks_that_no_memory_holds_are_refused(parameters, small_digits):
    with pytest.raises(ValueError, match="There is not enough memory for the network: lower"):
        classifier(**parameters).fit(*small_digits)


@pytest.mark.parametrize("weight", [1e308, 1e39])
def test_sample_weights_too_large_to_be_summed(weight, small_digits):
    X, y = small_digits
    with pytest.raises(ValueError, match=r"sample_weight must be at most 3.4e\+38, got 1e\+3"):
        classifier().fit(X, y, sample_weight=np.full(len(X), weight))


def test_numbers_of_numpy_and_tiny_ones_are_numbers(small_digits):
    X, y = small_digits
    for found, expected in (
        ({"label_smoothing": 1e-320}, {"label_smoothing": 0.0}),
        ({"optimizer": "sgd", "momentum": np.float32(0.5)}, {"optimizer": "sgd", "momentum": 0.5}),
    ):
        found, expected = (classifier(**each).fit(X, y) for each in (found, expected))
        np.testing.assert_allclose(found.predict(X), expected.predict(X))


def test_bits_are_pixels(small_digits):
    X, y = small_digits
    by_bits, by_bytes = (
        classifier().fit(each, y).decision_function(each) for each in (X > 8, (X > 8) * 1)
    )
    np.testing.assert_allclose(by_bits, by_bytes, atol=1e-9)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", ">f4", "int16", "float16"])
def test_views_that_run_backwards_are_images(dtype, precision, small_digits):
    X, y = small_digits[0].astype(dtype), small_digits[1]
    mirrored = X.reshape(-1, 8, 8)[::-1, :, ::-1]
    clf, copied = (
        classifier(precision=precision).fit(each, y[::-1]) for each in (mirrored, mirrored.copy())
    )
    for ask in ("decision_function", "score_samples", "features", "predict"):
        found, expected = getattr(clf, ask)(mirrored), getattr(copied, ask)(mirrored.copy())
        np.testing.assert_array_equal(found, expected)
    assert clf.gradients(mirrored, y[::-1]).shape == mirrored.shape


@pytest.mark.parametrize("filters", [np.array([8, 8]), [8, np.int64(8)], (np.array([8]), (8,))])
def test_filters_of_numpy(filters, small_digits):
    clf = classifier(filters=filters, hidden_layer_sizes=np.array([5])).fit(*small_digits)
    assert clf.n_weights_ == classifier(hidden_layer_sizes=(5,)).fit(*small_digits).n_weights_
    assert "filters" in repr(clf)


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float64"])
@pytest.mark.parametrize(("n_samples", "batch_size"), [(1, "auto"), (7, 1), (5, 2)])
def test_single_images_in_batches_of_single_pixels(precision, n_samples, batch_size):
    X, y = np.arange(n_samples)[:, None] % 2, np.arange(n_samples) % 2
    clf = classifier(precision=precision, batch_size=batch_size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isfinite(clf.fit(X, y).predict_proba(X)).all()


@pytest.mark.parametrize("device", ["gpu", "", "meta", "cuda:99", torch.device("meta")])
def test_a_device_that_is_not_there_is_told_those_that_are(device, small_digits):
    with pytest.raises(ValueError, match=r"is not available here: use one of .*cpu, or .auto."):
        classifier(device=device).fit(*small_digits)


def test_a_device_may_be_torch_s_own_object(small_digits):
    assert classifier(device=torch.device("cpu")).fit(*small_digits).device_ == "cpu"


@pytest.mark.parametrize("size", [1e20, 1e39, 1e308])
@pytest.mark.parametrize(
    "ask", ["predict", "predict_proba", "score_samples", "features", "predict_with_scores"]
)
def test_pixels_on_another_scale_by_far_are_refused(ask, size, fitted):
    X = np.zeros((2, 64))
    X[1, 3] = -size
    with pytest.raises(ValueError, match="give images on the same scale as in fit"):
        getattr(fitted, ask)(X)


@pytest.mark.parametrize(
    "X",
    [
        np.full((2, 64), np.datetime64("2020-01-01")),
        np.full((2, 64), np.timedelta64(3, "s")),
        np.full((2, 64), "a"),
        pd.DataFrame(np.full((2, 64), "a")).astype("category"),
        pd.DataFrame({f"x{i}": pd.to_datetime(["2020-01-01"] * 2) for i in range(64)}),
    ],
    ids=["dates", "durations", "texts", "categories", "a table of dates"],
)
@pytest.mark.parametrize("method", ["fit", "predict"])
@pytest.mark.filterwarnings("ignore:X has feature names")
def test_what_is_no_number_is_refused(X, method, digits):
    clf = classifier().fit(*(part[:50] for part in digits))
    arguments = ([0, 1],) if method == "fit" else ()
    with pytest.raises(ValueError, match="numeric|numbers|convert") as caught:
        getattr(clf, method)(X, *arguments)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image_shape", (8, "8")),
        ("image_shape", (8,)),
        ("image_shape", (8.0, 8.0)),
        ("max_epochs", 10**400),
        ("batch_size", 10**400),
        ("patience", 10**400),
        ("patch_size", 10**400),
        ("kernel_size", 10**400 + 1),
        ("patch_size", 9),
        ("patch_size", 2**31 - 1),
        ("kernel_size", 19),
        ("kernel_size", 2**31 - 1),
        ("filters", (10**400,)),
        ("hidden_layer_sizes", (10**400,)),
        ("learning_rate", 10**400),
        ("weight_decay", 10**400),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(name, value, small_digits):
    with pytest.raises(ValueError, match=name):
        classifier(**{name: value}).fit(*small_digits)


@pytest.mark.parametrize("name", ["n_weights_", "pixel_scale_"])
def test_unfitted_attributes(name):
    assert not hasattr(classifier(), name)
    with pytest.raises(NotFittedError):
        getattr(classifier(), name)


def test_small_parts_of_a_stream_are_no_reason_to_warn(small_digits):
    X, y = small_digits
    clf = classifier()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for start in range(0, 200, 2):
            clf.partial_fit(X[start : start + 2], y[start : start + 2], classes=range(10))


@pytest.mark.parametrize("n_features", [63, 65])
def test_a_warning_points_to_the_user_s_line(n_features, small_digits):
    X, y = small_digits
    X = np.column_stack([X, y])[:, :n_features]
    with pytest.warns(UserWarning, match=f"X has {n_features} features") as caught:
        classifier().fit(X, y)
    assert caught[0].filename == __file__
