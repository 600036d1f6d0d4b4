"""Issue warnings that point to a line of the user's code."""

import sys
import warnings

__all__ = ["warn_user"]


def warn_user(message, category=UserWarning):
    """Warn at the line of the user's code that called this package, directly or by scikit-learn."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(("skdigits", "sklearn")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level + 1)
