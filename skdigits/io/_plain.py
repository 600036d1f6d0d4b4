"""Values as JSON and back: plain data only, so that reading it can do nothing else."""

import math
from collections.abc import Callable
from numbers import Integral, Real

import numpy as np

from skdigits.augmentation import Distortion


def encode(value):
    """Return JSON's form of a parameter or learned attribute.

    What JSON lacks becomes an object of one entry, its kind: tuples, dicts, dtypes, arrays of
    numbers, texts, dates or such values, infinite numbers. Numbers of numpy become Python's.

    Raises
    ------
    ValueError
        If it holds anything else, such as a function.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, list):
        return [encode(each) for each in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(each) for each in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(each)] for key, each in value.items()]}
    if isinstance(value, np.dtype) and value.kind in "biuf":
        return {"dtype": value.str}
    if isinstance(value, np.ndarray) and value.dtype.kind in _AS_LIST:
        as_list = _AS_LIST[value.dtype.kind](value.ravel())
        return {"array": [value.dtype.str, list(value.shape), as_list]}
    if isinstance(value, Distortion):
        return {"distortion": encode(value.get_params())}
    raise ValueError(f"{type(value).__name__} is not plain data")


def decode(plain):
    """Return the value that `encode` was given.

    Raises
    ------
    ValueError, TypeError or KeyError
        If it gives no such thing for any value.
    """
    if isinstance(plain, list):
        return [decode(each) for each in plain]
    if not isinstance(plain, dict):
        return plain
    ((kind, content),) = plain.items()
    return _DECODERS[kind](content)


_AS_LIST: dict[str, Callable] = {
    **dict.fromkeys("biufU", np.ndarray.tolist),
    "O": lambda values: [encode(value) for value in values],
    **dict.fromkeys("mM", lambda values: values.view(np.int64).tolist()),
}


def _array(content):
    dtype, shape, values = content
    dtype = np.dtype(str(dtype))
    if dtype.kind == "O":
        array = np.empty(len(values), dtype=object)
        array[:] = [decode(value) for value in values]
    elif dtype.kind == "U":
        array = np.array(values, dtype="U")  # as wide as need be, whatever the file says
    elif dtype.kind in "mM":
        array = np.array(values, dtype=np.int64).view(dtype)
    elif dtype.kind in "biuf":
        array = np.array(values, dtype=dtype)
    else:
        raise ValueError(f"arrays of {dtype} are not kept")
    return array.reshape(shape)


def _number_dtype(content):
    dtype = np.dtype(str(content))
    if dtype.kind not in "biuf":
        raise ValueError(f"{dtype} is no dtype of numbers")
    return dtype


_DECODERS: dict[str, Callable] = {
    "float": float,
    "tuple": lambda content: tuple(map(decode, content)),
    "dict": lambda content: {decode(key): decode(value) for key, value in content},
    "dtype": _number_dtype,
    "array": _array,
    "distortion": lambda content: Distortion(**decode(content)),
}
