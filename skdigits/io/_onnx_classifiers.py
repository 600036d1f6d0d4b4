"""A classifier of this package as an ONNX graph."""

from functools import lru_cache
from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline

from skdigits._utils.nested import first_with, nested, steps_of
from skdigits._utils.wording import brief
from skdigits.classifier import CNNDigitClassifier
from skdigits.datasets import make_digits
from skdigits.onnx import Graph, add_digit_cnn
from skdigits.preprocessing import PixelScaler
from skdigits.selective import SelectiveClassifier

WRAPPERS = SelectiveClassifier, Pipeline, FrozenEstimator, GridSearchCV, RandomizedSearchCV
N_WRITERS = 100  # ten images of each are compared


class Parts(NamedTuple):
    """The parts of a classifier; `scaler` and `selective` may be None."""

    scaler: PixelScaler | None
    network: CNNDigitClassifier
    selective: SelectiveClassifier | None

    @property
    def labels(self):
        """The labels that the model predicts, as an array; the last one is the reject label."""
        labels = self.network.classes_.tolist()
        if self.selective is not None:
            label = self.selective.reject_label_
            labels.append(label.item() if isinstance(label, np.generic) else label)
        if all(isinstance(label, str) for label in labels):
            return np.array(labels, dtype=object)
        if all(isinstance(label, Integral) for label in labels):
            return np.array(labels, dtype=np.int64)
        raise ValueError(
            "In an ONNX file, labels must be all strings or all integers, but this model has "
            f"{brief(labels)}: train it with labels of one type."
        )


def find_parts(model):
    """Return the `Parts` of a fitted model, or refuse it."""
    *transformers, network = steps_of(model)
    for part in [*nested(model), *transformers]:
        if not isinstance(part, (CNNDigitClassifier, PixelScaler, *WRAPPERS)):
            raise ValueError(
                f"{type(part).__name__} cannot be written to ONNX: give a CNNDigitClassifier, a "
                "pipeline of a PixelScaler and a CNNDigitClassifier, a SelectiveClassifier around "
                "either, or a DigitReader."
            )
    if len(transformers) > 1:
        raise ValueError("A model with two PixelScalers cannot be written to ONNX: leave one out.")
    scaler = transformers[0] if transformers else None
    return Parts(scaler, network, first_with("reject_label_", model))


def classifier_graph(parts, dtype, images, int8):
    """Return the graph of a classifier, for rows or images of pixels of a dtype."""
    network = parts.network
    height, width = network.image_shape_
    n_features, n_classes = network.n_features_in_, len(network.classes_)
    graph = Graph(int8)
    pixels = graph.input("X", dtype, ["n", height, width] if images else ["n", n_features])
    pixels = graph.cast(pixels, np.float32)
    if not images and n_features < height * width:
        missing = height * width - n_features
        pixels = graph.add("Pad", pixels, np.array([0, 0, 0, missing]), mode="constant")
    pixels = graph.add("Reshape", pixels, np.array([-1, 1, height, width]))
    if parts.scaler is not None:
        low, high = np.array(parts.scaler.pixel_range_, dtype=np.float32)
        pixels = graph.add("Sub", pixels, low)
        pixels = graph.add("Div", pixels, (high - low) or np.float32(1))
        pixels = graph.add("Clip", pixels, np.float32(0), np.float32(1))
    state = network.net_.state
    architecture, weights = state["recipe"]["architecture"], state["weights"]
    pixels = graph.add("Sub", pixels, weights["pixel_mean"])
    pixels = graph.add("Div", pixels, weights["pixel_scale"])
    logits, score = add_digit_cnn(graph, pixels, architecture, weights)
    probabilities = graph.add("Softmax", logits, axis=1)
    best = graph.add("ArgMax", probabilities, axis=1, keepdims=0)
    if parts.selective is not None:
        confidence = graph.add("ReduceMax", probabilities, np.array([1]), keepdims=0)
        uncertain = graph.add("Less", confidence, np.float32(parts.selective.threshold_))
        unlike = graph.add("Less", score, np.float32(0))
        rejected = graph.add("Or", uncertain, unlike)
        best = graph.add("Where", rejected, np.int64(n_classes), best)
    labels = parts.labels
    graph.output("label", graph.add("Gather", labels, best), labels.dtype, ["n"])
    graph.output("probabilities", probabilities, np.float32, ["n", n_classes])
    graph.output("score", score, np.float32, ["n"])
    return graph


def drawn_images(parts, dtype, images):
    """Return images of drawn digits, on the pixel scale and in the shape that the graph takes."""
    height, width = parts.network.image_shape_
    side = min(max(height, width, 8), 256)
    digits = _drawn_digits(side)
    around = np.zeros((len(digits), max(height, side), max(width, side)), dtype=np.float32)
    _middle(around, side, side)[:] = digits / 255
    pixels = _middle(around, height, width)
    if parts.scaler is not None:
        low, high = parts.scaler.pixel_range_
        pixels = low + pixels * (high - low)
    else:
        net = parts.network.net_
        pixels = (pixels - pixels.mean()) / pixels.std() * net.pixel_scale
        pixels += net.pixel_mean
    if dtype == "uint8":
        pixels = np.rint(pixels).clip(0, 255)
    if not images:
        pixels = pixels.reshape(len(pixels), -1)[:, : parts.network.n_features_in_]
    return pixels.astype(dtype)


@lru_cache(maxsize=1)  # of several models, the drawing takes most of the time
def _drawn_digits(side):
    X, _ = make_digits(N_WRITERS, n_copies=1, side=side, random_state=0)
    return X.reshape(-1, side, side)


def _middle(images, height, width):
    """Return the middle of images of shape (n, h, w), as a view."""
    top, left = (images.shape[1] - height) // 2, (images.shape[2] - width) // 2
    return images[:, top : top + height, left : left + width]
