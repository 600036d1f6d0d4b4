"""Models kept in files."""

import json
import math
import os
import pickle
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import safetensors.numpy
import torch
from model_files import (
    REFUSED,
    ZEROS,
    add_tensor,
    change,
    count_refused,
    drop_tensor,
    parts_of,
    set_tensor,
    spoil_tensor,
    transpose_tensor,
    write,
)
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

import skdigits
from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    Distortion,
    ModelFileError,
    PixelScaler,
    SelectiveClassifier,
    load_model,
    save_model,
)
from skdigits.io._plain import decode, encode
from skdigits.network import cost_of

GOLDEN = Path(__file__).parent / "golden"


def small_classifier(**parameters):
    return CNNDigitClassifier(
        **{"filters": (8, 8), "max_epochs": 5, "random_state": 0} | parameters
    )


@pytest.fixture(scope="module")
def model(small_digits):
    return make_pipeline(PixelScaler(), small_classifier()).fit(*small_digits)


@pytest.fixture
def file(model, tmp_path):
    """A saved model."""
    save_model(model, tmp_path / "digits.safetensors")
    return tmp_path / "digits.safetensors"


# What comes back


def test_loaded_model_predicts_the_same(model, file, small_digits):
    X, _ = small_digits
    np.testing.assert_array_equal(load_model(file).predict_proba(X), model.predict_proba(X))


def test_a_lone_classifier_and_a_path_as_str(model, tmp_path, small_digits):
    path = str(tmp_path / "digits.safetensors")
    save_model(model[-1], path)
    loaded = load_model(path)
    assert loaded.get_params() == model[-1].get_params()
    np.testing.assert_array_equal(
        loaded.predict(small_digits[0]), model[-1].predict(small_digits[0])
    )


def test_all_that_fit_learned_comes_back(model, file):
    loaded = load_model(file)
    assert repr(loaded) == repr(model)
    for before, after in zip(model, loaded, strict=True):
        learned = {name: value for name, value in vars(before).items() if name != "net_"}
        for name, value in learned.items():
            back = getattr(after, name)
            assert type(back) is type(value), name
            if isinstance(value, Distortion):
                back, value = back.get_params(), value.get_params()
            np.testing.assert_array_equal(back, value, err_msg=name)
        assert vars(after).keys() == vars(before).keys()


@pytest.mark.parametrize(
    "labels",
    [
        ["one", "two", "three"],
        np.array(["one", "two", "three"], dtype=object),
        [ZEROS, "1" * 64, "2" * 64],
        [1.0, 2.0, 4.0],
        [-(2**60), 0, 2**62],
        np.array([1, 2, 3], dtype=">u2"),
        np.array(["2020-01-01", "2021-01-01", "2022-01-01"], dtype="datetime64[D]"),
        [False, True, True],
    ],
    ids=lambda labels: str(np.asarray(labels).dtype),
)
def test_labels_of_any_type(labels, small_digits, tmp_path):
    X, y = small_digits
    labels = np.asarray(labels)[y % 3]
    model = small_classifier(class_weight="balanced").fit(X, labels)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.classes_.dtype.kind == model.classes_.dtype.kind
    assert loaded.classes_.dtype.byteorder == model.classes_.dtype.byteorder


def test_parameters_as_a_search_gives_them(small_digits, tmp_path):
    parameters = {
        "filters": [8, (8, 8)],
        "hidden_layer_sizes": (np.int64(16),),
        "learning_rate": np.float64(0.05),
        "class_weight": {np.int64(3): 2.0, 4: 1},
        "early_stopping": np.True_,
        "max_epochs": 10,
        "optimizer": "sgd",
    }
    model = CNNDigitClassifier(**parameters).fit(*small_digits)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.get_params() == model.get_params()
    loaded.fit(*small_digits)


