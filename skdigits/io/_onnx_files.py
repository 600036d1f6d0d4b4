"""A fitted model as one file of ONNX."""

import json
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import safetensors.numpy
from sklearn.utils.validation import check_is_fitted

from skdigits._utils.files import write_whole
from skdigits._utils.sessions import open_session
from skdigits._utils.versions import versions
from skdigits.numbers import DigitReader
from skdigits.onnx import check_installed

ENTRY, FORMAT = "skdigits", 1  # of the metadata
LARGEST_DIFFERENCE = 1e-4  # of a probability
MOST_DIFFERENT_INT8 = 0.01  # of the labels
RANGES = {(0, 255): "NominalRange_0_255", (0, 1): "Normalized_0_1"}


class Comparison(NamedTuple):
    """How a file of ONNX differs from the model that it was made of.

    Parameters
    ----------
    n_images : int
        Number of images that both have seen.
    n_different : int
        Number of those with another label.
    largest_difference : float
        Largest difference of a probability.
    """

    n_images: int
    n_different: int
    largest_difference: float


def to_onnx(model, path, *, dtype="float32", images=False, int8=False):
    """Write a fitted model to one file of ONNX.

    ONNX is a format of networks that other programs and languages can run, without this package and
    without PyTorch. The file holds all that comes between pixels and labels: scaling, the network,
    the temperature of its probabilities, and what a :class:`SelectiveClassifier` rejects. Before it
    is written, ONNX Runtime and the model predict the same 1,000 images.

    Parameters
    ----------
    model : estimator instance
        Fitted :class:`CNNDigitClassifier`, a pipeline of a :class:`PixelScaler` and one, a
        :class:`SelectiveClassifier` around either, or a :class:`DigitReader`, of which the file
        holds the network alone.
    path : str or path-like
        File to write; one that exists is replaced.
    dtype : {"float32", "uint8"}, default="float32"
        Type of the pixels that the file takes. They are on the scale of those of `fit`.
    images : bool, default=False
        Whether it takes images of shape (n, height, width) rather than rows of shape (n,
        n_features). A reader's network always takes lines of shape (n, 32, width).
    int8 : bool, default=False
        Whether weights are kept as 8-bit integers: a quarter of the size, and no slower, as they
        become floats again when the file is opened. Up to 1 % of the labels may then differ.

    Returns
    -------
    comparison : Comparison
        How much the file's answers differ from the model's.

    Raises
    ------
    ImportError
        If the packages onnx and onnxruntime are not installed.
    ValueError
        If the model or a parameter is none of these, or ONNX Runtime gives another label, or, with
        `int8`, more than 1 % other ones. Nothing is written then.
    OSError
        If the file cannot be written.

    See Also
    --------
    save_model : Keeps a model for this package.

    Notes
    -----
    The file of a classifier has one input, "X", and three outputs: "label" of shape (n,),
    "probabilities" of shape (n, n_classes), and "score" of shape (n,), as `score_samples` gives it:
    below 0, an image is unlike those of the training. That of a reader has the input "lines", of
    light ink on black, and the output "log_probabilities" of shape (n, width / 2, n_symbols): of
    no symbol, of "0" to "9", of a decimal mark, and of what is no digit.

    The metadata say under "skdigits", as JSON, what the labels are, which pixels are expected, the
    versions of the packages, and the SHA-256 of the network's weights. Size and range of the pixels
    stand under the names that ONNX has for images, too.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from skdigits import load_pretrained, to_onnx
    >>> with TemporaryDirectory() as folder:
    ...     comparison = to_onnx(load_pretrained(), f"{folder}/digits.onnx", dtype="uint8")
    >>> comparison.n_images, comparison.n_different
    (1000, 0)
    """
    check_installed()
    if dtype not in ("float32", "uint8"):
        raise ValueError(f'dtype must be "float32" or "uint8", got {dtype!r}.')
    check_is_fitted(model)
    write = _reader if isinstance(model, DigitReader) else _classifier
    content, comparison = write(model, dtype, images, int8)
    if not _is_close(comparison, int8):
        raise ValueError(
            f"ONNX Runtime does not give what the model gives: of {comparison.n_images} images, "
            f"{comparison.n_different} have another label, and probabilities differ by up to "
            f"{comparison.largest_difference:.2g}. Nothing is written."
        )
    write_whole(Path(path), content)
    return comparison


def _is_close(comparison, int8):
    if int8:
        return comparison.n_different <= MOST_DIFFERENT_INT8 * comparison.n_images
    return comparison.n_different == 0 and comparison.largest_difference <= LARGEST_DIFFERENCE


def _classifier(model, dtype, images, int8):
    """Return the file of a classifier and its `Comparison`."""
    from skdigits.io._onnx_classifiers import classifier_graph, drawn_images, find_parts

    parts = find_parts(model)
    scaler, network = parts.scaler, parts.network
    pixel_range = None if scaler is None else tuple(map(float, scaler.pixel_range_))
    document = {
        "labels": parts.labels.tolist(),
        "rejects": parts.selective is not None,
        "image_shape": list(network.image_shape_),
        "pixel_range": pixel_range,
    }
    graph = classifier_graph(parts, dtype, images, int8)
    content = graph.content(metadata(document, network.net_, pixel_range))
    X = drawn_images(parts, dtype, images)
    label, probabilities, _ = open_session(content).run(None, {"X": X})
    differences = abs(probabilities - model.predict_proba(X))
    n_different = int((label != model.predict(X)).sum())
    return content, Comparison(len(X), n_different, float(differences.max()))


def _reader(model, dtype, images, int8):
    """Return the file of a reader's network and its `Comparison`."""
    from skdigits.io._onnx_readers import SYMBOLS, best_reading, drawn_lines, reader_graph

    if model.engine != "cnn":
        raise ValueError(
            f'A reader with engine="{model.engine}" cannot be written to ONNX: its network is not '
            "this package's."
        )
    document = {"symbols": SYMBOLS, "pixel_range": (0, 255)}
    graph = reader_graph(model, dtype, int8)
    content = graph.content(metadata(document, model.net_, (0, 255)))
    session, n_lines, n_different, largest = open_session(content), 0, 0, 0.0
    for lines in drawn_lines(dtype):
        (found,) = session.run(None, {"lines": lines})
        expected = np.stack(model.net_.log_probabilities(list(lines)))
        n_lines += len(lines)
        readings = zip(best_reading(found), best_reading(expected), strict=True)
        n_different += sum(one != other for one, other in readings)
        largest = max(largest, float(abs(np.exp(found) - np.exp(expected)).max()))
    return content, Comparison(n_lines, n_different, largest)


def metadata(document, net, pixel_range):
    """Return what a file says of itself, texts by their names."""
    weights = sha256(safetensors.numpy.save(net.state["weights"])).hexdigest()
    document = {"format": FORMAT, "versions": versions(), "weights_sha256": weights, **document}
    texts = {ENTRY: json.dumps(document), "Image.BitmapPixelFormat": "Gray8"}
    if pixel_range in RANGES:
        texts["Image.NominalPixelRange"] = RANGES[pixel_range]
    return texts
