"""Answer only where the error rate allows."""

from skdigits.selective._classifier import SelectiveClassifier, selective_from
from skdigits.selective._threshold import choose_threshold

__all__ = ["SelectiveClassifier", "choose_threshold", "selective_from"]
