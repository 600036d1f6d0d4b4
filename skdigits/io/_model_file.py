"""Keep a fitted model in one file that runs no code when it is opened."""

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import safetensors.numpy
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skdigits._utils.files import write_whole
from skdigits._utils.versions import versions
from skdigits.augmentation import Distortion
from skdigits.classifier import CNNDigitClassifier
from skdigits.io._plain import decode, encode
from skdigits.normalizer import DigitNormalizer, find_normalizer
from skdigits.preprocessing import PixelScaler
from skdigits.selective import SelectiveClassifier

FORMAT = 2  # 1 lacks what is typical
ENTRY = "skdigits"  # of the file's metadata
NO_DIGEST = 64 * "0"
LARGEST_FILE = 2**30  # bytes
LARGEST_IMAGE = 2**20  # pixels

_ROWS = {"n_features_in_": int, "feature_names_in_": np.ndarray, "_sklearn_output_config": dict}
LEARNED: dict[type, dict[str, Any]] = {
    PixelScaler: {
        **_ROWS,
        "pixel_range_": tuple,
        "accepted_range_": tuple,
        "pixel_dtype_": np.dtype,
        "peak_": float,
        "whole_": bool,
    },
    DigitNormalizer: _ROWS,
    CNNDigitClassifier: {
        **_ROWS,
        "classes_": np.ndarray,
        "image_shape_": tuple,
        "patch_size_": int,
        "filters_": (tuple, list, np.ndarray),
        "max_epochs_": int,
        "batch_size_": int,
        "label_smoothing_": (float, int),
        "augment_": (Distortion, NoneType),
        "device_": str,
        "precision_": str,
        "history_": list,
        "n_epochs_": int,
        "interrupted_": bool,
    },
    SelectiveClassifier: {
        **_ROWS,
        "classes_": np.ndarray,
        "reject_label_": object,
        "threshold_": float,
        "coverage_": float,
    },
}
"""What `fit` sets of each class that a file may hold, and the type of each."""


class ModelFileError(ValueError):
    """A file that holds no model this package can use; the message says why.

    Examples
    --------
    >>> from skdigits import ModelFileError
    >>> issubclass(ModelFileError, ValueError)
    True
    """


class _NewerFormat(Exception):
    """The file is of a later version."""


def save_model(model, path):
    """Write a fitted model to one file.

    The file appears whole or not at all: a full disk or an interrupt leaves whatever was at
    `path` before.

    Parameters
    ----------
    model : estimator instance
        Fitted :class:`CNNDigitClassifier`, a pipeline of this package's steps that ends in one, or
        a :class:`SelectiveClassifier` around either.

    path : str or path-like
        File to write; one that exists is replaced.

    Raises
    ------
    ValueError
        If `model` is not a fitted classifier, has steps of another package, or a parameter that
        only code can describe, such as a callback.

    OSError
        If the file cannot be written. The message names it.

    See Also
    --------
    load_model : Read the file.

    Notes
    -----
    The file is one of safetensors: the network's tensors, and one entry of metadata, a JSON text
    under "skdigits". It holds the parameters, what `fit` learned (the training history with it),
    the versions of the packages and the SHA-256 of the file, computed with 64 zeros in its place.

    What only a further training needs is not kept: the optimizer's state, callbacks, and requests
    of metadata routing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import CNNDigitClassifier, load_model, save_model
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = CNNDigitClassifier(max_epochs=10).fit(X[:100], y[:100])
    >>> with TemporaryDirectory() as folder:
    ...     save_model(classifier, f"{folder}/digits.safetensors")
    ...     loaded = load_model(f"{folder}/digits.safetensors")
    >>> bool((loaded.predict(X) == classifier.predict(X)).all())
    True
    """
    if reason := _why_not(model):
        raise ValueError(f"This model cannot be saved: {reason}.")
    tensors: dict[str, np.ndarray] = {}
    description = {
        "sha256": NO_DIGEST,
        "format": FORMAT,
        "versions": versions(),
        "model": _describe(model, tensors),
    }
    content = safetensors.numpy.save(tensors, {ENTRY: json.dumps(description, allow_nan=False)})
    content = content.replace(NO_DIGEST.encode(), _digest(content).encode(), 1)
    write_whole(path, content)