def test_names_of_columns_and_output_as_tables(small_digits, tmp_path):
    X, y = small_digits
    X = pd.DataFrame(X, columns=[f"pixel{i}" for i in range(64)])
    model = make_pipeline(PixelScaler(), small_classifier()).set_output(transform="pandas")
    save_model(model.fit(X, y), tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert list(loaded.feature_names_in_) == list(X.columns)
    pd.testing.assert_frame_equal(loaded[0].transform(X), model[0].transform(X))


def test_training_goes_on(model, file, small_digits):
    loaded = load_model(file).set_params(cnndigitclassifier__warm_start=True)
    before = loaded[-1].n_epochs_
    loaded.fit(*small_digits)
    assert loaded[-1].n_epochs_ > before
    assert loaded.score(*small_digits) >= model.score(*small_digits) - 0.05


def test_model_of_a_graphics_card_opens_without_one(file):
    tensors, description = parts_of(file.read_bytes())
    description["model"]["steps"][1][1]["recipe"]["dict"] = [
        [key, "cuda:7" if key == "device" else value]
        for key, value in description["model"]["steps"][1][1]["recipe"]["dict"]
    ]
    write(file, tensors, description)
    assert load_model(file)[-1].net_.device == "cpu"


def test_same_model_same_bytes(model, file, tmp_path):
    save_model(model, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_tensors_are_those_of_the_network(model, file):
    tensors, description = parts_of(file.read_bytes())
    state = model[-1].net_.module_.state_dict()
    assert tensors.keys() == state.keys()
    for name, tensor in state.items():
        np.testing.assert_array_equal(tensors[name], tensor.numpy())
    assert description["versions"]["torch"] == torch.__version__


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("around", [False, True])
def test_selective_wrapper(frozen, around, digits, tmp_path):
    """Around a pipeline and as the last step of one."""
    X, y = digits
    classifier = CNNDigitClassifier(max_epochs=5, random_state=0)
    inner = make_pipeline(PixelScaler(), classifier) if around else classifier
    if frozen:
        inner = FrozenEstimator(inner.fit(X[:900] / (1 if around else 16), y[:900]))
    model = SelectiveClassifier(inner, max_error_rate=0.05, random_state=0)
    model = (model if around else make_pipeline(PixelScaler(), model)).fit(X[900:], y[900:])
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert repr(loaded) == repr(model)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    loaded.fit(X[900:], y[900:])


@pytest.mark.parametrize("seen", ["pictures", "rows"])
def test_selective_wrapper_of_what_reads_pictures(seen, small_digits, tmp_path):
    X, y = small_digits
    X = X if seen == "rows" else list(X.reshape(-1, 8, 8))
    pictures = make_pipeline(DigitNormalizer(), small_classifier(max_epochs=20))
    model = SelectiveClassifier(pictures, max_error_rate=0.9, random_state=0).fit(X, y)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("name", ["format_1"])
def test_golden_files_predict_as_they_did(name):
    X, _ = load_digits(return_X_y=True)
    golden = np.load(GOLDEN / f"{name}.npz")
    model = load_model(GOLDEN / f"{name}.safetensors")
    np.testing.assert_array_equal(model.predict(X[:300]), golden["labels"])
    np.testing.assert_allclose(model.predict_proba(X[:300]), golden["probabilities"], atol=1e-5)
    if "scores" in golden:
        np.testing.assert_allclose(model.score_samples(X[:300]), golden["scores"], rtol=1e-4)


# What is refused


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        (CNNDigitClassifier(), "CNNDigitClassifier is not fitted"),
        (PixelScaler(), "PixelScaler is not a classifier"),
        (SelectiveClassifier(CNNDigitClassifier()), "SelectiveClassifier is not fitted"),
        (SelectiveClassifier(GaussianNB()), "GaussianNB is not one of"),
        (GaussianNB(), "GaussianNB is not one of this package's classes"),
        (make_pipeline(PCA(), CNNDigitClassifier()), "PCA is not one of"),
        (GridSearchCV(CNNDigitClassifier(), {}), "GridSearchCV is not one of"),
        ("model", "str is not one of"),
    ],
)
def test_what_is_no_model_is_not_saved(thing, reason, tmp_path):
    with pytest.raises(ValueError, match=f"cannot be saved: {reason}"):
        save_model(thing, tmp_path / "file")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "value"), [("callbacks", [print]), ("random_state", np.random.RandomState(0))]
)
def test_what_only_code_can_describe_is_refused_by_name(name, value, small_digits, tmp_path):
    model = small_classifier(max_epochs=1).fit(*small_digits).set_params(**{name: value})
    with pytest.raises(ValueError, match=f"cannot be saved: {name} of CNNDigitClassifier has a"):
        save_model(model, tmp_path / "file")
    assert os.listdir(tmp_path) == []


