"""Collect in one place the names that are private, or new, in scikit-learn."""

import functools
from contextlib import nullcontext
from importlib.metadata import PackageNotFoundError, metadata
from numbers import Integral

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils._param_validation import (
    HasMethods,
    Hidden,
    Interval,
    StrOptions,
    validate_params,
)
from sklearn.utils.validation import _check_sample_weight

# As scikit-learn's "boolean" and "verbose", with messages that do not mention numpy's type.
BOOLEAN = bool, Hidden(np.bool_)
VERBOSE = Interval(Integral, 0, None, closed="left"), Hidden(np.bool_)

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn < 1.9

    class _NoContext:
        def subcontext(self, **kwargs):
            return self

        def propagate_callback_context(self, estimator):
            return nullcontext()

        def call_on_fit_task_begin(self, **kwargs):
            pass

        def call_on_fit_task_end(self, **kwargs):
            return False

    class CallbackSupportMixin:  # type: ignore[no-redef] # the same name on purpose
        """Stand-in: no callbacks."""

        def _init_callback_context(self, **kwargs):
            return _NoContext()

    def with_callbacks(method):
        """Return `method`."""
        return method


@functools.cache
def _documentation():
    """Return the address of the documentation, or "" if the package is not installed."""
    try:
        urls = metadata("skdigits").get_all("Project-URL") or []
    except PackageNotFoundError:
        urls = []
    return dict(url.split(", ") for url in urls).get("Documentation", "")


class EcosystemMixin:
    """Attributes that other packages look for in an estimator."""

    _doc_link_module = "skdigits"

    @property
    def _doc_link_template(self):
        address = _documentation()
        return address and f"{address}generated/skdigits.{{estimator_name}}.html"

    def onnx_shape_calculator(self):
        """Refuse a conversion by skl2onnx, which calls this method.

        Raises
        ------
        NotImplementedError
            Always: use :func:`~skdigits.to_onnx` to export the whole model.
        """
        raise NotImplementedError(
            f"skl2onnx cannot convert {type(self).__name__}: export the whole model with "
            "skdigits.to_onnx(model, path)."
        )


__all__ = [
    "BOOLEAN",
    "VERBOSE",
    "CallbackSupportMixin",
    "EcosystemMixin",
    "HasMethods",
    "Interval",
    "StrOptions",
    "_check_sample_weight",
    "_fit_context",
    "validate_params",
    "with_callbacks",
]
