"""Sessions of ONNX Runtime, which keep quiet and to themselves."""

import os

from skdigits._utils.threads import n_threads

__all__ = ["open_session"]


def open_session(model, threads=None):
    """Return a session of ONNX Runtime.

    From version 1.29 on, ONNX Runtime tells Microsoft by default which models are run, and keeps an
    identifier of the machine. It is asked not to, unless the environment says otherwise.

    Parameters
    ----------
    model : bytes or path-like
        Content of a file, or the file.
    threads : int, default=None
        How many compute; None means as many as PyTorch has.

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
