"""ONNX graphs, built node by node."""

import numpy as np
from onnx import helper, numpy_helper

OPSET = 18
LAYERS = "Conv", "Gemm"  # which have weights
IR_VERSION = 9  # which each ONNX Runtime with this opset supports


class Graph:
    """Nodes and constants, in the order in which they are computed.

    Parameters
    ----------
    int8 : bool, default=False
        Whether the weights of layers are kept as 8-bit integers, with a scale for each output.
    """

    def __init__(self, int8=False):
        self.int8 = int8
        self.nodes, self.constants = [], []
        self.inputs, self.outputs = [], []

    def input(self, name, dtype, shape):
        """Add an input, and return its name; sizes that are given as names may vary."""
        self.inputs.append(helper.make_tensor_value_info(name, _type(dtype), shape))
        return name

    def output(self, name, value, dtype, shape):
        """Make a value an output with this name."""
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, _type(dtype), shape))

    def cast(self, value, dtype):
        """Add a change of dtype, and return the name of its result."""
        return self.add("Cast", value, to=_type(dtype))

    def add(self, operator, *inputs, **attributes):
        """Add a node, and return the name of its result.

        Inputs are names, or arrays for constants.
        """
        keep = self._weights if operator in LAYERS else self._constant
        names = [each if isinstance(each, str) else keep(np.asarray(each)) for each in inputs]
        result = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, names, [result], **attributes))
        return result

    def content(self, metadata):
        """Return the graph as the content of a file, with metadata as texts by their names."""
        graph = helper.make_graph(self.nodes, "skdigits", self.inputs, self.outputs, self.constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="skdigits",
        )
        helper.set_model_props(model, metadata)
        return model.SerializeToString()

    def _weights(self, array):
        """Add the weights of a layer; their first axis is that of the outputs."""
        if not self.int8 or array.ndim == 1:
            return self._constant(array)
        largest = abs(array).max(axis=tuple(range(1, array.ndim)), keepdims=True)
        scale = np.where(largest > 0, largest, 1) / 127
        whole = np.rint(array / scale).astype(np.int8)
        return self.add("DequantizeLinear", whole, scale.ravel(), axis=0)

    def _constant(self, array):
        name = f"constant_{len(self.constants)}"
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        self.constants.append(numpy_helper.from_array(array, name))
        return name


def _type(dtype):
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
