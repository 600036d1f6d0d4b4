"""Training of a network, through skorch: `fit` is its one door."""

from skdigits.training._batches import DTYPES
from skdigits.training._callbacks import EpochTasks, is_callback
from skdigits.training._cost import cost_of
from skdigits.training._devices import find_device, has_bfloat16
from skdigits.training._fit import Plan, fit
from skdigits.training._holder import NetHolder, learned
from skdigits.training._line_net import calibrate_lines
from skdigits.training._samples import (
    OUTLIER,
    Samples,
    check_weight,
    encode,
    find_outliers,
    hold_out,
)
from skdigits.training._state import OPTIMIZERS, copy_net, from_state, get_state, new_net

__all__ = [
    "DTYPES",
    "OPTIMIZERS",
    "OUTLIER",
    "EpochTasks",
    "NetHolder",
    "Plan",
    "Samples",
    "calibrate_lines",
    "check_weight",
    "copy_net",
    "cost_of",
    "encode",
    "find_device",
    "find_outliers",
    "fit",
    "from_state",
    "get_state",
    "has_bfloat16",
    "hold_out",
    "is_callback",
    "learned",
    "new_net",
]
