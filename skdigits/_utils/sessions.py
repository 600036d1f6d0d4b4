"""Open sessions of ONNX Runtime, without log messages and without telemetry."""

import os

from skdigits._utils.threads import n_threads

__all__ = ["open_session"]


def open_session(model, threads=None):
    """Return a session of ONNX Runtime.

    From version 1.29 on, ONNX Runtime by default reports to Microsoft which models are run, and
    stores an identifier of the machine. This is disabled, unless ORT_DISABLE_TELEMETRY is set.

    Parameters
    ----------
    model : bytes or path-like
        The content of a model file, or its path.
    threads : int, default=None
        Number of threads. None means as many as PyTorch uses.

    Raises
    ------
    ImportError
        If ONNX Runtime is not installed.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    options.intra_op_num_threads = n_threads() if threads is None else threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
