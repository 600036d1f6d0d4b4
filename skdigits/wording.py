"""Numbers as readers are told them."""

__all__ = ["percent"]


def percent(probability):
    """Return a probability in percent, from <0.1 % to 99.9 %: none is said to be certain."""
    if probability < 0.001:
        return "<0.1 %"
    digits = 0 if 0.015 <= probability < 0.985 else 1
    return f"{min(100 * probability, 99.9):.{digits}f} %"