def test_a_subclass_is_refused(small_digits, tmp_path):
    class Mine(CNNDigitClassifier):
        pass

    with pytest.raises(ValueError, match="Mine is not one of this package's classes"):
        save_model(Mine(max_epochs=10).fit(*small_digits), tmp_path / "file")


def test_unfitted_step(model, tmp_path):
    with pytest.raises(ValueError, match="PixelScaler is not fitted"):
        save_model(make_pipeline(PixelScaler(), model[-1]), tmp_path / "file")


def test_file_is_missing_or_a_folder(tmp_path):
    with pytest.raises(ModelFileError, match=r"none cannot be read: No such file"):
        load_model(tmp_path / "none")
    with pytest.raises(ModelFileError, match=r"cannot be read: Is a directory"):
        load_model(tmp_path)
    with pytest.raises(ModelFileError, match="cannot be read: embedded null byte"):
        load_model("a\0b")


def test_newer_format_is_refused_with_both_versions(file):
    tensors, description = parts_of(file.read_bytes())
    description |= {"format": 2, "versions": {"skdigits": "9.8.7"}, "model": "unheard of"}
    write(file, tensors, description)
    expected = rf"format 2, of skdigits 9.8.7, but skdigits {skdigits.__version__} reads"
    with pytest.raises(ModelFileError, match=expected):
        load_model(file)


def mutations(content, n, seed=0):
    """Yield altered contents: bits, bytes and stretches, in the header as often as behind it."""
    rng = np.random.default_rng(seed)
    header = 8 + int.from_bytes(content[:8], "little")
    for i in range(n):
        end = header if i % 2 else len(content)
        start = int(rng.integers(end))
        stretch = slice(start, start + int(rng.integers(1, 100)))
        other = int(rng.integers(end))
        match i // 2 % 7:
            case 0:
                new = content[:start]
            case 1:
                new = content[:start] + bytes([content[start] ^ 1 << rng.integers(8)])
                new += content[start + 1 :]
            case 2:
                new = content[: stretch.start] + content[stretch.stop :]
            case 3:
                new = content[:start] + rng.bytes(10) + content[start:]
            case 4:
                new = content[:other] + content[stretch] + content[other:]
            case 5:
                new = bytearray(content)
                new[start : start + 1] = b"9" if content[start : start + 1] != b"9" else b"1"
            case 6:
                new = content + rng.bytes(int(rng.integers(1, 10)))
        if bytes(new) != content:
            yield bytes(new)


def test_two_thousand_mutations(file):
    content = file.read_bytes()
    altered = list(mutations(content, 2100))
    assert len(altered) >= 2000
    for new in altered:
        file.write_bytes(new)
        with pytest.raises(ModelFileError, match=r"digits\.safetensors"):
            load_model(file)


def test_two_thousand_lies_with_the_right_digest(file, small_digits):
    """What cannot be told from a model that was trained so may open, and then predicts."""

    def use(model):
        low, high = model[0].pixel_range_
        X = np.clip(small_digits[0][:2], low, high)
        assert model.predict_proba(X).shape == (2, 10)

    assert count_refused(file, 2000, use) > 100


CLASSIFIER = ("model", "steps", 1, 1)
SCALER = ("model", "steps", 0, 1)


def set_architecture(name, value):
    def apply(tensors, description):
        recipe = dict(description["model"]["steps"][1][1]["recipe"]["dict"])
        for pair in recipe["architecture"]["dict"]:
            if pair[0] == name:
                pair[1] = value

    return apply


def as_float64(tensors, description):
    name = next(name for name in sorted(tensors) if name.endswith("output.weight"))
    tensors[name] = tensors[name].astype("float64")


def learn(name, value):
    """Return a function that states a size in both places where it stands."""

    def apply(tensors, description):
        set_architecture(name, value)(tensors, description)
        if f"{name}_" in description["model"]["steps"][1][1]["learned"]:
            change((*CLASSIFIER, "learned", f"{name}_"), value)(tensors, description)

    return apply


