"""One run: fit and measure an entry in this process, and write a JSON file.

`compare` starts it as ``python -m examples.benchmarks.measure JOB``, where JOB is JSON.
"""

import functools
import json
import sys
import warnings
from pathlib import Path

import torch

from examples.benchmarks import bare, fits, probes
from examples.benchmarks.entries import ENTRIES
from examples.benchmarks.timing import predict_by, speed, train
from skdigits.datasets import fetch_mnist

MODELS = {
    "skdigits": fits.skdigits,
    "recipe": fits.recipe,
    "plain_skorch": fits.plain_skorch,
    "bare_loop": bare.bare_loop,
    "mlp": fits.mlp,
    "svc": fits.svc,
}


def measure_model(X, y, entry, **options):
    """Return the figures of a model's training and prediction."""
    method = MODELS[entry.method]
    if entry.parameters:
        method = functools.partial(method, parameters=entry.parameters)
    model, figures = train(X, y, method, **options)
    X_test = fetch_mnist("test").data
    figures |= speed(model.predict, X_test)
    if entry.method == "skdigits":
        ready = model.inputs(X_test).to(next(model.module.parameters()).dtype)
        ready = ready.contiguous(memory_format=torch.channels_last)
        bare_call = speed(lambda images: predict_by(model.module, images), ready)
        figures |= {f"bare_{name}": value for name, value in bare_call.items()}
    return figures


def main(job):
    """Measure, and write the figures and the job into the job's file."""
    warnings.simplefilter("ignore")
    entry = ENTRIES[job["entry"]]
    X, y = fetch_mnist("train", return_X_y=True)
    X, y = X[: job["n_train"]], y[: job["n_train"]]
    measure = measure_model if entry.method in MODELS else getattr(probes, entry.method)
    figures = measure(X, y, entry, seed=job["seed"], max_epochs=job["max_epochs"])
    path = Path(job.pop("path"))
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({**job, **figures}, indent=1), encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
