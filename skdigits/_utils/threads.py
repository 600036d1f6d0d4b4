"""Choose the number of threads."""

import os
import sys

__all__ = ["n_threads"]


def n_threads():
    """Return the number of threads for ONNX Runtime: as many as torch uses; 0 lets it choose."""
    if torch := sys.modules.get("torch"):
        return torch.get_num_threads()
    stated = os.environ.get("OMP_NUM_THREADS", "")
    return int(stated) if stated.isdecimal() else 0
