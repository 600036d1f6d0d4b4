"""Readers of numbers kept in files."""

import copy
import time

import numpy as np
import pytest
from composed import clean_strings
from model_files import (
    REFUSED,
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
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from skdigits import (
    DigitReader,
    Distortion,
    ModelFileError,
    diagnose,
    load_model,
    read_digits,
    save_model,
    show,
)
from skdigits.io._plain import decode
from skdigits.network import cost_of
from skdigits.numbers import Automaton

CODES = ["1234", "56-78", "0 9"]


@pytest.fixture(scope="module")
def numbers(digits):
    """Pictures of numbers and what stands on them."""
    return clean_strings(digits, 60, 0)


@pytest.fixture(scope="module")
def fitted(numbers):
    """Not to be changed."""
    return DigitReader(max_epochs=6, batch_size=10, random_state=0).fit(*numbers)


@pytest.fixture
def reader(fitted):
    return copy.copy(fitted)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "digits.safetensors"


@pytest.fixture
def file(fitted, path):
    """A saved reader."""
    save_model(fitted, path)
    return path


def kept(reader, path):
    """Return a reader as its file gives it back."""
    save_model(reader, path)
    return load_model(path)


# What comes back


def test_it_reads_the_same(fitted, file, numbers):
    assert list(load_model(file).read_many(numbers[0])) == list(fitted.read_many(numbers[0]))


def test_all_that_fit_learned_comes_back(fitted, file):
    loaded = load_model(file)
    assert repr(loaded) == repr(fitted)
    learned = {name for name in vars(fitted) if name.endswith("_")}
    assert learned <= vars(loaded).keys()
    for name in learned - {"net_"}:
        np.testing.assert_array_equal(getattr(loaded, name), getattr(fitted, name), err_msg=name)
        assert type(getattr(loaded, name)) is type(getattr(fitted, name)), name


def test_same_reader_same_bytes(file, tmp_path):
    save_model(load_model(file), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_training_goes_on(file, numbers):
    loaded = load_model(file).set_params(warm_start=True, n_rehearsed=0, max_epochs=1)
    assert loaded.fit(*numbers).n_epochs_ == 7


@pytest.mark.parametrize(
    "parameters",
    [
        {"length": 4, "min_value": 100, "max_value": 5000},
        {"length": (2, 5), "checksum": "luhn", "min_probability": 0.9},
        {"pattern": "dd-dd", "separators": True},
        {"allowed": CODES},
        {"allowed": tuple(CODES)},
        {"augment": Distortion(rotation=3), "max_error_rate": 0.1},
    ],
    ids=str,
)
def test_parameters_come_back(parameters, reader, path):
    loaded = kept(reader.set_params(**parameters), path)
    assert repr(loaded.get_params()) == repr(reader.get_params())


@pytest.mark.parametrize("given", ["path", "set", "array"])
def test_codes_of_a_text_file_are_kept_in_the_model_s(given, reader, path, numbers):
    text = path.with_name("codes.txt")
    text.write_text("\n".join(CODES) + "\n")
    given = {"path": text, "set": set(CODES), "array": np.array(CODES)}[given]
    expected = reader.set_params(allowed=given).predict(numbers[0])
    save_model(reader, path)
    text.unlink()
    loaded = load_model(path)
    assert sorted(loaded.allowed) == sorted(CODES)
    np.testing.assert_array_equal(loaded.predict(numbers[0]), expected)


def test_forty_thousand_codes(reader, path):
    codes = [f"{code:05d}" for code in range(1, 80_000, 2)]
    assert kept(reader.set_params(allowed=codes), path).allowed == codes


def test_an_automaton_of_the_user_s_is_kept(reader, path, numbers):
    even = Automaton(np.tile([1, 0] * 5, (2, 1)), [False, True])
    loaded = kept(reader.set_params(checksum=even, min_probability=0), path)
    np.testing.assert_array_equal(loaded.checksum.transitions, even.transitions)
    np.testing.assert_array_equal(loaded.checksum.accepting, even.accepting)
    texts = loaded.predict(numbers[0])
    np.testing.assert_array_equal(texts, reader.predict(numbers[0]))
    assert {text[-1] for text in texts if text and "?" not in text} <= set("02468")


# What is not saved


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"callbacks": [print]}, "callbacks of DigitReader has a value of type builtin"),
        ({"random_state": np.random.RandomState(0)}, "DigitReader has a value of type RandomState"),
        ({"length": 2, "pattern": "d"}, "No number satisfies length, pattern together"),
        ({"checksum": lambda digits: True}, "checksum of DigitReader has a value of type function"),
        ({"allowed": ["12", 3]}, "has allowed codes that are not a list of strings"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_kept_is_told(parameters, reason, reader, path):
    with pytest.raises(ValueError, match=f"This model cannot be saved: .*{reason}"):
        save_model(reader.set_params(**parameters), path)
    assert not path.exists()


def test_a_list_of_codes_that_is_not_there_is_named(reader, path):
    with pytest.raises(FileNotFoundError, match="allowed='none.txt' cannot be read"):
        save_model(reader.set_params(allowed="none.txt"), path)
    assert not path.exists()


def test_it_is_kept_alone(reader, path):
    with pytest.raises(ValueError, match="can only be saved alone, not inside a Pipeline"):
        save_model(make_pipeline(reader), path)
    with pytest.raises(ValueError, match="saved alone, not inside a FrozenEstimator"):
        save_model(FrozenEstimator(reader), path)
    with pytest.raises(ValueError, match="DigitReader is not fitted"):
        save_model(DigitReader(), path)


# What is refused

LEARNED = ("model", "learned")
PARAMETERS = ("model", "parameters")


def learned(name, value):
    return change((*LEARNED, name), value)


def parameter(name, value):
    return change((*PARAMETERS, name), value)


def recipe_with(name, value):
    """Return a function that sets one value of the recipe or of its architecture."""

    def apply(tensors, description):
        recipe = description["model"]["recipe"]["dict"]
        architecture = dict(recipe)["architecture"]["dict"]
        for pair in [*recipe, *architecture]:
            if pair[0] == name:
                pair[1] = value

    return apply


def rebuild(**sizes):
    """Return a function that makes the tensors, too, those of other sizes."""

    def apply(tensors, description):
        for name, value in sizes.items():
            recipe_with(name, value)(tensors, description)
        cost = cost_of(decode(description["model"]["recipe"]))
        tensors.clear()
        tensors.update({name: np.ones(*kind) for name, kind in cost.tensors.items()})

    return apply


def lacks(*place):
    def apply(tensors, description):
        for key in place[:-1]:
            description = description[key]
        del description[place[-1]]

    return apply


def inside_of_a_pipeline(tensors, description):
    description["model"] = {"steps": [["reader", description["model"]]]}


def beside_a_scaler(tensors, description):
    scaler = {"class": "PixelScaler", "parameters": {}, "learned": {}}
    description["model"] = {"steps": [["scaler", scaler], ["reader", description["model"]]]}


def frozen(tensors, description):
    description["model"] = {"frozen": description["model"]}


def within_a_selective_classifier(tensors, description):
    description["model"] = {
        "class": "SelectiveClassifier",
        "estimator": description["model"],
        "parameters": {},
        "learned": {},
    }


def blocks(*sizes):
    return {"tuple": [{"tuple": [*block]} for block in sizes]}


def automaton(transitions, accepting):
    return parameter("checksum", {"automaton": [transitions, accepting]})


HUGE = blocks([10**9, 10**9], [64], [96])
WIDE = blocks([2048], [1], [1])
IMPOSSIBLE = {
    "held_out_confidence_": [
        None,
        [0.5] * 3,
        {"array": ["<f4", [0], []]},
        {"array": ["<f4", [1], [0.5]]},
        {"array": ["<f8", [3], [0.5] * 3]},
        {"array": ["<f4", [3], [0.5, 0.5, 1.5]]},
        {"array": ["<f4", [3, 1], [0.5] * 3]},
        {"array": ["<f4", [10**12], [0.5]]},
        {"float": "nan"},
    ],
    "held_out_right_": [
        None,
        True,
        {"array": ["|b1", [0], []]},
        {"array": ["|b1", [1, 3], [True] * 3]},
        {"array": ["<i8", [3], [1] * 3]},
    ],
    "history_": [None, [], [{"dict": [["epoch", 1]]}], {"dict": []}],
    "n_epochs_": [0, 5, "6", True, {"float": "inf"}],
    "max_epochs_": [0, 6.0, "auto", None],
    "device_": ["os.system", "cuda:x", 0, None],
    "precision_": ["float8", "float64", 32, None],
    "interrupted_": ["no", 0, None],
}
UNUSABLE = {
    "length": [-1, 0, 1001, [1, 2], {"tuple": [3, 2]}, {"tuple": [1]}, 2.5, True],
    "pattern": ["", "---", 4, "d" * 1001],
    "allowed": ["/etc/passwd", [], [""], ["a"], [12], 12, [None], ["1"] * 2 + ["1-"], ["1" * 1001]],
    "checksum": ["sha256", 7, [], {"dict": []}],
    "min_value": [-1, 1.5, "1", {"float": "inf"}],
    "max_value": [-1, [], True],
    "separators": ["yes", None],
    "min_probability": [1.0, -0.1, {"float": "nan"}, "half"],
    "max_error_rate": [0, 1, "small"],
    "max_epochs": [0, "all"],
    "batch_size": [0, 2**31],
    "learning_rate": [0, -1.0, {"float": "nan"}],
    "augment": [{"distortion": {"rotation": 999}}, {"distortion": {"evil": 1}}, "paper"],
    "callbacks": [3],
    "random_state": ["a"],
    "precision": ["float64"],
    "evil": [1],
}
LIES = {
    **{
        f"{name}={value!s:.40}": learned(name, value)
        for name, values in IMPOSSIBLE.items()
        for value in values
    },
    **{
        f"{name}={value!s:.40}": parameter(name, value)
        for name, values in UNUSABLE.items()
        for value in values
    },
    **{f"lacks {name}": lacks(*LEARNED, name) for name in IMPOSSIBLE},
    **{f"lacks {name}": lacks("model", name) for name in ("learned", "parameters", "recipe")},
    "unknown learned": learned("read", "evil"),
    "classifier": change(("model", "class"), "CNNDigitClassifier"),
    "scaler": change(("model", "class"), "PixelScaler"),
    "no class": change(("model", "class"), "os.system"),
    "pipeline": inside_of_a_pipeline,
    "steps": beside_a_scaler,
    "frozen": frozen,
    "selective": within_a_selective_classifier,
    "drop": drop_tensor("weight"),
    "drop counts": drop_tensor("num_batches_tracked"),
    "add": add_tensor,
    "spoil": spoil_tensor,
    "transpose": transpose_tensor,
    "temperature 0": set_tensor("temperature", 0.0),
    "temperature inf": set_tensor("temperature", np.inf),
    "temperature nan": set_tensor("temperature", np.nan),
    "variance": set_tensor("running_var", -1.0),
    "answers": set_tensor("output.weight", 3e38),
    "symbols 11": rebuild(n_symbols=11),
    "symbols 12": rebuild(n_symbols=12),
    "symbols 14": rebuild(n_symbols=14),
    "symbols huge": recipe_with("n_symbols", 10**12),
    "symbols true": recipe_with("n_symbols", True),
    "filters huge": recipe_with("filters", HUGE),
    "filters wide": rebuild(filters=WIDE, context={"tuple": [1]}),
    "filters flat": recipe_with("filters", {"tuple": [32, 64, 96]}),
    "filters none": recipe_with("filters", {"tuple": []}),
    "filters empty": recipe_with("filters", blocks([32], [], [96])),
    "filters zero": recipe_with("filters", blocks([32], [0], [96])),
    "filters negative": recipe_with("filters", blocks([32], [-64], [96])),
    "filters deep": recipe_with("filters", blocks(*[[1]] * 5)),
    "filters long": recipe_with("filters", blocks([1] * 1000)),
    "filters array": recipe_with("filters", {"array": ["<i8", [50_000], [1] * 50_000]}),
    "context huge": recipe_with("context", {"tuple": [10**12]}),
    "context long": rebuild(context={"tuple": [1] * 300}),
    "context float": recipe_with("context", {"tuple": [128.0]}),
    "context list": recipe_with("context", [128, 128, 128]),
    "recipe precision": recipe_with("precision", "float64"),
    "recipe device": recipe_with("device", "os.system"),
    "recipe optimizer": recipe_with("optimizer", "evil"),
    "recipe decay": recipe_with("weight_decay", {"float": "inf"}),
    "recipe list": change(("model", "recipe"), []),
    "architecture": recipe_with("architecture", {"dict": []}),
    "automaton of nothing": automaton([], []),
    "automaton to nowhere": automaton([[1] * 10], [True]),
    "automaton of texts": automaton([["a"] * 10], [True]),
    "automaton ragged": automaton([[0] * 10, [0]], [True, True]),
    "automaton of 9": automaton([[0] * 9], [True]),
    "automaton that ends nowhere": automaton([[0] * 10], [False]),
    "automaton short": parameter("checksum", {"automaton": [[[0] * 10]]}),
    "automaton long": parameter("checksum", {"automaton": [[[0] * 10], [True], 1]}),
    "codes of many signs": parameter("allowed", [str(i).zfill(1000) for i in range(1200)]),
    "codes of many signs in a row": parameter("allowed", ["1" * 1000] + ["1"] * 50_000),
    "nothing fits": parameter("max_value", 0),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_with_the_right_digest_is_refused(name, fitted, file):
    tensors, description = parts_of(file.read_bytes())
    if name == "nothing fits":
        description["model"]["parameters"]["min_value"] = 1
    LIES[name](tensors, description)
    write(file, tensors, description)
    started = time.process_time()
    with pytest.raises(ModelFileError, match=REFUSED) as refused:
        load_model(file)
    assert time.process_time() - started < 1
    assert len(str(refused.value)) < len(str(file)) + 400


def test_lies_with_the_right_digest(file, numbers):
    """What cannot be told from a reader that was trained so may open, and then reads."""

    def use(reader):
        assert reader.predict(numbers[0][:1]).shape == (1,)

    assert count_refused(file, 300, use) > 20


def test_wide_filters_that_training_could_give_are_kept(reader, file):
    tensors, description = parts_of(file.read_bytes())
    rebuild(filters=blocks([16], [16, 16], [16]), context={"tuple": []})(tensors, description)
    write(file, tensors, description)
    assert load_model(file).read(np.zeros((40, 40))).text == ""


def test_its_file_is_no_classifier_s(file, numbers):
    loaded = load_model(file)
    with pytest.raises(ValueError, match="DigitReader reads numbers, not single digits: use its"):
        read_digits(numbers[0][:2], loaded)
    with pytest.raises(ValueError, match="DigitReader reads numbers, not single digits: use its"):
        show(numbers[0][0], loaded)
    with pytest.raises(TypeError, match="DigitReader is not a classifier"):
        diagnose(loaded, numbers[0], numbers[1])
