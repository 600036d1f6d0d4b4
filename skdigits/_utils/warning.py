"""Warnings that point to the user's own line."""

import sys
import warnings

__all__ = ["warn_user"]


def warn_user(message, category=UserWarning):
    """Warn, as at the line that called this package, or scikit-learn around it."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(("skdigits", "sklearn")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level + 1)