def large_images(tensors, description):
    learn("image_shape", {"tuple": [1024, 1024]})(tensors, description)
    learn("filters", {"tuple": [300]})(tensors, description)


def more_kernels(tensors, description):
    set_architecture("kernel_size", 101)(tensors, description)


def nested_pipelines(tensors, description):
    for _ in range(12):
        description["model"] = {"steps": [["step", description["model"]]]}


def two_classifiers(tensors, description):
    steps = description["model"]["steps"]
    description["model"]["steps"] = [steps[0], ["first", steps[1][1]], steps[1]]


def many_classifiers(tensors, description):
    steps = description["model"]["steps"]
    description["model"]["steps"] = [[f"step{i}", steps[1][1]] for i in range(500)]


def many_scalers(tensors, description):
    scaler, classifier = description["model"]["steps"]
    for _ in range(3):
        scaler = ["step", {"steps": [[f"step{i}", scaler[1]] for i in range(16)]}]
    description["model"]["steps"] = [scaler, classifier]


def rebuild(**sizes):
    """Return a function that makes the tensors, too, those of other sizes."""

    def apply(tensors, description):
        for name, value in sizes.items():
            learn(name, encode(value))(tensors, description)
        n_pixels = math.prod(sizes.get("image_shape", (8, 8)))
        for place in (SCALER, CLASSIFIER):
            change((*place, "learned", "n_features_in_"), n_pixels)(tensors, description)
        cost = cost_of(decode(description["model"]["steps"][1][1]["recipe"]))
        tensors.clear()
        tensors.update({name: np.ones(*kind) for name, kind in cost.tensors.items()})

    return apply


def normalizer(**parameters):
    """Return a function that puts a normaliser in front."""

    def apply(tensors, description):
        rebuild(image_shape=(28, 28))(tensors, description)
        step = {"class": "DigitNormalizer", "parameters": parameters, "learned": {}}
        description["model"]["steps"][0][1] = step

    return apply


def without_features(tensors, description):
    del description["model"]["steps"][1][1]["learned"]["n_features_in_"]


def tiny_rows(tensors, description):
    for place in (SCALER, CLASSIFIER):
        change((*place, "learned", "n_features_in_"), 49)(tensors, description)


SAME_HASH = [k * (2**61 - 1) for k in range(1, 30_000)]


IMPOSSIBLE = {
    "max_epochs_": 0,
    "label_smoothing_": 1.0,
    "device_": "os.system",
    "precision_": "float8",
    "n_epochs_": 6,
    "history_": [{"dict": [["epoch", 1]]}],
    "interrupted_": "no",
    "patch_size_": True,
    "filters_": {"tuple": [8, 9]},
}


