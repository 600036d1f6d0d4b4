"""The convolutional network, in torch alone."""

from skdigits.network._batch_norm import BatchNorm
from skdigits.network._cnn import DigitCNN, vote

__all__ = ["BatchNorm", "DigitCNN", "vote"]
