"""Where torch computes, in which number format, and in which of its modes."""

import functools
import os
from contextlib import ExitStack

import torch

_process = os.getpid()


def undisturbed(function):
    """Let a function compute in torch's default modes, whatever those of the caller are.

    Gradients are recorded, inference mode is off, new tensors are on the CPU unless a device is
    stated, and no precision is lowered. In a forked process, torch would wait forever for the
    threads of the parent: there, it computes with one thread.
    """

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        global _process
        if _process != os.getpid():
            torch.set_num_threads(1)
            _process = os.getpid()
        with ExitStack() as modes:
            modes.enter_context(torch.inference_mode(False))
            modes.enter_context(torch.enable_grad())
            if torch.get_default_device().type != "cpu":
                modes.enter_context(torch.device("cpu"))
            for kind in ("cpu", "cuda"):
                if torch.is_autocast_enabled(kind):
                    modes.enter_context(torch.autocast(kind, enabled=False))
            return function(*args, **kwargs)

    return wrapper


def is_available(device):
    """Tell whether torch can compute on `device` here."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, ImportError):  # the second if built without CUDA
        return False
    return torch.device(device).type != "meta"  # it computes nothing


def find_device(device):
    """Return the name of `device`, or of the best available one for "auto".

    Parameters
    ----------
    device : str or torch.device

    Raises
    ------
    ValueError
        If torch cannot compute there.
    """
    if device == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if is_available(name))
    if not is_available(device):
        there = [name for name in ("cuda", "mps", "cpu") if is_available(name)]
        raise ValueError(
            f"device={str(device)!r} is not available here: use one of {', '.join(there)}, or "
            '"auto" for the best of them.'
        )
    return str(device)


def has_bfloat16(device):
    """Tell whether `device` computes faster in bfloat16 than in float32."""
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return device == "cpu" and bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