@pytest.mark.parametrize(
    "lie",
    [
        drop_tensor("weight"),
        drop_tensor("num_batches_tracked"),
        add_tensor,
        spoil_tensor,
        transpose_tensor,
        set_architecture("filters", {"tuple": [10**9, 10**9]}),
        set_architecture("hidden_layer_sizes", {"tuple": [10**12]}),
        set_architecture("image_shape", {"tuple": [10**6, 10**6]}),
        set_architecture("kernel_size", 10**9 + 1),
        set_architecture("patch_size", 10**9),
        set_architecture("patch_size", 0),
        rebuild(patch_size=9),
        rebuild(kernel_size=19),
        set_architecture("n_classes", 3),
        change(("format",), "1"),
        change(("format",), None),
        change(("model",), []),
        change(("model",), {"steps": []}),
        change((*CLASSIFIER, "class"), "os.system"),
        change((*CLASSIFIER, "class"), "PixelScaler"),
        change((*CLASSIFIER, "parameters", "evil"), 1),
        change((*CLASSIFIER, "learned", "predict"), "evil"),
        change((*CLASSIFIER, "learned", "n_features_in_"), -64),
        change((*CLASSIFIER, "learned", "n_features_in_"), 65),
        change((*CLASSIFIER, "learned", "image_shape_"), {"tuple": [10**6, 10**6]}),
        change((*CLASSIFIER, "learned", "classes_"), [0, 1]),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["<i8", [2], [0, 1]]}),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["<i8", [10**12], [0]]}),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["|V8", [1], [0]]}),
        change((*CLASSIFIER, "learned", "feature_names_in_"), {"array": ["|O", [1], ["a"]]}),
        change((*CLASSIFIER, "learned", "augment_"), {"object": "os.system"}),
        change((*CLASSIFIER, "learned", "augment_"), {"float": "1", "tuple": []}),
        *(change((*CLASSIFIER, "learned", name), value) for name, value in IMPOSSIBLE.items()),
        change((*CLASSIFIER, "parameters", "learning_rate"), -1.0),
        change((*CLASSIFIER, "parameters", "augment"), {"distortion": {"rotation": 999}}),
        change((*CLASSIFIER, "parameters", "augment"), {"distortion": {"evil": 1}}),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["<U1", [9], ["a" * 2**20] * 9]}),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["(9,)i8", [1], [1]]}),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["<i8", [10, 1], [*range(10)]]}),
        change(
            (*CLASSIFIER, "learned", "classes_"), {"array": ["<i8", [10], [1, 0, *range(2, 10)]]}
        ),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["<i8", [10], [*range(9), 8]]}),
        change((*CLASSIFIER, "learned", "classes_"), {"array": ["|O", [10], [None] * 10]}),
        set_architecture("filters", {"array": ["<i8", [50_000], [1] * 50_000]}),
        set_architecture("filters", {"dict": [[i, 1] for i in range(50_000)]}),
        set_architecture("hidden_layer_sizes", {"tuple": [1] * 100_000}),
        set_tensor("temperature", 0.0),
        set_tensor("temperature", np.inf),
        set_tensor("pixel_scale", -1.0),
        set_tensor("running_var", -1.0),
        set_tensor("output.bias", 1e308),
        as_float64,
        large_images,
        more_kernels,
        nested_pipelines,
        two_classifiers,
        change(("model", "steps", 0, 0), "a__b"),
        change(("model", "steps", 0, 0), "cnndigitclassifier"),
        change(("model", "steps", 0, 0), "x" * 100_000),
        many_classifiers,
        many_scalers,
        rebuild(
            image_shape=(1000, 1000), kernel_size=1, patch_size=1, filters=((1,) * 99, *[1] * 9)
        ),
        rebuild(patch_size=8, filters=(1,), hidden_layer_sizes=(1,) * 199),
        normalizer(min_stroke_width=5.0, max_stroke_width=1.0),
        without_features,
        tiny_rows,
        change((*CLASSIFIER, "parameters", "class_weight"), {"dict": [[k, 1] for k in SAME_HASH]}),
        change(
            (*CLASSIFIER, "parameters", "class_weight"),
            {"dict": [[{"tuple": [k, k]}, 1] for k in range(1000)]},
        ),
        change((*CLASSIFIER, "learned", "x" * 10**6), 1),
        change((*SCALER, "learned", "pixel_range_"), {"tuple": [-1.7e308, 1.7e308]}),
        change((*SCALER, "learned", "accepted_range_"), {"tuple": [3.0, 3.0]}),
        change((*SCALER, "learned", "peak_"), -1.0),
        change((*SCALER, "learned", "n_features_in_"), 63),
        change((*SCALER, "learned", "pixel_range_"), {"tuple": [1.0]}),
        change((*SCALER, "learned", "pixel_range_"), {"tuple": [1.0, "a"]}),
        change((*SCALER, "learned", "accepted_range_"), {"tuple": [{"float": "nan"}, 1.0]}),
        change((*SCALER, "learned", "pixel_dtype_"), "object"),
        change((*SCALER, "learned", "_sklearn_output_config"), {"dict": [["transform", "evil"]]}),
    ],
)
def test_a_lie_with_the_right_digest_is_refused(lie, file):
    tensors, description = parts_of(file.read_bytes())
    lie(tensors, description)
    write(file, tensors, description)
    started = time.process_time()
    with pytest.raises(ModelFileError, match=REFUSED) as refused:
        load_model(file)
    assert time.process_time() - started < 1
    assert len(str(refused.value)) < len(str(file)) + 400


