"""Versions, the device that training would use, and the data cache."""

import os
import platform

from skdigits._utils.versions import versions

__all__ = ["describe_environment", "find_environment", "show_versions"]


def show_versions():
    """Print versions, device, threads and data cache, for a bug report.

    See Also
    --------
    diagnose : Finds the usual mistakes with a model and its images.

    Examples
    --------
    >>> from skdigits import show_versions
    >>> show_versions()  # doctest: +ELLIPSIS
    platform      ...
    processors    ...
    skdigits      ...
    """
    print(describe_environment(find_environment()))


def find_environment():
    """Return what `show_versions` prints, as a dictionary."""
    return {
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "versions": versions(),
        **_training(),
        "data": _data(),
    }


def describe_environment(found):
    """Return what `find_environment` found as text, with one item on each line."""
    data = found["data"]
    cached = {
        True: "cached",
        False: "not cached: skdigits train downloads it",
        None: f"unknown: {data['problem']}",
    }
    rows = {
        "platform": found["platform"],
        "processors": found["processors"],
        **found["versions"],
        "device": found["device"],
        "threads": found["threads"],
        "precision": f"{found['precision']} (training on 10,000 images or more)",
        "data cache": data["folder"],
        "MNIST": cached[data["mnist_cached"]],
    }
    return "\n".join(f"{name:14}{value}" for name, value in rows.items())


def _training():
    import torch

    from skdigits.training import find_device, has_bfloat16

    device = find_device("auto")
    return {
        "device": device,
        "threads": torch.get_num_threads(),
        "precision": "bfloat16" if has_bfloat16(device) else "float32",
    }


def _data():
    from skdigits.datasets import find_data_home, is_mnist_cached

    folder, problem = find_data_home(), None
    try:
        cached = is_mnist_cached()
    except OSError as error:
        cached, problem = None, str(error)
    return {"folder": str(folder), "mnist_cached": cached, "problem": problem}
