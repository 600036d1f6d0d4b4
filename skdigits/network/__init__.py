"""The convolutional network, in torch alone."""

from skdigits.network._batch_norm import BatchNorm
from skdigits.network._cnn import DigitCNN
from skdigits.network._line_cnn import LineCNN

__all__ = ["BatchNorm", "DigitCNN", "LineCNN"]
