"""ONNX Runtime, if it is installed."""

import sys
from importlib.util import find_spec

MISSING = 'ONNX needs packages that are not installed: pip install "skdigits[onnx]"'


def is_installed():
    """Tell whether the packages of the extra are there."""
    return all(find_spec(name) is not None for name in ("onnx", "onnxruntime"))


def check_installed():
    """Refuse to continue without them."""
    if not is_installed():
        raise ImportError(MISSING)


def find_net(backend):
    """Return what makes a net of its state, or None for PyTorch.

    Parameters
    ----------
    backend : {"torch", "onnx", "auto"}
        "auto" means "onnx" if it is installed and PyTorch is not imported yet.

    Raises
    ------
    ValueError
        If there is no such backend.
    ImportError
        If "onnx" is not installed.
    """
    if backend not in ("torch", "onnx", "auto"):
        raise ValueError(f'backend must be "torch", "onnx" or "auto", got {backend!r}.')
    if backend == "auto":
        backend = "onnx" if "torch" not in sys.modules and is_installed() else "torch"
    if backend == "torch":
        return None
    check_installed()
    from skdigits.onnx._nets import onnx_net

    return onnx_net
