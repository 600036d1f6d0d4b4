"""Random distortion of training images."""

from skdigits.augmentation._degradation import RandomDegradation
from skdigits.augmentation._warp import InTurn, RandomWarp

__all__ = ["InTurn", "RandomDegradation", "RandomWarp"]
