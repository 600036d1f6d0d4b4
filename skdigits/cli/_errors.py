"""Errors as one line for readers."""

import logging
import traceback
from pathlib import Path

logger = logging.getLogger("skdigits")

NO_MEMORY = (
    "There is not enough memory: close other programs, or ask for less, such as a smaller network, "
    "smaller batches or smaller pictures."
)
LONGEST = 200  # characters of what a library says


def describe(error):
    """Return what went wrong, and what to do, in one sentence or two."""
    logger.debug("A command failed", exc_info=error)
    is_missing_extra = isinstance(error, ImportError) and error.name is None
    if is_missing_extra or isinstance(error, OSError | ValueError):
        return str(error)
    if _is_lack_of_memory(error):
        return shorten(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"This should not happen: {shorten(error)} ({Path(place.filename).name}, line "
        f"{place.lineno}). Please report it, with what `skdigits doctor` prints."
    )


def shorten(error):
    """Return the kind of an error and the first line of what it says."""
    if _is_lack_of_memory(error):
        return NO_MEMORY
    first = str(error).strip().partition("\n")[0]
    words = first if len(first) <= LONGEST else f"{first[:LONGEST]} ..."
    return f"{type(error).__name__}: {words}" if words else f"{type(error).__name__}."


def _is_lack_of_memory(error):
    """Tell whether there is not the memory that was asked for: torch has no error of its own."""
    words = str(error)
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("allocate memory" in words or "out of memory" in words)
    )
