"""Nets that predict with ONNX Runtime, and leave everything else to PyTorch."""

from functools import cached_property

import numpy as np

from skdigits import training
from skdigits._utils.sessions import open_session
from skdigits.onnx._graph import Graph
from skdigits.onnx._networks import add_digit_cnn, add_line_cnn

BATCH = 500  # images that are computed at a time


class OnnxNet:
    """A trained net that predicts without importing PyTorch.

    For everything else, it uses the PyTorch net of the same state.

    Parameters
    ----------
    state : dict
        As for `training.from_state`.
    """

    def __init__(self, state):
        self.state = state
        self.recipe = state["recipe"]

    @cached_property
    def torch_net(self):
        """The same net in PyTorch."""
        return training.from_state(self.state)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.torch_net, name)

    @cached_property
    def session(self):
        """The session of ONNX Runtime."""
        return open_session(self.graph().content({}))


class OnnxDigitNet(OnnxNet):
    """A `DigitNet` that predicts with ONNX Runtime."""

    def graph(self):
        """Return its graph: from standardised images to logits and how typical they are."""
        architecture = self.recipe["architecture"]
        graph = Graph()
        images = graph.input("images", np.float32, ["n", *architecture["image_shape"]])
        pixels = graph.add("Unsqueeze", images, np.array([1]))
        logits, typical = add_digit_cnn(graph, pixels, architecture, self.state["weights"])
        graph.output("logits", logits, np.float32, ["n", architecture["n_classes"]])
        graph.output("typical", typical, np.float32, ["n"])
        return graph

    @property
    def pixel_mean(self):
        """The mean, which is subtracted from pixels."""
        return float(self.state["weights"]["pixel_mean"])

    @property
    def pixel_scale(self):
        """The standard deviation, by which pixels are then divided."""
        return float(self.state["weights"]["pixel_scale"])

    def logits_and_typical(self, images):
        """Return logits of images of shape (n, h, w), and how typical they are."""
        parts = [
            self.session.run(None, {"images": self.standardize(images[start : start + BATCH])})
            for start in range(0, len(images), BATCH)
        ]
        logits, typical = zip(*parts, strict=True)
        return np.concatenate(logits), np.concatenate(typical)

    def standardize(self, images):
        """Standardise pixels on any scale, as the network needs them."""
        mean, scale = (self.state["weights"][name] for name in ("pixel_mean", "pixel_scale"))
        return ((images - mean) / scale).astype(np.float32, copy=False)

    def logits(self, images):
        """Return the logits of images of shape (n, h, w)."""
        return self.logits_and_typical(images)[0]

    def typical(self, images):
        """Return how typical each image is."""
        return self.logits_and_typical(images)[1]

    def best(self, images):
        """Return the position of the largest logit of each image."""
        return self.logits(images).argmax(1)


class OnnxLineNet(OnnxNet):
    """A `LineNet` that predicts with ONNX Runtime."""

    def graph(self):
        """Return its graph: from lines to log-probabilities."""
        architecture = self.recipe["architecture"]
        graph = Graph()
        lines = graph.input("lines", np.uint8, ["n", 32, "width"])
        lines = graph.add("Unsqueeze", graph.cast(lines, np.float32), np.array([1]))
        found = add_line_cnn(graph, lines, architecture, self.state["weights"])
        shape = ["n", "n_steps", architecture["n_symbols"]]
        graph.output("log_probabilities", found, np.float32, shape)
        return graph

    def log_probabilities(self, lines):
        """Return the log-probabilities of symbols at each step of lines of shape (32, width)."""
        found = []
        for line in lines:
            width = line.shape[1]
            padded = np.pad(line, ((0, 0), (0, -width % 32)))  # as for PyTorch
            (steps,) = self.session.run(None, {"lines": padded[None]})
            found.append(steps[0, : width // 2])
        return found


def onnx_net(state):
    """Return the net of a state."""
    kind = OnnxLineNet if "n_symbols" in state["recipe"]["architecture"] else OnnxDigitNet
    return kind(state)
