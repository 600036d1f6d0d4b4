"""What brings pixels from one of the usual scales to another."""

from math import inf, log

__all__ = ["rescaling"]

MULTIPLIERS = {"255": 255.0, "16": 16.0, "255 / 16": 255 / 16, "257": 257.0, "65535": 65_535.0}
DIVISORS = {text: factor for text, factor in MULTIPLIERS.items() if text.isdigit()}
NEAR = 1.5  # times: as much do the pixels of one set of images differ from those of another


def rescaling(factor, largest=inf):
    """Return in words which usual factor is meant by a measured one, or None.

    Parameters
    ----------
    factor : float
        By which pixels are to be multiplied.
    largest : float, default=inf
        The factor in words is not larger.
    """
    verb, usual, sign = ("Multiply", MULTIPLIERS, 1) if factor > 1 else ("Divide", DIVISORS, -1)
    distances = {
        text: abs(sign * log(value) - log(factor))
        for text, value in usual.items()
        if value**sign <= largest
    }
    best = min(distances, key=distances.__getitem__, default=None)
    return f"{verb} X by {best}" if best and distances[best] <= log(NEAR) else None
