"""Clean pictures of short numbers, which a reader learns in seconds."""

from skdigits.datasets import compose_strings

WRITING = ("tilt", "drift", "stroke_width", "marks", "rules", "scraps")
PAPER = ("cuts", "fading", "shading", "blur", "noise")
CLEAN = dict.fromkeys(WRITING + PAPER, 0)


def clean_strings(digits, n, seed, lengths=(1, 2), **amounts):
    """Return pictures and strings of some digits, given as X and y."""
    return compose_strings(
        *digits, n, lengths=lengths, gaps=0.2, random_state=seed, **CLEAN | amounts
    )
