"""Set the constraints from a command or a request on a reader."""

import re


def parse_length(text):
    """Return the minimum and maximum number of digits from a text such as "5" or "3-6".

    Raises
    ------
    ValueError
        If the text is neither a number above 0 nor a range.
    """
    found = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", text)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if least > most or most == 0:
        raise ValueError(f"length must be a number, or a range such as 3-6, got {text!r}.")
    return least, most


def set_given(reader, **given):
    """Set the parameters of a reader that are not None, and check them at once.

    Raises
    ------
    ImportError
        If the engine is not installed.
    ValueError
        If a value is invalid, or no number satisfies all constraints.
    """
    reader.set_params(**{name: value for name, value in given.items() if value is not None})
    next(reader.read_many([]), None)
