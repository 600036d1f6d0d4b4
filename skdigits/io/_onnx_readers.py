"""The network of a reader of numbers as an ONNX graph."""

import numpy as np

from skdigits.datasets import make_digits
from skdigits.onnx import Graph, add_line_cnn

HEIGHT = 32  # pixels of a line
SYMBOLS = ["", *"0123456789.?"]  # blank, digits, decimal mark, anything else
LENGTHS = 1, 2, 3, 5, 9  # in digits, of the lines that are compared
N_LINES = 200  # of each length


def reader_graph(reader, dtype, int8):
    """Return the graph of a reader's network, for pixels of a dtype."""
    graph = Graph(int8)
    lines = graph.input("lines", dtype, ["n", HEIGHT, "width"])
    lines = graph.add("Unsqueeze", graph.cast(lines, np.float32), np.array([1]))
    state = reader.net_.state
    architecture = state["recipe"]["architecture"]
    found = add_line_cnn(graph, lines, architecture, state["weights"])
    shape = ["n", "n_steps", architecture["n_symbols"]]
    graph.output("log_probabilities", found, np.float32, shape)
    return graph


def drawn_lines(dtype):
    """Return lines of drawn digits, an array of shape (n, 32, width) for each length."""
    X, _ = make_digits(100, n_copies=1, side=HEIGHT, random_state=0)
    rng = np.random.default_rng(0)
    digits = X.reshape(-1, HEIGHT, HEIGHT).astype(dtype)
    return [
        np.concatenate([digits[rng.integers(len(digits), size=N_LINES)] for _ in range(n)], axis=2)
        for n in LENGTHS
    ]


def best_reading(log_probabilities):
    """Return the most probable symbols of each line as a list, without repeats and blanks."""
    steps = log_probabilities.argmax(2)
    is_new = np.diff(steps, axis=1, prepend=0) != 0
    return [line[new & (line > 0)].tolist() for line, new in zip(steps, is_new, strict=True)]