def load_model(path):
    """Read a model that :func:`save_model` wrote.

    Nothing in the file is run, and nothing imported that it names.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    model : estimator instance
        The fitted classifier or pipeline.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, of a newer format, or holds something else.

    See Also
    --------
    save_model : Write the file, with an example.

    Examples
    --------
    >>> from skdigits import ModelFileError, load_model
    >>> try:
    ...     load_model("no-such-file")
    ... except ModelFileError as error:
    ...     print(error)
    no-such-file cannot be read: No such file or directory.
    """
    content = _read(Path(path))
    try:
        description = _open(content)
        model = _build(description["model"], safetensors.numpy.load(content))
        _try_out(model)
    except _NewerFormat as error:
        raise ModelFileError(f"{path} {error}") from error
    except Exception as error:  # what is damaged, or lies, can raise anything
        raise ModelFileError(
            f"{path} is damaged or not a model file: write it again with save_model."
        ) from error
    return model


def _parts(model):
    """Return the estimators that a model consists of, the innermost classifier last."""
    if isinstance(model, Pipeline):
        return [part for _, step in model.steps for part in _parts(step)]
    if isinstance(model, FrozenEstimator):
        return _parts(model.estimator)
    if isinstance(model, SelectiveClassifier):
        return [model, *_parts(getattr(model, "estimator_", model.estimator))]
    return [model]


def _why_not(model):
    """Return why `model` cannot be kept, or None."""
    for part in _parts(model):
        if type(part) not in LEARNED:
            return f"{type(part).__name__} is not one of this package's classes"
    if not is_classifier(model):
        return f"{type(part).__name__} is not a classifier"
    for part in _parts(model):
        try:
            check_is_fitted(part)
        except NotFittedError:
            return f"{type(part).__name__} is not fitted"
    return None


def _describe(model, tensors):
    """Return plain data from which `_build` makes the model, and put its arrays into `tensors`."""
    if isinstance(model, Pipeline):
        return {"steps": [[name, _describe(step, tensors)] for name, step in model.steps]}
    if isinstance(model, FrozenEstimator):
        return {"frozen": _describe(model.estimator, tensors)}
    state, parameters = model.__getstate__(), model.get_params(deep=False)
    learned = {name: state[name] for name in LEARNED[type(model)] if name in state}
    description = {
        "class": type(model).__name__,
        "learned": _encode(model, learned),
    }
    if isinstance(model, SelectiveClassifier):
        del parameters["estimator"]
        description["estimator"] = _describe(model.estimator_, tensors)
    description["parameters"] = _encode(model, parameters)
    if "net_" in state:
        tensors.update(state["net_"]["weights"])
        description["recipe"] = encode(state["net_"]["recipe"])
    return description


def _encode(model, values):
    plain = {}
    for name, value in values.items():
        try:
            plain[name] = encode(value)
        except ValueError as error:
            raise ValueError(
                f"This model cannot be saved: {name} of {type(model).__name__} holds what only "
                f"code can describe ({error}): set it to something else."
            ) from error
    return plain


