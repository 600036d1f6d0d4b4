"""What is measured besides the models: ONNX Runtime, more images, two fits at once."""

import copy
import functools
import tempfile

import numpy as np
import torch
from joblib import Parallel, delayed

from examples.benchmarks import fits
from examples.benchmarks.timing import WARM_UP, speed, timed, train
from skdigits.datasets import fetch_mnist

ONNX_BATCHES = (100, 500, 2000)


def onnx_runtime(X, y, entry, *, seed, max_epochs):
    """Return how fast ONNX Runtime predicts with the network of the default classifier."""
    import onnxruntime

    model = fits.skdigits(X, y, seed=seed, max_epochs=max_epochs, after_epoch=lambda module: None)
    module = copy.deepcopy(model.module).float().cpu().eval()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.onnx"
        example = torch.zeros((2, 1, 28, 28), dtype=torch.uint8)
        torch.onnx.export(
            module,
            (example,),
            path,
            dynamo=True,
            external_data=False,
            verbose=False,
            dynamic_shapes={"x": {0: torch.export.Dim.DYNAMIC}},
        )
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (name,) = (node.name for node in session.get_inputs())

    def predictor(batch_size):
        def predict(X):
            images = X.reshape(-1, 1, 28, 28)
            batches = (images[i : i + batch_size] for i in range(0, len(X), batch_size))
            return np.concatenate([session.run(None, {name: b})[0].argmax(1) for b in batches])

        return predict

    X_test = fetch_mnist("test").data
    if not (predictor(1000)(X_test).astype(str) == model.predict(X_test)).mean() > 0.999:
        raise RuntimeError("The exported network predicts other labels.")
    figures = [speed(predictor(batch_size), X_test) for batch_size in ONNX_BATCHES]
    best = max(figures, key=lambda figure: figure["images_per_second"])
    return {"weights": model.n_weights, **best}


def chosen(X, seed, max_epochs):
    """Return the default parameters for all of `X`, to fit a part of it with them."""
    default = fits.settings(len(X), seed, max_epochs)
    names = ("max_epochs", "batch_size", "precision")
    return {name: getattr(default, f"{name}_") for name in names}


def fit_part(X, y, seed, max_epochs, n):
    """Return time and memory of a default fit on the first `n` images."""
    parameters = chosen(X, seed, max_epochs)
    method = functools.partial(fits.skdigits, parameters=parameters)
    _, figures = train(X[:n], y[:n], method, seed=seed, max_epochs=max_epochs)
    return {"x_mb": X[:n].nbytes / 2**20} | {
        name: figures[name] for name in ("fit_seconds", "peak_mb", "epochs")
    }


def half_of_the_images(X, y, entry, *, seed, max_epochs):
    """Return time and memory of a fit on half of the images, with as many epochs as on all."""
    return fit_part(X, y, seed, max_epochs, len(X) // 2)


def all_images(X, y, entry, *, seed, max_epochs):
    """Return time and memory of a fit on all images."""
    return fit_part(X, y, seed, max_epochs, len(X))


def fit_two(X, y, seed, max_epochs, n_jobs):
    """Return the seconds of two default fits with `n_jobs`, in workers that have fitted before."""

    def fit_all(X, y, max_epochs):
        models = [fits.settings(len(X), seed + i, max_epochs) for i in range(2)]
        parallel(delayed(model.fit)(X, y) for model in models)

    with Parallel(n_jobs=n_jobs) as parallel:
        fit_all(X[:WARM_UP], y[:WARM_UP], 1)
        _, seconds = timed(fit_all, X, y, max_epochs)
    return {"fit_seconds": seconds}


def two_fits_in_turn(X, y, entry, *, seed, max_epochs):
    """Return the seconds of two fits, one after the other."""
    return fit_two(X, y, seed, max_epochs, n_jobs=1)


def two_fits_at_once(X, y, entry, *, seed, max_epochs):
    """Return the seconds of two fits in two processes."""
    return fit_two(X, y, seed, max_epochs, n_jobs=2)
