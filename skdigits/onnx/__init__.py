"""Networks as ONNX graphs, and nets that predict with ONNX Runtime.

What needs the packages onnx and onnxruntime is imported on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