def _open_at_once(path, flags):
    """Open a file without waiting: a pipe that nobody writes to would never be open."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read(path):
    """Return a file's content, if its size is known before and that of a model file."""
    try:
        with open(path, "rb", buffering=0, opener=_open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ModelFileError(f"{path} is not a regular file: give a file of save_model.")
            if status.st_size > LARGEST_FILE:
                raise ModelFileError(f"{path} is larger than any model file, 1 GiB.")
            return file.read(status.st_size)
    except MemoryError as error:
        raise ModelFileError(f"{path} does not fit into the memory: free some.") from error
    except ModelFileError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelFileError(f"{path} cannot be read: {reason}.") from error


def _open(content):
    """Return the description in a file's content."""
    n_bytes = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + n_bytes].decode())
    description = json.loads(header["__metadata__"][ENTRY])
    if description["format"] > FORMAT:
        theirs, ours = description["versions"]["skdigits"], versions()["skdigits"]
        raise _NewerFormat(
            f"has format {description['format']}, of skdigits {theirs}; skdigits {ours} reads "
            f"formats up to {FORMAT}: install a newer one."
        )
    digest = description["sha256"]
    if _digest(content.replace(digest.encode(), NO_DIGEST.encode(), 1)) != digest:
        raise ValueError("the file has been altered")
    return description


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _build(description, tensors):
    """Return the model that `_describe` described."""
    if "steps" in description:
        return Pipeline([(str(name), _build(step, tensors)) for name, step in description["steps"]])
    if "frozen" in description:
        return FrozenEstimator(_build(description["frozen"], tensors))
    kind = next(kind for kind in LEARNED if kind.__name__ == description["class"])
    parameters, learned = (
        {name: decode(value) for name, value in description[part].items()}
        for part in ("parameters", "learned")
    )
    wrong = [name for name, value in learned.items() if not isinstance(value, LEARNED[kind][name])]
    if wrong:
        raise TypeError(f"{wrong} of another type")
    if kind is CNNDigitClassifier:
        recipe = decode(description["recipe"])
        _check_size(recipe["architecture"], learned["image_shape_"], len(tensors))
        if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", recipe["device"]):
            recipe["device"] = "cpu"
        learned["net_"] = {"recipe": recipe, "weights": tensors}
    if kind is SelectiveClassifier:
        learned["estimator_"] = _build(description["estimator"], tensors)
        parameters["estimator"] = clone(learned["estimator_"])
    model = kind(**parameters)
    model.__setstate__(learned)
    if "net_" in learned:  # torch itself does without the counts of batches
        names = set(model.net_.module_.state_dict())
        since_format_2 = {name for name in names if "typical" in name}
        if names - tensors.keys() not in (set(), since_format_2):
            raise ValueError("tensors are missing")
    return model


def _check_size(architecture, image_shape, n_tensors):
    """Refuse what would take long to build or to try out, whatever the file's own size."""
    if architecture["image_shape"] != image_shape:
        raise ValueError("two shapes of images")
    blocks = architecture["filters"]
    n_layers = sum(len(block) if isinstance(block, tuple | list) else 1 for block in blocks)
    if architecture["n_estimators"] * n_layers > n_tensors:
        raise ValueError("more layers than tensors")
    if np.prod(image_shape, dtype=float) > LARGEST_IMAGE:
        raise ValueError("images are too large")


def _try_out(model):
    """Raise where what the file says does not fit together."""
    classifier = _parts(model)[-1]
    shape, n_features = classifier.image_shape_, classifier.n_features_in_
    nothing = np.zeros((2, *shape))
    logits, typical = classifier.net_.logits(nothing), classifier.net_.typical(nothing)
    if logits.shape != (2, len(classifier.classes_)) or not np.isfinite(logits).all():
        raise ValueError("the network is not the classifier's")
    if not np.isfinite(typical).all():
        raise ValueError("what is typical is not finite")
    if not 0 < n_features <= shape[0] * shape[1]:
        raise ValueError("rows do not fill images")
    for part in _parts(model):
        if isinstance(part, DigitNormalizer):
            part.fit([np.eye(28)])  # checks the parameters
            continue
        reads_rows = find_normalizer(part) is None
        if reads_rows and part.n_features_in_ != n_features:
            raise ValueError("steps differ in the number of features")
        names = getattr(part, "feature_names_in_", range(n_features))
        if reads_rows and len(names) != n_features:
            raise ValueError("columns do not have a name each")
        if len(getattr(part, "classes_", classifier.classes_)) != len(classifier.classes_):
            raise ValueError("steps differ in the number of classes")
        output = getattr(part, "_sklearn_output_config", {"transform": "default"})
        if output not in [{"transform": kind} for kind in ("default", "pandas", "polars")]:
            raise ValueError("a step gives what scikit-learn does not know")
        if isinstance(part, PixelScaler):
            (low, high), (least, most) = part.pixel_range_, part.accepted_range_
            if not float(least) <= float(low) <= float(high) <= float(most):
                raise ValueError("a range of pixels is none")
