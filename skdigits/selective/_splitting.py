"""Splitting of samples, with their labels and parameters."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_consistent_length


def check_classes(y, counts):
    """Refuse labels of fewer than two classes."""
    classes = np.unique(y[counts]).tolist()
    if len(classes) < 2:
        what = f"only one class, {classes[0]!r}" if classes else "no samples"
        where = "" if counts.all() else " with a sample_weight above 0"
        raise ValueError(f"y has {what}{where}: give samples of two classes or more.")


def split(X, y, fit_params, **how):
    """Return samples, labels and parameters of `fit` for training, and the same held out."""
    # imported here: it takes long, and a fitted model does not need it
    from sklearn.model_selection import train_test_split

    names = [
        name
        for name, value in fit_params.items()
        if hasattr(value, "__len__") and not isinstance(value, str | dict) and len(value) == len(y)
    ]
    parts = train_test_split(X, y, *(fit_params[name] for name in names), **how)
    return [
        (X, y, fit_params | dict(zip(names, values, strict=True)))
        for X, y, *values in (parts[::2], parts[1::2])
    ]


def which_count(y, fit_params):
    """Return which samples have a weight other than 0, be it for a step of a pipeline."""
    counts = np.ones(len(y), dtype=bool)
    for name, value in fit_params.items():
        if name.split("__")[-1] == "sample_weight" and np.ndim(value):
            check_consistent_length(y, value)
            weight = np.asarray(value)
            if (weight < 0).any():
                raise ValueError(f"{name} must not be negative, got {weight.min():g}.")
            counts &= weight != 0
    return counts


def clone_with_seeds(estimator, rng):
    """Return a clone in which each ``random_state`` that is None is set to a different seed."""
    estimator = clone(estimator)
    seeds = {
        name: rng.randint(2**31 - 1)
        for name, value in sorted(estimator.get_params().items())
        if value is None and name.split("__")[-1] == "random_state"
    }
    return estimator.set_params(**seeds)
