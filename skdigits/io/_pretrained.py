"""The pretrained models."""

import json
import warnings
from pathlib import Path

import numpy as np

from skdigits.io._model_file import load_model
from skdigits.selective import selective_from

WEIGHTS = Path(__file__).parent / "weights"


def load_pretrained(*, max_error_rate=None, backend="torch"):
    """Return the pretrained classifier of single digits.

    Parameters
    ----------
    max_error_rate : float, default=None
        Limit on the share of wrong answers, in (0, 1). The model then predicts "?" for images that
        are too uncertain or not like a digit. Of its other answers, at most this share is wrong,
        with a confidence of 95 %, for images like those of MNIST, each with one of 15 corruptions
        (noise, blur, lines and others) or none. None means that it predicts a digit for each image.
    backend : {"torch", "onnx", "auto"}, default="torch"
        What computes the predictions, as for :func:`load_model`.

    Returns
    -------
    model : Pipeline or SelectiveClassifier
        Fitted model for rows of 28 × 28 pixels from 0 to 255, light on dark, as returned by
        :func:`~skdigits.datasets.fetch_mnist` and :class:`~skdigits.DigitNormalizer`. Its classes
        are the strings "0" to "9".

    Raises
    ------
    ValueError
        If no threshold keeps so low an error rate, or `backend` is invalid.
    ImportError
        If `backend` is "onnx" and its packages are not installed.

    See Also
    --------
    pretrained_card : How it was trained, how accurate it is, and its limits.
    DigitNormalizer : Brings any picture of a digit to the form that it expects.

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
        warnings.simplefilter("ignore")  # the error below says more
        selective = selective_from(model, **held_out, max_error_rate=max_error_rate)
    if selective.coverage_ == 0:
        raise ValueError(
            f"An error rate of {max_error_rate:g} cannot be promised: {len(held_out['is_right'])} "
            "held-out images are too few to show it. Give a larger max_error_rate."
        )
    return selective


def load_reader(*, backend="torch"):
    """Return the pretrained reader of handwritten numbers.

    Parameters
    ----------
    backend : {"torch", "onnx", "auto"}, default="torch"
        What computes the predictions, as for :func:`load_model`.

    Returns
    -------
    reader : DigitReader
        Fitted reader, whose parameters are the defaults, except for those of its training. Use
        ``set_params`` to state what is known about the numbers.

    See Also
    --------
    load_pretrained : Reads single digits.
    DigitReader.calibrate : Adjusts its confidences to your own pictures.

    Notes
    -----
    It was trained on numbers composed of MNIST's training images, of digits drawn by
    :func:`~skdigits.datasets.make_digits`, and of digits from handwriting fonts;
    :doc:`/pretrained` describes the training and the accuracy. Each call returns a new reader.

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
    """Return how the pretrained classifier was made, how accurate it is, and its limits.

    Returns
    -------
    card : dict
        Numbers and strings under "data", "recipe", "n_weights", "figures" and "limits".

    See Also
    --------
    load_pretrained : Return the classifier.

    Examples
    --------
    >>> from skdigits import pretrained_card
    >>> pretrained_card()["data"]["name"]
    'MNIST, drawn digits and fonts'
    """
    return json.loads((WEIGHTS / "card.json").read_text(encoding="utf-8"))
