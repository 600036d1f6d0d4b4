"""How many threads compute."""

import os
import sys

__all__ = ["n_threads"]


def n_threads():
    """Return how many threads ONNX Runtime is to use: as many as torch; 0 lets it choose."""
    if torch := sys.modules.get("torch"):
        return torch.get_num_threads()
    stated = os.environ.get("OMP_NUM_THREADS", "")
    return int(stated) if stated.isdecimal() else 0
