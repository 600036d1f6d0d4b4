"""Save a fitted model in one file that runs no code when it is opened."""

from pathlib import Path

from sklearn.base import is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skdigits._utils.files import write_whole
from skdigits.io._checks import LEARNED, check_whole, parts_of
from skdigits.io._container import pack, read, unpack
from skdigits.io._description import build, describe
from skdigits.io._error import ModelFileError
from skdigits.numbers import DigitReader
from skdigits.onnx import find_net


def save_model(model, path):
    """Write a fitted model to one file.

    Writing is atomic: if it fails, for example because the disk is full, an existing file is left
    untouched.

    Parameters
    ----------
    model : estimator instance
        Fitted :class:`CNNDigitClassifier`, a pipeline of this package's steps that ends in one,
        a :class:`SelectiveClassifier` around either, or a fitted :class:`DigitReader`.

    path : str or path-like
        File to write; one that exists is replaced.

    Raises
    ------
    ValueError
        If `model` is neither a fitted classifier nor a fitted reader, has a step of another
        package, or a parameter that is not plain data, such as a callback.

    OSError
        If the file cannot be written, or the list of allowed codes of a reader cannot be read. The
        message names the file.

    See Also
    --------
    load_model : Read the file.

    Notes
    -----
    The file has the safetensors format. It holds the network's tensors and one entry of metadata,
    "skdigits", which is a JSON text with the parameters, what `fit` learned (including the training
    history), the versions of the packages and the SHA-256 of the file, computed with 64 zeros in
    its place.

    What only further training needs is not saved: the optimizer's state, callbacks, and requests of
    metadata routing.

    The constraints of a reader are saved. If `allowed` is the path of a text file, its codes are
    saved, and the loaded reader has them as a list.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import CNNDigitClassifier, load_model, save_model
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = CNNDigitClassifier(max_epochs=10).fit(X[:100], y[:100])
    >>> with TemporaryDirectory() as folder:
    ...     save_model(classifier, f"{folder}/digits.safetensors")
    ...     loaded = load_model(f"{folder}/digits.safetensors")
    >>> bool((loaded.predict(X) == classifier.predict(X)).all())
    True
    """
    if reason := _why_not(model):
        raise ValueError(f"This model cannot be saved: {reason}.")
    tensors: dict = {}
    content = pack(tensors, describe(model, tensors))
    try:
        _open(content)
    except ModelFileError as error:
        raise ValueError(
            f"This model cannot be saved: load_model would refuse the file, which {error}."
        ) from error
    write_whole(Path(path), content)


def load_model(path, *, backend="torch"):
    """Read a model that :func:`save_model` wrote.

    No code in the file is run, and nothing that it names is imported.

    Parameters
    ----------
    path : str or path-like
        The file.
    backend : {"torch", "onnx", "auto"}, default="torch"
        What computes the predictions. "onnx" is ONNX Runtime, from the extra ``onnx``: labels are
        the same, and probabilities differ by at most 1e-4. PyTorch, which takes longer to import,
        is then only imported for other tasks, such as gradients or further training. "auto" means
        "onnx" if it is installed and PyTorch is not imported yet, otherwise "torch".

    Returns
    -------
    model : estimator instance
        The fitted classifier, pipeline or reader.

    Raises
    ------
    ValueError
        If `backend` is invalid.
    ImportError
        If `backend` is "onnx" and its packages are not installed.
    ModelFileError
        If the file is missing, damaged, of a newer format, or holds something else; the message
        says which.

    See Also
    --------
    save_model : Write the file, with an example.

    Notes
    -----
    A value is accepted only if `fit` could have produced it, and the cost of the network is
    computed before anything is built. A file may have up to 1 GiB, 200 layers, images of 2 ** 20
    pixels, kernels of 31 pixels and patches of 64. The work that a network may need is limited by
    the size of its file.

    Examples
    --------
    >>> from skdigits import ModelFileError, load_model
    >>> try:
    ...     load_model("no-such-file")
    ... except ModelFileError as error:
    ...     print(error)
    no-such-file cannot be read: No such file or directory.
    """
    as_net = find_net(backend)
    if Path(path).suffix == ".onnx":
        raise ModelFileError(
            f"{path} is an ONNX file, for other programs: give a file that save_model wrote."
        )
    try:
        return _open(read(path), as_net)
    except ModelFileError as error:
        raise ModelFileError(f"{path} {error}.") from error
    except MemoryError as error:
        raise ModelFileError(f"{path} does not fit into memory: close other programs.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelFileError(f"{path} cannot be read: {reason}.") from error
    except Exception as error:  # a manipulated file can raise anything
        raise ModelFileError(
            f"{path} cannot be opened ({type(error).__name__}): save the model again."
        ) from error


def _open(content, as_net=None):
    """Return the model in a file's content."""
    tensors, description = unpack(content)
    model = build(description, tensors, as_net)
    check_whole(model)
    return model


def _why_not(model):
    """Return why `model` cannot be saved, or None."""
    for part in parts_of(model):
        if type(part) not in LEARNED:
            return f"{type(part).__name__} is not one of this package's classes"
    if isinstance(part, DigitReader):
        if model is not part:
            return f"a DigitReader can only be saved alone, not inside a {type(model).__name__}"
    elif not is_classifier(model):
        return f"{type(part).__name__} is not a classifier"
    for part in parts_of(model):
        try:
            # With another engine, a reader needs no network, but then there is nothing to save.
            check_is_fitted(part, "net_" if isinstance(part, DigitReader) else None)
        except NotFittedError:
            return f"{type(part).__name__} is not fitted"
    return None
