"""A fitted model as one ONNX file."""

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
    """How much an ONNX file differs from the model that it was made from.

    Parameters
    ----------
    n_images : int
        Number of images that both predicted.
    n_different : int
        Number of images for which the labels differ.
    largest_difference : float
        Largest difference between two probabilities.
    """

    n_images: int
    n_different: int
    largest_difference: float


def to_onnx(model, path, *, dtype="float32", images=False, int8=False):
    """Write a fitted model to one ONNX file.

    ONNX is a format of networks that other programs and languages can run, without this package or
    PyTorch. The file holds all steps from pixels to labels: the scaling, the network, the
    temperature of its probabilities, and the rejections of a :class:`SelectiveClassifier`. Before
    it is written, the predictions of ONNX Runtime are compared with those of the model on 1,000
    images.

    Parameters
    ----------
    model : estimator instance
        Fitted :class:`CNNDigitClassifier`, a pipeline of a :class:`PixelScaler` and a
        CNNDigitClassifier, a :class:`SelectiveClassifier` around either, or a :class:`DigitReader`.
        The file of a reader holds only the network.
    path : str or path-like
        File to write; one that exists is replaced.
    dtype : {"float32", "uint8"}, default="float32"
        Type of the pixels that the file takes. They must be on the same scale as in `fit`.
    images : bool, default=False
        Whether the file takes images of shape (n, height, width) instead of rows of shape (n,
        n_features). A reader's network always takes lines of shape (n, 32, width).
    int8 : bool, default=False
        Whether weights are stored as 8-bit integers. The file then has a quarter of the size. It is
        not slower, because the weights become floats again when the file is opened. Up to 1 % of
        the labels may differ from those of the model.

    Returns
    -------
    comparison : Comparison
        How much the predictions of the file differ from those of the model.

    Raises
    ------
    ImportError
        If the packages onnx and onnxruntime are not installed.
    ValueError
        If the model or a parameter is not one of these, or the predictions of ONNX Runtime differ
        in any label or, with `int8`, in more than 1 % of the labels. Nothing is written then.
    OSError
        If the file cannot be written.

    See Also
    --------
    save_model : Save a model for use with this package.

    Notes
    -----
    The file of a classifier has one input, "X", and three outputs: "label" of shape (n,),
    "probabilities" of shape (n, n_classes), and "score" of shape (n,), as from `score_samples`: an
    image with a score below 0 is unlike the training images. The file of a reader has one input,
    "lines", with light ink on black, and one output, "log_probabilities" of shape (n, width / 2,
    n_symbols). The symbols are: none, "0" to "9", a decimal mark, and anything else.

    The entry "skdigits" of the metadata is a JSON text with the labels, the pixels that are
    expected, the versions of the packages, and the SHA-256 of the network's weights. Format and
    range of the pixels are also given under ONNX's own names for images.

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
            "The predictions of ONNX Runtime differ from those of the model: of "
            f"{comparison.n_images} images, {comparison.n_different} have another label, and "
            f"probabilities differ by up to {comparison.largest_difference:.2g}. Nothing is "
            "written."
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
            f'A reader with engine="{model.engine}" cannot be written to ONNX: its network is '
            "not one of this package."
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
    """Return the metadata of a file, texts by their names."""
    weights = sha256(safetensors.numpy.save(net.state["weights"])).hexdigest()
    document = {"format": FORMAT, "versions": versions(), "weights_sha256": weights, **document}
    texts = {ENTRY: json.dumps(document), "Image.BitmapPixelFormat": "Gray8"}
    if pixel_range in RANGES:
        texts["Image.NominalPixelRange"] = RANGES[pixel_range]
    return texts
