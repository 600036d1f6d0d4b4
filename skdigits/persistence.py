"""Keep a fitted model in a file."""

from pathlib import Path
from tempfile import TemporaryDirectory

import joblib
from sklearn.base import is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

__all__ = ["ModelFileError", "load_model", "save_model"]


class ModelFileError(ValueError):
    """A file that holds no model this package can use; the message says why."""


def save_model(model, path):
    """Write a fitted model to one file.

    The file appears whole or not at all: a full disk or an interrupt leaves whatever was at
    `path` before.

    Parameters
    ----------
    model : estimator instance
        Fitted classifier of this package, or a pipeline of its steps that ends in one.

    path : str or path-like
        File to write; one that exists is replaced.

    Raises
    ------
    ValueError
        If `model` is not a fitted classifier, or has steps of another package.

    OSError
        If the file cannot be written.

    See Also
    --------
    load_model : Read the file.

    Notes
    -----
    For now this is a joblib file. The format will change to one that runs no code when it is
    opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import CNNDigitClassifier
    >>> from skdigits.persistence import load_model, save_model
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = CNNDigitClassifier(max_epochs=10).fit(X[:100], y[:100])
    >>> with TemporaryDirectory() as folder:
    ...     save_model(classifier, f"{folder}/digits.model")
    ...     loaded = load_model(f"{folder}/digits.model")
    >>> bool((loaded.predict(X) == classifier.predict(X)).all())
    True
    """
    if reason := _why_not(model):
        raise ValueError(f"This model cannot be saved: {reason}.")
    path = Path(path)
    with TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        unfinished = Path(folder, path.name)
        # Compression brings a checksum, by which damage is noticed.
        joblib.dump(model, unfinished, compress=1)
        unfinished.replace(path)


def load_model(path):
    """Read a model that :func:`save_model` wrote.

    Parameters
    ----------
    path : str or path-like
        The file. Opening it can run any code that its writer chose: only open files you trust.

    Returns
    -------
    model : estimator instance
        The fitted classifier or pipeline.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, or holds something else.

    See Also
    --------
    save_model : Write the file.
    """
    try:
        model = joblib.load(path)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ModuleNotFoundError as error:
        raise ModelFileError(f"{path} needs {error.name}, which is not installed.") from error
    except Exception as error:  # unpickling damaged bytes can raise anything
        raise ModelFileError(
            f"{path} is damaged or not a model file: write it again with save_model."
        ) from error
    if reason := _why_not(model):
        raise ModelFileError(f"{path} holds no model of this package: {reason}.")
    return model


def _why_not(model):
    """Return why `model` cannot be kept, or None."""
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    for step in steps:
        if type(step).__module__.partition(".")[0] != __name__.partition(".")[0]:
            return f"{type(step).__name__} is not one of its classes"
    if not is_classifier(model):
        return f"{type(steps[-1]).__name__} is not a classifier"
    try:
        check_is_fitted(model)
    except NotFittedError:
        return f"{type(steps[-1]).__name__} is not fitted"
    return None
