"""ONNX Runtime, if it is installed."""

import sys

from skdigits._utils.extras import are_installed, check_extra

PACKAGES = ("onnx", "onnxruntime")


def check_installed():
    """Refuse to continue without the packages of the extra."""
    check_extra(PACKAGES, "onnx", "ONNX")


def find_net(backend):
    """Return the function that makes a net from its state, or None for PyTorch.

    Parameters
    ----------
    backend : {"torch", "onnx", "auto"}
        "auto" means "onnx" if it is installed and PyTorch is not imported yet, otherwise "torch".

    Raises
    ------
    ValueError
        If `backend` is none of these.
    ImportError
        If "onnx" is not installed.
    """
    if backend not in ("torch", "onnx", "auto"):
        raise ValueError(f'backend must be "torch", "onnx" or "auto", got {backend!r}.')
    if backend == "auto":
        can = "torch" not in sys.modules and are_installed(PACKAGES)
        backend = "onnx" if can else "torch"
    if backend == "torch":
        return None
    check_installed()
    from skdigits.onnx._nets import onnx_net

    return onnx_net
