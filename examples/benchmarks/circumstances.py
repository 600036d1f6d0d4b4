"""How a run was measured: hardware, versions, sources and protocol."""

import ast
import hashlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("classifier", "training", "network", "augmentation", "_utils")
PRESETS = "_presets.py"
PACKAGES = ("numpy", "scikit-learn", "scipy", "skorch", "torch", "onnx", "onnxruntime")


class _WithoutText(ast.NodeTransformer):
    def visit_Expr(self, node):
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)


def hash_of_sources():
    """Return a hash of the code that is measured, without comments and docstrings.

    The presets are not part of it either, because each run contains its parameters.
    """
    here = Path(__file__).parent
    rooms = [ROOT / "skdigits" / name for name in ROOMS]
    files = sorted({file for room in rooms for file in room.glob("*.py")} - {rooms[0] / PRESETS})
    files += [here / f"{name}.py" for name in ("bare", "fits", "measure", "probes", "timing")]
    code = [ast.dump(_WithoutText().visit(ast.parse(path.read_text("utf-8")))) for path in files]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()


def versions():
    """Return the version of Python and of each package, None if it is missing."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def processor():
    """Return the processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def current_setting(protocol):
    """Return what must be the same for all runs in a folder."""
    import torch

    return {
        "hardware": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        },
        "versions": versions(),
        "sources": hash_of_sources(),
        "protocol": protocol,
    }
