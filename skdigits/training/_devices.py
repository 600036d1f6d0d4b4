"""Where torch computes, and in which number format."""

import os

import torch

if hasattr(os, "register_at_fork"):
    # A forked process has none of its parent's threads, and torch would wait for them for ever.
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


def is_available(device):
    """Tell whether torch can compute on `device` here."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError):  # torch built without CUDA raises the latter
        return False
    return True


def find_device(device):
    """Return `device`, or the best there is for "auto".

    Raises
    ------
    ValueError
        If torch cannot compute there.
    """
    if device == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if is_available(name))
    if not is_available(device):
        raise ValueError(
            f'device={device!r} is not available here; "auto" takes the best there is.'
        )
    return device


def has_bfloat16(device):
    """Tell whether `device` computes faster in bfloat16 than in float32."""
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return device == "cpu" and bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
