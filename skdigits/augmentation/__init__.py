"""Random distortion of training images."""

from skdigits.augmentation._distortion import Distortion

__all__ = ["Distortion"]
