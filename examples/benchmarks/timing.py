"""Measure seconds, memory and accuracy of a fit, and the speed of predictions."""

import contextlib
import copy
import ctypes
import gc
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch

from examples.benchmarks import fits
from skdigits.datasets import fetch_mnist

WARM_UP = 2000
PASSES, SINGLE_CALLS = 5, 200


def resident_megabytes():
    """Return the memory in use and its peak; the peak twice, if only that is known."""
    try:
        status = Path("/proc/self/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines())
        return tuple(int(lines[name].split()[0]) / 2**10 for name in ("VmRSS", "VmHWM"))
    except (OSError, KeyError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak /= 2**20 if sys.platform == "darwin" else 2**10
        return peak, peak


def forget_peak():
    """Free unused memory, and reset the peak on Linux."""
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # some containers, some C libraries
            ctypes.CDLL(None).malloc_trim(0)
            Path("/proc/self/clear_refs").write_text("5")


def synchronize():
    """Wait for the GPU, if there is one."""
    if fits.DEVICE != "cpu":
        torch.accelerator.synchronize()


def timed(function, *args, **kwargs):
    """Return the result of a function and its seconds."""
    start = time.perf_counter()
    result = function(*args, **kwargs)
    synchronize()
    return result, time.perf_counter() - start


def speed(predict, X):
    """Return images/s for all rows together, and milliseconds for one row alone."""
    seconds = median(timed(predict, X)[1] for _ in range(PASSES))
    single = median(timed(predict, X[i : i + 1])[1] for i in range(SINGLE_CALLS))
    return {"images_per_second": len(X) / seconds, "one_image_ms": 1000 * single}


@torch.inference_mode()
def predict_by(module, images):
    """Return the positions of the labels that a bare module predicts."""
    module.eval()
    return np.concatenate([module(batch).argmax(1).cpu().numpy() for batch in images.split(1000)])


def train(X, y, method, *, seed, max_epochs):
    """Fit once on a few images to warm up, and then on all; return model and figures.

    The state after each epoch is saved to a file and evaluated later, so that this adds neither
    time nor memory to the fit.
    """
    method(X[:WARM_UP], y[:WARM_UP], seed=seed, max_epochs=1, after_epoch=lambda module: None)
    with tempfile.TemporaryDirectory() as folder:
        seconds = []

        def snapshot(module):
            synchronize()
            seconds.append(time.perf_counter() - start)
            torch.save(module.state_dict(), f"{folder}/{len(seconds)}.pt")

        forget_peak()
        before, _ = resident_megabytes()
        start = time.perf_counter()
        model = method(X, y, seed=seed, max_epochs=max_epochs, after_epoch=snapshot)
        synchronize()
        fit_seconds = time.perf_counter() - start
        _, peak = resident_megabytes()

        X_test, y_test = fetch_mnist("test", return_X_y=True)
        curve = []
        if model.module is not None:
            module, images = copy.deepcopy(model.module), model.inputs(X_test)
            for epoch, second in enumerate(seconds[:-1], start=1):
                module.load_state_dict(torch.load(f"{folder}/{epoch}.pt"))
                hits = predict_by(module, images).astype(str) == y_test
                curve.append([second, 100 * float(hits.mean())])
    accuracy = 100 * float((model.predict(X_test) == y_test).mean())
    return model, {
        "weights": model.n_weights,
        "epochs": model.n_epochs,
        "fit_seconds": fit_seconds,
        "peak_mb": peak - before,
        "accuracy": accuracy,
        "curve": [*curve, [fit_seconds, accuracy]],
    }
