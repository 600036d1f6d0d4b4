"""Labels that do not belong to the images, or that too few images have.

Each check returns what was found and the remedy, or None.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import binom

from skdigits._utils.wording import counted, share

N_OF_LABEL = 5  # images of a label, at least, that are read as another class
EXPLAINED = 0.5  # of the errors
GAIN = 0.2  # of the images; a model by itself confuses fewer
IMBALANCE = 5.0  # the rare class then counts a fifth of the common one in loss and accuracy
CHANCE = 0.001  # probability that a class is so rare in a draw from balanced classes
N_NAMED = 5  # unknown labels that are named


def find_another_type(case):
    """Find labels that look like the model's classes but are of another type."""
    if case.y is None or set(case.y.tolist()) & set(case.model.classes_.tolist()):
        return None
    if not set(case.texts) & set(case.classes):
        return None
    given, known = case.y.tolist()[0], case.model.classes_.tolist()[0]
    return (
        f"y holds labels such as {given!r}, but the model answers with labels such as {known!r}: "
        "none are equal, so every answer would count as wrong.",
        f"Convert y to the type of model.classes_, {type(known).__name__}.",
    )


def find_unknown(case):
    """Find labels that are not among the model's classes."""
    if case.texts is None or find_another_type(case) or find_shifted(case):
        return None
    is_unknown = ~np.isin(case.texts, case.classes)
    if not is_unknown.any():
        return None
    names = sorted(set(case.texts[is_unknown].tolist()))
    shown = ", ".join(names[:N_NAMED]) + (", ..." if len(names) > N_NAMED else "")
    are = "is" if is_unknown.sum() == 1 else "are"
    return (
        f"{counted(is_unknown.sum(), 'label')} of {len(case.texts):,} {are} not known to the model "
        f"({shown}): every answer to these images counts as wrong.",
        f"Leave these images out, or rename the labels: the model knows {', '.join(case.classes)}.",
    )


def find_shifted(case):
    """Find labels that stand for other classes, such as those counted from 1 instead of 0."""
    if case.right is None or case.right.mean() > 1 - GAIN / 2:
        return None
    truth, n_wrong = case.texts[case.read], (~case.right).sum()
    labels, answers = np.unique(truth), np.unique(case.answers)
    counts = (truth == labels[:, None]).astype(int) @ (case.answers[:, None] == answers)
    renamed = {
        labels[row]: answers[column]
        for row, column in zip(*linear_sum_assignment(-counts), strict=True)
        if labels[row] != answers[column]
        and counts[row, column] >= max(N_OF_LABEL, counts[row].sum() / 2)
    }
    n_explained = sum(
        ((truth == label) & (case.answers == answer)).sum() for label, answer in renamed.items()
    )
    if len(renamed) < 2 or n_explained < EXPLAINED * n_wrong:
        return None
    if not np.isin([*renamed], case.classes).any():
        return None  # other names, but in order
    pairs = ", ".join(f"{label} is read as {answer}" for label, answer in renamed.items())
    return (
        f"The labels are shifted or swapped, which explains {share(n_explained / n_wrong)} of the "
        f"errors: {pairs}.",
        "Give each image the label that the model learned for it; look for an index that starts at "
        "1 instead of 0, or classes in another order.",
    )


def find_misaligned(case):
    """Find labels that belong to the image before or after."""
    if case.right is None:
        return None
    for offset, where in ((1, "before"), (-1, "after")):
        right = case.answers == np.roll(case.texts, -offset)[case.read]
        if right.mean() >= max(0.5, case.right.mean() + GAIN):
            return (
                f"Each label belongs to the image {where} its own: {share(case.right.mean())} of "
                f"the answers are correct, but {share(right.mean())} if y is moved by one row.",
                "Pair images and labels again; look for a header line, or a lost row of X or y.",
            )
    return None


def find_imbalance(case):
    """Find classes that have far fewer images than others."""
    if case.texts is None:
        return None
    labels, counts = np.unique(case.texts, return_counts=True)
    least, most = counts.argmin(), counts.argmax()
    by_chance = len(labels) * binom.cdf(counts[least], len(case.texts), 1 / len(labels))
    if counts[most] < IMBALANCE * counts[least] or by_chance > CHANCE:
        return None
    return (
        f"There are {counts[most]:,} images labelled {labels[most]}, but {counts[least]:,} "
        f"labelled {labels[least]}.",
        'Fit with class_weight="balanced", or on more images of the rare class, and look at the '
        "recall of each class instead of the accuracy.",
    )
