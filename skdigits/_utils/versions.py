"""The versions that reports and model files record."""

import platform
import sys
from importlib.metadata import version

__all__ = ["versions"]


def versions():
    """Return the versions of this package and of the packages that its results depend on."""
    return {
        "skdigits": sys.modules["skdigits"].__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scikit-learn", "skorch", "torch")},
    }
