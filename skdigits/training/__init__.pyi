from ._callbacks import EpochTasks, is_callback
from ._devices import find_device, has_bfloat16
from ._fit import Plan, fit
from ._holder import NetHolder, learned
from ._line_net import calibrate_lines
from ._names import OPTIMIZERS, PRECISIONS
from ._samples import (
    OUTLIER,
    Samples,
    check_weight,
    encode,
    find_outliers,
    hold_out,
)
from ._state import copy_net, from_state, new_net

__all__ = [
    "OPTIMIZERS",
    "OUTLIER",
    "PRECISIONS",
    "EpochTasks",
    "NetHolder",
    "Plan",
    "Samples",
    "calibrate_lines",
    "check_weight",
    "copy_net",
    "encode",
    "find_device",
    "find_outliers",
    "fit",
    "from_state",
    "has_bfloat16",
    "hold_out",
    "is_callback",
    "learned",
    "new_net",
]
