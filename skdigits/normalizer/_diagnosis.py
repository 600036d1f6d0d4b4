"""Describe what was found in a picture, in words and numbers."""

from dataclasses import dataclass, field

import numpy as np

from skdigits.normalizer._components import are_segments

FAINT = 0.2  # contrast
SHADED = 0.05  # contrast that exceeds the noise of a scan, but may be shading
GRAIN = 20  # specks; more than these are the grain of the paper


@dataclass(frozen=True)
class Diagnosis:
    """What `DigitNormalizer` found and changed in a picture.

    Its text (``str``) has one finding per line. `DigitNormalizer.diagnose` returns it.

    Parameters
    ----------
    findings : tuple of str
        The findings in words; empty if the picture was in MNIST's form already.
    empty : bool
        Whether no ink was found.
    inverted : bool
        Whether the ink was darker than the paper.
    contrast : float
        Contrast between ink and paper, from 0 to 1.
    off_centre : float
        Distance of the ink's centre of mass from the picture's centre, in pixels.
    size : int
        Longer side of the ink's box, in pixels.
    stroke_width : float
        Mean width of the strokes before any change, in pixels of the 20 × 20 box.
    n_parts : int
        Number of separate parts of the digit.
    n_apart : int
        Number of large parts side by side. If it is above 1, there may be several digits.
    n_erased : int
        Number of ruled lines, dots and specks that were erased.
    steps : dict of str to ndarray
        The image after each step, with values from 0 to 1: "picture" in grey, the "ink" found, the
        "digit" without the erased parts, and the "normal" image of 28 × 28 pixels.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import DigitNormalizer
    >>> diagnosis = DigitNormalizer().diagnose(load_digits().images[1])
    >>> diagnosis.empty, diagnosis.size, diagnosis.steps["normal"].shape
    (False, 8, (28, 28))
    """

    findings: tuple
    empty: bool
    inverted: bool
    contrast: float
    off_centre: float
    size: int
    stroke_width: float
    n_parts: int
    n_apart: int
    n_erased: int
    steps: dict = field(repr=False, compare=False)

    @property
    def row(self):
        """The image in MNIST's form, a row of 784 bytes as `transform` returns it."""
        return np.rint(255 * self.steps["normal"]).astype(np.uint8).ravel()

    def __str__(self):
        return "\n".join(self.findings) or "in MNIST's form already"


def describe(steps):
    """Return the diagnosis of the first image.

    Parameters
    ----------
    steps : Steps

    Returns
    -------
    diagnosis : Diagnosis
    """
    grey, ink = steps.grey[0], steps.digit[0]
    found, total = steps.found, ink.sum()
    contrast, inverted = float(found.contrast[0]), bool(found.inverted[0])
    images = {"picture": grey, "ink": found.ink[0], "digit": ink, "normal": steps.normal[0]}
    if not total:
        why = "no ink found" if contrast < SHADED else "ink cannot be told from shading or grain"
        return Diagnosis((f"empty: {why}",), True, inverted, contrast, 0.0, 0, 0.0, 0, 0, 0, images)
    size = int(max(steps.boxes.height[0], steps.boxes.width[0]))
    centre = [(ink.sum(1 - axis) @ np.arange(side)) / total for axis, side in enumerate(grey.shape)]
    off_centre = float(
        np.hypot(*(c + 0.5 - side / 2 for c, side in zip(centre, grey.shape, strict=True)))
    )
    width, gained = float(steps.stroke_width[0]), float(steps.gained[0])
    parts, erased = steps.kept[0] if steps.kept else [], steps.erased[0] if steps.erased else []
    n_apart = _count_apart(parts)
    findings = []
    if inverted:
        findings.append("dark on light: inverted")
    if contrast < FAINT:
        findings.append(f"faint, contrast {contrast:.0%}: strengthened")
    if off_centre >= 0.05 * max(grey.shape):
        findings.append(f"off-centre by {off_centre:.0f} px: centred")
    if size < 0.5 * max(grey.shape):
        findings.append(f"small, {size} px of {max(grey.shape)}: enlarged")
    if abs(gained) >= 0.05:
        verb = "thickened" if gained > 0 else "thinned"
        findings.append(
            f"stroke {width:.1f} px of a digit of 20 px: {verb} by {abs(gained):.1f} px"
        )
    n_separate = sum(component.is_rule() for component in erased)
    n_rules, n_specks = int(steps.n_rules[0]) + n_separate, len(erased) - n_separate
    if n_rules:
        findings.append(f"{n_rules} ruled line{'s' if n_rules > 1 else ''}: erased")
    if n_specks > GRAIN:
        findings.append("grain: erased")
    elif n_specks:
        findings.append(f"{n_specks} speck{'s' if n_specks > 1 else ''}: erased")
    if n_apart > 1:
        findings.append(f"{n_apart} separate parts side by side: more than one digit?")
    return Diagnosis(
        tuple(findings),
        empty=False,
        inverted=inverted,
        contrast=contrast,
        off_centre=off_centre,
        size=size,
        stroke_width=width,
        n_parts=len(parts),
        n_apart=n_apart,
        n_erased=int(steps.n_rules[0]) + len(erased),
        steps=images,
    )


def _count_apart(parts):
    """Return the number of large parts that stand side by side without overlap."""
    if are_segments(parts):
        return 1
    large = sorted(
        (part for part in parts if part.mass > 0.3 * parts[0].mass), key=lambda p: p.left
    )
    n_apart, right = 0, -1
    for part in large:
        n_apart += part.left >= right
        right = max(right, part.right)
    return n_apart
