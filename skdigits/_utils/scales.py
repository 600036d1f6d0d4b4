"""Suggest the factor between two usual scales of pixels."""

from math import inf, log

__all__ = ["rescaling"]

MULTIPLIERS = {"255": 255.0, "16": 16.0, "255 / 16": 255 / 16, "257": 257.0, "65535": 65_535.0}
DIVISORS = {text: factor for text, factor in MULTIPLIERS.items() if text.isdigit()}
NEAR = 1.5  # times: largest ratio of a measured factor to the usual one that is meant


def rescaling(factor, largest=inf):
    """Return the usual factor closest to a measured one, in words, or None if none is close.

    Parameters
    ----------
    factor : float
        Measured factor by which pixels must be multiplied.
    largest : float, default=inf
        Factors above this are not suggested.
    """
    verb, usual, sign = ("Multiply", MULTIPLIERS, 1) if factor > 1 else ("Divide", DIVISORS, -1)
    distances = {
        text: abs(sign * log(value) - log(factor))
        for text, value in usual.items()
        if value**sign <= largest
    }
    best = min(distances, key=distances.__getitem__, default=None)
    return f"{verb} X by {best}" if best and distances[best] <= log(NEAR) else None
