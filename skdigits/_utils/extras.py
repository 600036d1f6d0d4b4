"""Check whether the packages of an extra are installed."""

from importlib.util import find_spec

__all__ = ["are_installed", "check_extra"]


def are_installed(packages):
    """Tell whether all packages are installed, without importing them."""
    return all(find_spec(name) is not None for name in packages)


def check_extra(packages, extra, what):
    """Raise an ImportError unless the packages of an extra are installed.

    Parameters
    ----------
    packages : iterable of str
    extra : str
        Name of the extra that contains them.
    what : str
        The feature that needs them; the message starts with it.

    Raises
    ------
    ImportError
        If a package is missing.
    """
    if not are_installed(packages):
        raise ImportError(
            f'{what} needs packages that are not installed: pip install "skdigits[{extra}]"'
        )
