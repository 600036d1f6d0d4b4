"""Classifiers that reject uncertain samples to keep a limit on the error rate."""

from skdigits.selective._classifier import SelectiveClassifier, selective_from
from skdigits.selective._threshold import choose_threshold

__all__ = ["SelectiveClassifier", "choose_threshold", "selective_from"]
