"""The networks that come with the package."""

import json
import warnings
from pathlib import Path

import numpy as np

from skdigits.io._model_file import load_model
from skdigits.selective import selective_from

WEIGHTS = Path(__file__).parent / "weights"


def load_pretrained(*, max_error_rate=None, backend="torch"):
    """Return a reader of digits that needs no training.

    Parameters
    ----------
    max_error_rate : float, default=None
        If given, an image that is too uncertain or not like a digit is answered with "?". Of the
        answers, at most this share is wrong, with a confidence of 95 %, where images are like
        MNIST's, each with one corruption of 15 (noise, blur, lines and others) or none.
    backend : {"torch", "onnx", "auto"}, default="torch"
        What computes the answers, as for :func:`load_model`.

    Returns
    -------
    model : Pipeline or SelectiveClassifier
        Fitted; for rows of 28 × 28 pixels from 0 to 255, light on dark, as
        :func:`~skdigits.datasets.fetch_mnist` and :class:`~skdigits.DigitNormalizer` give them.
        Its classes are the strings "0" to "9".

    Raises
    ------
    ValueError
        If no threshold is known for so small an error rate, or there is no such backend.
    ImportError
        If ``backend="onnx"`` is not installed.

    See Also
    --------
    pretrained_card : How it was trained, what it can and what it cannot.
    DigitNormalizer : Brings any picture of a digit to the form that it reads.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.pipeline import make_pipeline
    >>> from skdigits import DigitNormalizer, load_pretrained
    >>> X, y = load_digits(return_X_y=True)
    >>> reader = make_pipeline(DigitNormalizer(), load_pretrained())
    >>> reader.predict(X[:5])
    array(['0', '1', '2', '3', '4'], dtype=object)
    """
    model = load_model(WEIGHTS / "pretrained.safetensors", backend=backend)
    if max_error_rate is None:
        return model
    held_out = np.load(WEIGHTS / "held_out.npz")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the error says more
        selective = selective_from(model, **held_out, max_error_rate=max_error_rate)
    if selective.coverage_ == 0:
        raise ValueError(
            f"An error rate of {max_error_rate:g} cannot be promised: {len(held_out['is_right'])} "
            "images were held out, too few to show it. Ask for a larger one."
        )
    return selective


def load_reader(*, backend="torch"):
    """Return a reader of handwritten numbers that needs no training.

    Parameters
    ----------
    backend : {"torch", "onnx", "auto"}, default="torch"
        What computes the answers, as for :func:`load_model`.

    Returns
    -------
    reader : DigitReader
        Fitted, with all parameters at their defaults but those of its training. What is known of
        the numbers can be set by ``set_params``.

    See Also
    --------
    load_pretrained : Reads single digits.
    DigitReader.calibrate : Makes its confidences right for pictures of your own.

    Notes
    -----
    It has learned from numbers composed of MNIST's training images, of digits that
    :func:`~skdigits.datasets.make_digits` draws and of those of handwriting fonts;
    :doc:`/pretrained` says how, and what it can. Each call gives a reader of its own.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import load_reader
    >>> from skdigits.datasets import compose_strings
    >>> pictures, strings = compose_strings(*load_digits(return_X_y=True), 100, random_state=0)
    >>> reader = load_reader()
    >>> reader.score(pictures, strings) > 0.5
    True
    """
    return load_model(WEIGHTS / "reader.safetensors", backend=backend)


def pretrained_card():
    """Return how the network that comes with the package was made, and what it can do.

    Returns
    -------
    card : dict
        With "data", "recipe", "n_weights", "figures" and "limits"; plain numbers and strings.

    See Also
    --------
    load_pretrained : The network.

    Examples
    --------
    >>> from skdigits import pretrained_card
    >>> pretrained_card()["data"]["name"]
    'MNIST, drawn digits and fonts'
    """
    return json.loads((WEIGHTS / "card.json").read_text(encoding="utf-8"))
