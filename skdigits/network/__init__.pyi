from ._batch_norm import BatchNorm
from ._cnn import DigitCNN
from ._cost import cost_of
from ._layout import layout_of_digits, layout_of_lines
from ._line_cnn import LineCNN

__all__ = [
    "BatchNorm",
    "DigitCNN",
    "LineCNN",
    "cost_of",
    "layout_of_digits",
    "layout_of_lines",
]
