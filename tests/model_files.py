"""Model files taken apart, changed and written again with a digest that is right."""

import json

import numpy as np
import safetensors.numpy

from skdigits import ModelFileError, load_model
from skdigits.io._container import digest_of

ZEROS = "0" * 64
REFUSED = (
    r"digits\.safetensors "
    r"(is|has|holds|lacks|states|describes|does|counts|names|was|accepts|gives) .+[^.]\.$"
)


def parts_of(content):
    """Return the tensors and the description in a file's content."""
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return safetensors.numpy.load(content), json.loads(header["__metadata__"]["skdigits"])


def write(path, tensors, description):
    """Write a file whose digest is right, whatever it says."""
    description = {"sha256": ZEROS, **{k: v for k, v in description.items() if k != "sha256"}}
    content = safetensors.numpy.save(tensors, {"skdigits": json.dumps(description)})
    path.write_bytes(content.replace(ZEROS.encode(), digest_of(content).encode(), 1))


def lies(description, n, seed=0):
    """Yield descriptions of which a stretch of the model's text was replaced, if still JSON."""
    text = json.dumps(description["model"])
    rng = np.random.default_rng(seed)
    junk = [*"09-[]{},.", '"', "null", "-1", "1e9", '{"tuple":[]}', "true", '"a"', "[[[[", "NaN"]
    for _ in range(n):
        start = rng.integers(len(text))
        new = text[:start] + rng.choice(junk) + text[start + rng.integers(8) :]
        try:
            yield {**description, "model": json.loads(new)}
        except ValueError:
            continue


def count_refused(path, n, use):
    """Return how many of `n` lies the file is refused for; all others are used."""
    tensors, description = parts_of(path.read_bytes())
    refused = 0
    for lie in lies(description, n):
        write(path, tensors, lie)
        try:
            model = load_model(path)
        except ModelFileError:
            refused += 1
        else:
            use(model)
    return refused


def change(path, value):
    """Return a function that sets one place in a description."""

    def apply(tensors, description):
        *parents, last = path
        for key in parents:
            description = description[key]
        description[last] = value

    return apply


def drop_tensor(ending):
    def apply(tensors, description):
        del tensors[next(name for name in sorted(tensors) if name.endswith(ending))]

    return apply


def add_tensor(tensors, description):
    tensors["more"] = np.zeros(3)


def spoil_tensor(tensors, description):
    name = next(name for name in sorted(tensors) if name.endswith("weight"))
    tensors[name] = np.full_like(tensors[name], np.nan)


def transpose_tensor(tensors, description):
    name = next(name for name in sorted(tensors) if name.endswith("output.weight"))
    tensors[name] = np.ascontiguousarray(tensors[name].T)


def set_tensor(ending, value):
    def apply(tensors, description):
        name = next(name for name in sorted(tensors) if name.endswith(ending))
        with np.errstate(over="ignore"):
            tensors[name] = np.full_like(tensors[name], value)

    return apply
