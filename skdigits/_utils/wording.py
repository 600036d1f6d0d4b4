"""Format values and numbers for readers."""

import reprlib

__all__ = ["brief", "counted", "duration", "either", "percent", "share"]

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 100


def brief(value):
    """Return a value's repr on one line, shortened in the middle if it is long."""
    return " ".join(_REPR.repr(value).split())


def counted(n, noun):
    """Return a number and a noun, in the plural unless there is one."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def either(words):
    """Return a word, or a list of words that ends with "or"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def percent(probability):
    """Return a probability in percent, from <0.1 % to 99.9 %, because none is certain."""
    if probability < 0.001:
        return "<0.1 %"
    digits = 0 if 0.015 <= probability < 0.985 else 1
    return f"{min(100 * probability, 99.9):.{digits}f} %"


def share(part, digits=0):
    """Return a share in percent, which may be 0 or 100."""
    return f"{100 * part:.{digits}f} %"


def duration(seconds):
    """Return a duration in a suitable unit."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
