"""Training of a network, through skorch."""

from skdigits.training._batches import DTYPES, ResidentImages
from skdigits.training._callbacks import EpochTasks, is_callback
from skdigits.training._devices import find_device, has_bfloat16
from skdigits.training._fit import (
    calibrate,
    learn_typical,
    least_temperature,
    refresh_statistics,
    train,
)
from skdigits.training._net import OPTIMIZERS, from_state, get_state, least_loss, new_net
from skdigits.training._progress import Progress
from skdigits.training._samples import encode, guessing_loss, hold_out, pixel_statistics

__all__ = [
    "DTYPES",
    "OPTIMIZERS",
    "EpochTasks",
    "Progress",
    "ResidentImages",
    "calibrate",
    "encode",
    "find_device",
    "from_state",
    "get_state",
    "guessing_loss",
    "has_bfloat16",
    "hold_out",
    "is_callback",
    "learn_typical",
    "least_loss",
    "least_temperature",
    "new_net",
    "pixel_statistics",
    "refresh_statistics",
    "train",
]
