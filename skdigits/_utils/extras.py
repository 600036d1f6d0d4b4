"""Packages of extras, which may be missing."""

from importlib.util import find_spec

__all__ = ["are_installed", "check_extra"]


def are_installed(packages):
    """Tell whether all of some packages are there, without importing them."""
    return all(find_spec(name) is not None for name in packages)


def check_extra(packages, extra, what):
    """Refuse to continue without the packages of an extra.

    Parameters
    ----------
    packages : iterable of str
    extra : str
        Name of the extra that has them.
    what : str
        What needs them, at the beginning of a sentence.

    Raises
    ------
    ImportError
        If one is not installed.
    """
    if not are_installed(packages):
        raise ImportError(
            f'{what} needs packages that are not installed: pip install "skdigits[{extra}]"'
        )