def test_nesting_without_end_is_refused(file):
    tensors, description = parts_of(file.read_bytes())
    deep = json.dumps(description).replace('"steps"', '"steps": ' + "[" * 100_000 + '], "a"', 1)
    content = safetensors.numpy.save(tensors, {"skdigits": deep})
    file.write_bytes(content)
    with pytest.raises(ModelFileError, match="is nested too deeply for a model"):
        load_model(file)


def test_a_device_is_refused_before_it_is_read():
    if not os.path.exists("/dev/zero"):
        pytest.skip("there is no /dev/zero")
    with pytest.raises(ModelFileError, match="/dev/zero is not a regular file"):
        load_model("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_nobody_writes_to_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match="pipe is not a regular file"):
        load_model(tmp_path / "pipe")


def test_only_as_much_memory_is_taken_as_the_file_is_large(file):
    load_model(file)  # whatever is imported on first use is imported now
    tracemalloc.start()
    try:
        load_model(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_file_larger_than_any_model_is_not_read(tmp_path):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(2**30 + 1)
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match="large is larger than 1 GiB, the limit"):
            load_model(tmp_path / "large")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


EXTENSIONS = ("safetensors", "joblib", "pkl", "pt", "pth", "bin", "npy", "npz", "json", "skops", "")


@pytest.mark.slow
def test_a_pickle_under_any_extension_runs_nothing(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trap"),)

    for extension in EXTENSIONS:
        path = tmp_path / f"model.{extension}"
        if extension == "joblib":
            joblib.dump(Evil(), path)
        elif extension in ("pt", "pth"):
            torch.save(Evil(), path)
        else:
            path.write_bytes(pickle.dumps(Evil()))
    code = (
        "import sys; from skdigits import ModelFileError, load_model\n"
        "from pathlib import Path\n"
        "load_model(sys.argv[2])\n"  # whatever is imported on first use is imported now
        "def hook(event, arguments):\n"
        "    if armed and event not in ('open', 'object.__getattr__', 'marshal.loads'):\n"
        "        print(event, arguments)\n"
        "paths, n, armed = sorted(Path(sys.argv[1]).glob('model.*')), 0, False\n"
        "sys.addaudithook(hook)\n"
        "armed = True\n"
        "for path in paths:\n"
        "    try: load_model(path)\n"
        "    except ModelFileError: n += 1\n"
        "armed = False\n"
        "print(n, 'refused')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path, GOLDEN / "format_1.safetensors"],
        capture_output=True,
        text=True,
    )
    assert run.stdout == f"{len(EXTENSIONS)} refused\n", run.stdout + run.stderr
    assert not (tmp_path / "trap").exists()


# The disk


def test_an_existing_file_is_replaced(model, file):
    file.write_text("other")
    save_model(model, file)
    assert load_model(file).get_params().keys() == model.get_params().keys()
    assert os.listdir(file.parent) == [file.name]


def test_folder_that_does_not_exist(model, tmp_path):
    with pytest.raises(FileNotFoundError):
        save_model(model, tmp_path / "none" / "digits.safetensors")


@pytest.mark.slow
def test_full_disk_leaves_the_old_file_and_nothing_else(file):
    before = file.read_bytes()
    resource = pytest.importorskip("resource")
    limit = f"resource.RLIMIT_FSIZE, ({len(before) // 2}, {resource.RLIM_INFINITY})"
    code = (
        "import resource, sys; from skdigits.io import load_model, save_model\n"
        f"model = load_model(sys.argv[1]); resource.setrlimit({limit})\n"
        "try: save_model(model, sys.argv[1])\n"
        "except OSError: print('refused')\n"
    )
    # without -B, modules that Python compiles would be cut short on the disk, too
    run = subprocess.run([sys.executable, "-B", "-c", code, file], capture_output=True, text=True)
    assert run.stdout == "refused\n", run.stderr
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == [file.name]


def wrapped(digits, tmp_path):
    """The tensors and description of a selective classifier."""
    X, y = digits
    classifier = small_classifier(max_epochs=20)
    model = SelectiveClassifier(classifier, max_error_rate=0.5, random_state=0)
    save_model(model.fit(X[:600], y[:600]), tmp_path / "digits.safetensors")
    return parts_of((tmp_path / "digits.safetensors").read_bytes())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threshold_", {"float": "nan"}),
        ("threshold_", 1.5),
        ("threshold_", None),
        ("coverage_", -0.1),
        ("reject_label_", [1]),
        ("reject_label_", 3),
        ("classes_", {"array": ["<i8", [10], [*range(1, 11)]]}),
    ],
)
def test_a_lie_of_a_selective_classifier_is_refused(name, value, digits, tmp_path):
    tensors, description = wrapped(digits, tmp_path)
    description["model"]["learned"][name] = value
    write(tmp_path / "digits.safetensors", tensors, description)
    with pytest.raises(ModelFileError, match="digits.safetensors (holds|rejects)"):
        load_model(tmp_path / "digits.safetensors")


