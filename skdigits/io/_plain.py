"""Values as JSON and back: plain data only, so that reading it runs no code."""

import math
import re
from collections.abc import Callable
from numbers import Integral, Real

import numpy as np

from skdigits.augmentation import Distortion
from skdigits.numbers import Automaton

MOST_BYTES = 2**24  # of an array of texts
DTYPE = r"[<>|=]?(b1|[iu][1248]|f[248])|[<>]?(U\d{1,6}|[mM]8(\[\d{0,9}\w{1,2}\])?)|\|?O"


def encode(value):
    """Return a parameter or learned attribute in the form of JSON.

    Types that JSON lacks become an object of one entry, with the type as its name: tuples, dicts,
    arrays of numbers, texts, dates or objects, infinite numbers, distortions, automata. NumPy's
    numbers become Python's, and a torch device becomes its name.

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
    if isinstance(value, np.ndarray) and value.dtype.kind in _AS_LIST:
        as_list = _AS_LIST[value.dtype.kind](value.ravel())
        return {"array": [value.dtype.str, list(value.shape), as_list]}
    if isinstance(value, Distortion):
        return {"distortion": {name: encode(each) for name, each in value.get_params().items()}}
    if type(value) is Automaton:
        return {"automaton": [value.transitions.tolist(), value.accepting.tolist()]}
    if type(value).__module__ == "torch" and type(value).__name__ == "device":
        return str(value)
    raise ValueError(f"has a value of type {type(value).__name__}, which is not plain data")


def decode(plain):
    """Return the value that `encode` was given.

    Raises
    ------
    ValueError, TypeError or KeyError
        If `plain` is not the form of any value.
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
    name, shape, values = content
    if not re.fullmatch(DTYPE, name) or len(shape) > 4:
        raise ValueError(f"arrays of {name} and {len(shape)} dimensions are not kept")
    dtype = np.dtype(name)
    if dtype.kind == "O":
        array = np.empty(len(values), dtype=object)
        array[:] = [decode(value) for value in values]
    elif dtype.kind == "U":
        # As wide as necessary, whatever the file says.
        if 4 * len(values) * max(map(len, values), default=0) > MOST_BYTES:
            raise ValueError("an array of texts is too long")
        array = np.array(values, dtype="U")
    elif dtype.kind in "mM":
        array = np.array(values, dtype=np.int64).view(dtype)
    else:
        array = np.array(values, dtype=dtype)
    if array.ndim != 1 or any(type(side) is not int or side < 0 for side in shape):
        raise ValueError("an array does not have its shape")
    return array.reshape(shape)


def _dict(content):
    pairs = [(decode(key), decode(value)) for key, value in content]
    # The hashes of other keys could be made to collide, so that a dict of them takes forever.
    if not all(isinstance(key, str | bool | int | float) for key, _ in pairs):
        raise ValueError("a dict has keys that are not labels")
    return dict(pairs)


_DECODERS: dict[str, Callable] = {
    "float": float,
    "tuple": lambda content: tuple(map(decode, content)),
    "dict": _dict,
    "array": _array,
    "automaton": lambda content: Automaton(*content),
    "distortion": lambda content: Distortion(
        **{name: decode(value) for name, value in content.items()}
    ),
}
