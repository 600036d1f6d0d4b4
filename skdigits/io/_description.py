"""A model as plain values and tensors, and back."""

import inspect
import json

from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skdigits._utils.versions import versions
from skdigits.augmentation import Distortion
from skdigits.classifier import CNNDigitClassifier
from skdigits.io._checks import LEARNED, check_constraints, check_learned
from skdigits.io._error import ModelFileError, refuse_unless
from skdigits.io._networks import ARCHITECTURES, check_network
from skdigits.io._plain import decode, encode
from skdigits.numbers import DigitReader
from skdigits.selective import SelectiveClassifier

DEEPEST, MOST_PARTS, LONGEST_NAME = 6, 16, 1_000
KINDS = {kind.__name__: kind for kind in LEARNED}


def describe(model, tensors):
    """Return plain values from which `build` makes the model, and put its arrays into `tensors`.

    Parameters that have their defaults are left out.

    Raises
    ------
    ValueError
        If the model holds something other than plain data.
    """
    if isinstance(model, Pipeline):
        return {"steps": [[name, describe(step, tensors)] for name, step in model.steps]}
    if isinstance(model, FrozenEstimator):
        return {"frozen": describe(model.estimator, tensors)}
    state = model.__getstate__()
    description: dict = {"class": type(model).__name__}
    if isinstance(model, SelectiveClassifier):
        description["estimator"] = describe(model.estimator_, tensors)
    defaults = _defaults(type(model))
    parameters = {name: getattr(model, name) for name in defaults}
    if not isinstance(parameters.get("allowed"), list | tuple | None):
        parameters["allowed"] = list(model._constraint().codes.values())  # a text file may move
    parameters = _encode(model, parameters)
    description["parameters"] = {
        name: value
        for name, value in parameters.items()
        if json.dumps(value) != json.dumps(encode(defaults[name]))
    }
    learned = {name: state[name] for name in LEARNED[type(model)] if name in state}
    description["learned"] = _encode(model, learned)
    if "net_" in state:
        tensors.update(state["net_"]["weights"])
        description["recipe"] = encode(state["net_"]["recipe"])
    return description


def _defaults(kind):
    parameters = inspect.signature(kind).parameters.values()
    return {each.name: each.default for each in parameters if each.name != "estimator"}


def _encode(model, values):
    plain = {}
    for name, value in values.items():
        try:
            plain[name] = encode(value)
        except ValueError as error:
            raise ValueError(
                f"This model cannot be saved: {name} of {type(model).__name__} {error}: set it to "
                "something else."
            ) from error
    return plain


def build(description, tensors, as_net=None):
    """Return the model that `describe` described.

    Parameters
    ----------
    description : dict
    tensors : dict of str to ndarray
    as_net : callable, default=None
        Makes a net from its state; None makes one of PyTorch.

    Raises
    ------
    ModelFileError
        If the description is not that of a model, or of a newer version.
    """
    kinds = list(_kinds_in(description))
    refuse_unless(len(kinds) <= MOST_PARTS, f"has more than {MOST_PARTS} steps")
    alone = kinds == [DigitReader] and not {"steps", "frozen"} & description.keys()
    refuse_unless(
        alone or (kinds.count(CNNDigitClassifier) == 1 and DigitReader not in kinds),
        "does not hold exactly one classifier, or a DigitReader alone",
    )
    return _build(description, tensors, as_net)


def _kinds_in(description, depth=0):
    """Yield the class of each part, before any is built."""
    refuse_unless(depth < DEEPEST, "is nested too deeply for a model")
    refuse_unless(isinstance(description, dict), "does not describe a model")
    if "steps" in description:
        steps = description["steps"]
        is_list = isinstance(steps, list) and len(steps) > 0
        refuse_unless(
            is_list and all(isinstance(step, list) and len(step) == 2 for step in steps),
            "has a pipeline whose steps are invalid",
        )
        for _, step in steps:
            yield from _kinds_in(step, depth + 1)
    elif "frozen" in description:
        yield from _kinds_in(description["frozen"], depth + 1)
    else:
        name = str(description.get("class"))
        refuse_unless(name in KINDS, f"holds a {name!s:.40}, which is not a class for models")
        yield KINDS[name]
        if KINDS[name] is SelectiveClassifier:
            yield from _kinds_in(description.get("estimator"), depth + 1)


def _build(description, tensors, as_net):
    if "steps" in description:
        return Pipeline(_steps(description["steps"], tensors, as_net))
    if "frozen" in description:
        return FrozenEstimator(_build(description["frozen"], tensors, as_net))
    kind = KINDS[description["class"]]
    name = kind.__name__
    parameters, learned = (_decode_all(description, part) for part in ("parameters", "learned"))
    unknown = sorted(parameters.keys() - _defaults(kind).keys())
    refuse_unless(
        not unknown,
        f"has the parameter {', '.join(unknown)!s:.100} of {name}, which skdigits "
        f"{versions()['skdigits']} does not know: install a newer version",
    )
    check_learned(kind, learned)
    if kind is DigitReader:
        check_constraints(parameters)
    if kind is SelectiveClassifier:
        learned["estimator_"] = _build(description["estimator"], tensors, as_net)
        parameters["estimator"] = clone(learned["estimator_"])
    model = kind(**parameters)
    _check_parameters(model)
    if kind in ARCHITECTURES:
        recipe = _decode("recipe", description.get("recipe"))
        check_network(kind, recipe, learned, tensors)
        state = {"recipe": recipe, "weights": tensors}
        learned["net_"] = state if as_net is None else as_net(state)
    model.__setstate__(learned)
    return model


def _steps(steps, tensors, as_net):
    names = [name for name, _ in steps]
    refuse_unless(
        all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in names)
        and len(set(names)) == len(names)
        and not any("__" in name or name in Pipeline([]).get_params(deep=False) for name in names),
        "has a pipeline whose steps have invalid names",
    )
    return [(name, _build(step, tensors, as_net)) for name, step in steps]


def _decode_all(description, part):
    values = description.get(part)
    refuse_unless(isinstance(values, dict), f"lacks the {part} of a model")
    return {name: _decode(name, value) for name, value in values.items()}


def _decode(name, value):
    try:
        return decode(value)
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"holds an invalid value of {name!s:.40}") from error


def _check_parameters(model):
    try:
        if hasattr(model, "_parameter_constraints"):
            model._validate_params()
        if hasattr(model, "_check_parameters"):
            model._check_parameters()
        if isinstance(model, DigitReader):
            model._constraint()
        if isinstance(getattr(model, "augment", None), Distortion):
            model.augment._validate_params()
    except (ArithmeticError, TypeError, ValueError, AttributeError) as error:
        text = " ".join(str(error).split()).rstrip(".")
        raise ModelFileError(f"holds an invalid parameter: {text:.300}") from error