@pytest.mark.parametrize("name", ["threshold_", "reject_label_", "coverage_", "classes_"])
def test_what_a_selective_classifier_lacks_is_named(name, digits, tmp_path):
    tensors, description = wrapped(digits, tmp_path)
    del description["model"]["learned"][name]
    write(tmp_path / "digits.safetensors", tensors, description)
    with pytest.raises(ModelFileError, match=f"lacks {name} of SelectiveClassifier"):
        load_model(tmp_path / "digits.safetensors")


def test_a_parameter_of_a_later_version_is_named(file):
    tensors, description = parts_of(file.read_bytes())
    description["model"]["steps"][1][1]["parameters"]["pooling"] = "average"
    write(file, tensors, description)
    with pytest.raises(ModelFileError, match="has the parameter pooling of CNNDigitClassifier"):
        load_model(file)


def test_defaults_are_not_stored(file):
    _, description = parts_of(file.read_bytes())
    (_, scaler), (_, classifier) = description["model"]["steps"]
    assert scaler["parameters"] == {}
    assert set(classifier["parameters"]) == {"filters", "max_epochs", "random_state"}


def test_a_distortion_is_kept(small_digits, tmp_path):
    clf = small_classifier(augment=Distortion(rotation=3), precision="float32").fit(*small_digits)
    save_model(clf, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.get_params(deep=True).items() >= {"augment__rotation": 3}.items()
    assert loaded.augment_.get_params() == clf.augment_.get_params()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not a model file"),
        (b"PK", "is not a model file"),
        (b"\x80\x04", "is not a model file"),
        (bytes(1000), "is not a model file"),
        (safetensors.numpy.save({"a": np.zeros(3)}), "is not a model file"),
        (safetensors.numpy.save({"a": np.zeros(3)}, {"skdigits": "{}"}), "was altered or cut"),
    ],
)
def test_what_is_no_model_file_is_told(content, reason, tmp_path):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ModelFileError, match=f"x {reason}"):
        load_model(tmp_path / "x")


def test_a_file_cut_short_is_told_from_what_is_none(file):
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(ModelFileError, match="was altered or cut short"):
        load_model(file)


@pytest.mark.parametrize("text", ["NaN", "1" * 5000, '{"a": 1, "a": 2}', "1e" + "9" * 50])
def test_json_that_json_is_not_is_refused(text, file):
    tensors, description = parts_of(file.read_bytes())
    whole = json.dumps({**description, "sha256": ZEROS}).replace('"format": 1', f'"format": {text}')
    file.write_bytes(safetensors.numpy.save(tensors, {"skdigits": whole}))
    with pytest.raises(ModelFileError, match=r"digits\.safetensors (holds|names)"):
        load_model(file)


def test_textbook_networks_can_be_kept(tmp_path):
    """Limits for the hostile leave room for what people train."""
    rng = np.random.default_rng(0)
    X, y = rng.random((20, 64, 64), dtype=np.float32), np.arange(20) % 2
    clf = CNNDigitClassifier(
        filters=(32, 64), patch_size=1, hidden_layer_sizes=(64,), max_epochs=1, random_state=0
    ).fit(X, y)
    save_model(clf, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.decision_function(X), clf.decision_function(X))
