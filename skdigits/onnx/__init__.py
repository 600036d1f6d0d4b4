"""Networks as graphs of ONNX, and nets that answer through ONNX Runtime.

What needs the packages onnx and onnxruntime is imported when it is asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
