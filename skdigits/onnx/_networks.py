"""The networks as parts of an ONNX graph, built from their arrays alone."""

import numpy as np

from skdigits.network import layout_of_digits, layout_of_lines

EPSILON = 1e-5  # of batch normalisation


def _add_convolution(graph, x, weights, layer):
    """Add a convolution with its weights, pooling, batch normalisation and ReLU."""
    scale = weights["norm.weight"] / np.sqrt(weights["norm.running_var"] + EPSILON)
    shift = weights["norm.bias"] - weights["norm.running_mean"] * scale
    pads, pool = [*layer.padding, *layer.padding], layer.pool
    # Pooling comes before the scale, so the sign of a negative scale must stay behind it.
    turns = pool != (1, 1) and (scale < 0).any()
    kernel = weights["conv.weight"] * (abs(scale) if turns else scale)[:, None, None, None]
    if turns:
        x = graph.add("Conv", x, kernel, pads=pads)
    else:
        x = graph.add("Conv", x, kernel, shift, pads=pads)
    if pool != (1, 1):
        x = graph.add("MaxPool", x, kernel_shape=pool, strides=pool)
    if turns:
        x = graph.add("Mul", x, np.sign(scale)[:, None, None])
        x = graph.add("Add", x, shift[:, None, None])
    return graph.add("Relu", x)


def add_digit_cnn(graph, pixels, architecture, weights):
    """Add a `DigitCNN`.

    Parameters
    ----------
    graph : Graph
    pixels : str
        Name of standardised pixels of shape (n, 1, height, width).
    architecture : dict
        Its parameters.
    weights : dict of str to ndarray
        Its state.

    Returns
    -------
    logits, score : str
        Names of tensors of shape (n, n_classes) and (n,).
    """
    n_classes, temperature = architecture["n_classes"], weights["temperature"]
    features = _add_features(graph, pixels, architecture, _below(weights, "network."))
    output = _below(weights, "network.output.")
    logits = graph.add("Gemm", features, output["weight"], output["bias"], transB=1)
    logits = graph.add("Div", logits, temperature)
    outlier = None
    if architecture["knows_outliers"]:
        outlier = graph.add("Slice", logits, _of(n_classes), _of(n_classes + 1), _of(1))
        logits = graph.add("Slice", logits, _of(0), _of(n_classes), _of(1))
    score = graph.add("ReduceLogSumExp", logits, _of(1), keepdims=1)
    if outlier:
        score = graph.add("Sub", score, outlier)
    score = graph.add("Sub", score, _add_distance(graph, features, _below(weights, "typicality.")))
    score = graph.add("Sub", score, weights["least_typical"])
    return logits, graph.add("Squeeze", score, _of(1))


def _add_distance(graph, features, weights):
    """Add a `Typicality`, which gives distances of shape (n, 1)."""
    unit = graph.add("LpNormalization", features, axis=1, p=2)
    offsets = graph.add("Unsqueeze", unit, _of(1))
    offsets = graph.add("Sub", offsets, weights["means"])  # (n, n_classes, n_features)
    squared = graph.add("ReduceSumSquare", offsets, _of(2), keepdims=0)
    squared = graph.add("Mul", squared, weights["tightness"])
    along = graph.add("MatMul", offsets, weights["axes"])
    along = graph.add("ReduceSumSquare", along, _of(2), keepdims=0)
    squared = graph.add("Sub", squared, along)  # (n, n_classes)
    least = graph.add("ReduceMin", squared, _of(1), keepdims=1)
    distance = graph.add("Sqrt", graph.add("Relu", least))
    along = graph.add("MatMul", unit, weights["direction"][:, None])
    return graph.add("Sub", distance, along)


def _of(value):
    return np.array([value], dtype=np.int64)


def _below(weights, prefix):
    """Return the weights of a part, by their names within it."""
    length = len(prefix)
    return {name[length:]: value for name, value in weights.items() if name.startswith(prefix)}


def _add_features(graph, x, architecture, weights):
    """Add the convolutions and hidden layers of a `Network`; they give (n, n_features)."""
    patch_size = architecture["patch_size"]
    sizes = dict(architecture)
    for name in ("n_classes", "knows_outliers"):
        del sizes[name]
    edge, layers, _ = layout_of_digits(**sizes)
    if any(edge):
        ends = np.array([0, 0, 0, 0, 0, 0, *edge], dtype=np.int64)
        x = graph.add("Pad", x, ends, mode="edge")
    if patch_size > 1:
        x = graph.add("SpaceToDepth", x, blocksize=patch_size)
    for i, layer in enumerate(layers):
        x = _add_convolution(graph, x, _below(weights, f"convolutions.{i}."), layer)
    x = graph.add("Flatten", x)
    for i, _ in enumerate(architecture["hidden_layer_sizes"]):
        part = _below(weights, f"hidden.{i}.")
        x = graph.add("Relu", graph.add("Gemm", x, part["weight"], part["bias"], transB=1))
    return x


def add_line_cnn(graph, lines, architecture, weights):
    """Add a `LineCNN`.

    Parameters
    ----------
    graph : Graph
    lines : str
        Name of lines of shape (n, 1, 32, width), floats from 0 to 255.
    architecture : dict
        Its parameters.
    weights : dict of str to ndarray
        Its state.

    Returns
    -------
    log_probabilities : str
        Name of a tensor of shape (n, width / 2, n_symbols).
    """
    x = graph.add("Div", lines, np.float32(128))
    x = graph.add("Sub", x, np.float32(0.5))
    x = graph.add("SpaceToDepth", x, blocksize=2)
    *layers, _ = layout_of_lines(**architecture, width=2)
    for i, layer in enumerate(layers):
        x = _add_convolution(graph, x, _below(weights, f"convolutions.{i}."), layer)
    output = _below(weights, "output.")
    x = graph.add("Conv", x, output["weight"], output["bias"])  # (n, n_symbols, 1, width / 2)
    x = graph.add("Transpose", graph.add("Squeeze", x, _of(2)), perm=[0, 2, 1])
    return graph.add("LogSoftmax", graph.add("Div", x, weights["temperature"]), axis=2)
