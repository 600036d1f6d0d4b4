"""Images that differ from those that the model was fitted on.

Each check returns what was found and the remedy, or None. Most undo a mistake, and see whether the
model then reads the images better.
"""

import numpy as np
from scipy.ndimage import shift

from skdigits._utils.images import edge_pixels
from skdigits._utils.scales import rescaling
from skdigits._utils.wording import share
from skdigits.diagnosing._case import some_of

GAIN = 0.05  # of the images; a mistake that costs less looks like a weak model
N_ERRORS = 3.0  # standard errors of the gain, so that chance finds one in a thousand sets
READABLE = 0.5  # of the images at least, once undone; otherwise it was not that
USUAL_RANGES = ((0, 1), (-1, 1), (0, 16), (0, 255), (0, 65_535))


def find_wrong_scale(case):
    """Find pixels on another scale than those that the model was fitted on."""
    if case.sample is None:
        return None
    low, high = float(case.X.min()), float(case.X.max())
    span = f"X has values from {low:g} to {high:g}"
    if case.refusal:
        return case.refusal
    if case.is_off_scale:
        ratio = case.ratio_of_spreads
        return (
            f"{span}, and its pixels spread {ratio:.3g} times as much as those that the model was "
            "fitted on.",
            f"{_rescaling(case, ratio)}.",
        )
    if high == low or case.right is None or case.right.mean() >= READABLE:
        return None  # a weak model may gain by contrast alone
    scaled = dict(_on_usual_scales(case, low, high))
    ends = max(scaled, key=lambda ends: case.how_well(scaled[ends]).mean(), default=None)
    if ends and (read := _gain(case, scaled[ends])):
        return (
            f"{span}: {read} brought to {ends[0]} to {ends[1]}.",
            f"Scale X to {ends[0]} to {ends[1]}, as the model was fitted on.",
        )
    return None


def _on_usual_scales(case, low, high):
    """Yield ranges that the model accepts, and the sample brought to each from its own."""
    for new_low, new_high in USUAL_RANGES:
        rows = new_low + (case.sample - low) / (high - low) * (new_high - new_low)
        if not case.why_refused(rows):
            yield (new_low, new_high), rows


def _rescaling(case, ratio):
    """Say how to rescale pixels that spread `ratio` times as much as they should."""
    factor = 1 / ratio
    exact = f"Divide X by about {ratio:.3g}" if ratio > 1 else f"Multiply X by about {factor:.3g}"
    return rescaling(factor) or exact


def find_inverted(case):
    """Find dark ink although the model was fitted on light ink, or the reverse."""
    if case.sample is None:
        return None
    inverted = case.X.max() - (case.sample - case.X.min())
    remedy = "Invert X: X.max() + X.min() - X, or begin the pipeline with a DigitNormalizer."
    if read := _gain(case, inverted):
        return f"Ink and paper are swapped: {read} inverted.", remedy
    if case.shape is None or case.X_train is None:
        return None
    known = _has_light_paper(some_of(case.X_train), case.shape)
    if _has_light_paper(case.sample, case.shape) == known:
        return None
    return "Ink and paper are swapped: border and middle differ from those in X_train.", remedy


def _has_light_paper(rows, shape):
    """Tell whether the border is brighter than the middle, in most images."""
    images = rows.reshape(-1, *shape)
    return (edge_pixels(images).mean(axis=1) > images.mean(axis=(1, 2))).mean() > 0.5


def find_transposed(case):
    """Find images whose rows and columns are swapped."""
    if case.shape is None:
        return None
    height, width = case.shape
    images = case.sample.reshape(-1, width, height).swapaxes(1, 2)
    if read := _gain(case, images.reshape(case.sample.shape)):
        return (
            f"Rows and columns are swapped: {read} transposed.",
            f"Transpose the images: X.reshape(-1, {width}, {height}).swapaxes(1, 2).",
        )
    return None


def find_off_centre(case):
    """Find ink whose centre of mass is so far from the middle that the model reads it worse."""
    if case.shape is None:
        return None
    images = case.sample.reshape(-1, *case.shape)
    paper = np.median(edge_pixels(images), axis=1)
    offsets = _offsets(np.abs(images - paper[:, None, None]))
    centred = [
        shift(image, -np.rint(offset), order=0, cval=colour)
        for image, offset, colour in zip(images, offsets, paper, strict=True)
    ]
    if read := _gain(case, np.reshape(centred, case.sample.shape)):
        distance = np.hypot(*offsets.T).mean()
        return (
            f"The ink is off-centre by {distance:.1f} pixels on average: {read} centred.",
            "Move the ink's centre of mass to the middle, or begin the pipeline with a "
            "DigitNormalizer.",
        )
    return None


def _offsets(ink):
    """Return how far the centre of mass is below and to the right of the middle."""
    total = np.maximum(ink.sum(axis=(1, 2)), np.finfo(float).tiny)
    centres = [
        (ink.sum(axis=other) * (np.arange(ink.shape[axis]) - (ink.shape[axis] - 1) / 2)).sum(1)
        for axis, other in ((1, 2), (2, 1))
    ]
    return (np.array(centres) / total).T


def _gain(case, rows):
    """Return in words how much better the model reads changed images, or None."""
    before = case.as_it_is
    if before is None or before.mean() > 1 - GAIN:
        return None
    if case.texts is None and case.is_off_scale:
        return None  # scores of pixels on another scale say nothing
    after = case.how_well(rows)
    gain = after - before
    least = max(GAIN, N_ERRORS * gain.std() / np.sqrt(len(gain)))
    if after.mean() < READABLE or gain.mean() < least:
        return None
    what = "are like the training images" if case.texts is None else "are read correctly"
    return (
        f"{share(before.mean())} of the images {what} as they are, and {share(after.mean())} once"
    )
