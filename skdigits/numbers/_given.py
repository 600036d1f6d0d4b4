"""What a command or a request says of a number, given to a reader."""

import re


def parse_length(text):
    """Return a number of digits, or the least and the most, as of "5" or "3-6".

    Raises
    ------
    ValueError
        If the text says neither.
    """
    found = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", text)
    if not found:
        raise ValueError(f"length is a number, or two such as 3-6, not {text!r}.")
    least, most = found.groups()
    return int(least) if most is None else (int(least), int(most))


def set_given(reader, **given):
    """Set those parameters of a reader that are given, and check them before a picture is read.

    Raises
    ------
    ImportError
        If the engine is not installed.
    ValueError
        If a value cannot be used, or no number satisfies all.
    """
    reader.set_params(**{name: value for name, value in given.items() if value is not None})
    next(reader.read_many([]), None)
