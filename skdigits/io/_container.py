"""The file itself: tensors and one JSON text, protected by a digest."""

import hashlib
import json
import os
import stat

import safetensors
import safetensors.numpy

from skdigits._utils.versions import versions
from skdigits.io._error import ModelFileError, refuse_unless

FORMAT = 1
ENTRY = "skdigits"  # of the file's metadata
NO_DIGEST = 64 * "0"
LARGEST_FILE = 2**30  # bytes
MOST_VALUES = 200_000  # in the JSON texts
LONGEST_NUMBER = 40  # characters
WHOLE = range(-(2**63), 2**64)  # the hashes of larger numbers could be made to collide

ALTERED = "was altered or cut short after it was written: copy or save it again"
NO_MODEL = "is not a model file of skdigits: give a file that save_model wrote"


def pack(tensors, description):
    """Return the content of a file: tensors by name, and a description in plain values."""
    description = {
        "sha256": NO_DIGEST,
        "format": FORMAT,
        "versions": versions(),
        "model": description,
    }
    content = safetensors.numpy.save(tensors, {ENTRY: json.dumps(description, allow_nan=False)})
    return content.replace(NO_DIGEST.encode(), digest_of(content).encode(), 1)


def read(path):
    """Return the content of a regular file that is not too large for a model."""
    with open(path, "rb", buffering=0, opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        refuse_unless(
            stat.S_ISREG(status.st_mode), "is not a regular file: give a file that save_model wrote"
        )
        refuse_unless(status.st_size <= LARGEST_FILE, "is larger than 1 GiB, the limit for models")
        return file.read(status.st_size)


def unpack(content):
    """Return the tensors and the description of the model that a file's content holds."""
    size = int.from_bytes(content[:8], "little")
    refuse_unless(len(content) > 8 and size <= len(content) - 8, NO_MODEL)
    try:
        header = content[8 : 8 + size].decode()
    except UnicodeDecodeError as error:
        raise ModelFileError(NO_MODEL) from error
    metadata = _parse(header, NO_MODEL).get("__metadata__")
    refuse_unless(isinstance(metadata, dict) and isinstance(metadata.get(ENTRY), str), NO_MODEL)
    description = _parse(metadata[ENTRY], ALTERED)
    _check_format(description)
    digest = description.get("sha256")
    refuse_unless(isinstance(digest, str) and len(digest) == len(NO_DIGEST), ALTERED)
    sealed = content.replace(digest.encode(errors="replace"), NO_DIGEST.encode(), 1)
    refuse_unless(digest_of(sealed) == digest, ALTERED)
    try:
        tensors = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise ModelFileError("holds tensors that no network of skdigits has") from error
    return tensors, description.get("model")


def digest_of(content):
    """Return the SHA-256 of a file's content, as text."""
    return hashlib.sha256(content).hexdigest()


def _open_at_once(path, flags):
    """Open a file without waiting: opening a pipe that nobody writes to would wait forever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check_format(description):
    number = description.get("format")
    refuse_unless(type(number) is int and number > 0, ALTERED)
    if number > FORMAT:
        theirs = description.get("versions")
        theirs = theirs.get("skdigits", "?") if isinstance(theirs, dict) else "?"
        raise ModelFileError(
            f"has format {number}, of skdigits {theirs!s:.20}, but skdigits "
            f"{versions()['skdigits']} reads formats up to {FORMAT}: install a newer version"
        )


def _parse(text, otherwise):
    """Return the object of a JSON text that is not too large for a model."""
    n_values = sum(map(text.count, ",[{"))
    refuse_unless(n_values <= MOST_VALUES, f"holds more than {MOST_VALUES:,} values")
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_number(int),
            parse_float=_number(float),
        )
    except RecursionError as error:
        raise ModelFileError("is nested too deeply for a model") from error
    except ModelFileError:
        raise
    except ValueError as error:
        raise ModelFileError(otherwise) from error
    refuse_unless(isinstance(parsed, dict), otherwise)
    return parsed


def _unique(pairs):
    result = dict(pairs)
    refuse_unless(len(result) == len(pairs), "names a value twice")
    return result


def _refuse_constant(name):
    raise ModelFileError(f"holds {name}, which is not a number in JSON")


def _number(kind):
    def parse(text):
        refuse_unless(len(text) <= LONGEST_NUMBER, "holds a number with too many digits")
        number = kind(text)
        refuse_unless(kind is float or number in WHOLE, "holds a number with too many digits")
        return number

    return parse
