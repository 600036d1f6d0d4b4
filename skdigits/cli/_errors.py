"""Errors as one line for users."""

import logging
import traceback
from pathlib import Path

logger = logging.getLogger("skdigits")

NO_MEMORY = (
    "There is not enough memory: close other programs, or use a smaller network, smaller batches "
    "or smaller pictures."
)
LONGEST = 200  # characters of a library's message


def describe(error):
    """Return one or two sentences on what went wrong and what to do."""
    logger.debug("A command failed", exc_info=error)
    is_missing_extra = isinstance(error, ImportError) and error.name is None
    if is_missing_extra or isinstance(error, OSError | ValueError):
        return str(error)
    if _is_lack_of_memory(error):
        return shorten(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"This should not happen: {shorten(error)} ({Path(place.filename).name}, line "
        f"{place.lineno}). Please report it, with the output of `skdigits doctor`."
    )


def shorten(error):
    """Return the type of an error and the first line of its message."""
    if _is_lack_of_memory(error):
        return NO_MEMORY
    first = str(error).strip().partition("\n")[0]
    words = first if len(first) <= LONGEST else f"{first[:LONGEST]} ..."
    return f"{type(error).__name__}: {words}" if words else f"{type(error).__name__}."


def _is_lack_of_memory(error):
    """Tell whether memory ran out, for which torch has no error class of its own."""
    words = str(error)
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("allocate memory" in words or "out of memory" in words)
    )
