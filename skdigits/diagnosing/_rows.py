"""Rows that hold more than pixels, or images that the model was fitted on.

Each check returns what was found and the remedy, or None.
"""

import hashlib
from math import isqrt

import numpy as np

from skdigits._utils.wording import counted
from skdigits.diagnosing._case import as_text

N_ROWS = 10  # in fewer, a pixel may look like an index by chance
AGREES = 0.98  # of the rows, as a few labels of y may be corrected


def find_other_columns(case):
    """Find a column that holds the labels or counts the rows."""
    if case.X is None or len(case.X) < N_ROWS:
        return None
    for column in {0: None, case.X.shape[1] - 1: None} | dict.fromkeys(_candidates(case)):
        values = case.X[:, column]
        if what := _what_is_no_pixel(values, case):
            return (
                f"Column {column} of X {what}; it is not a pixel.",
                f"Remove it with np.delete(X, {column}, axis=1), refit, and look for others.",
            )
    return None


def _candidates(case):
    """Return the columns whose first values are the labels."""
    if case.texts is None or case.texts.dtype.kind != "U":
        return []
    labels = [float(text) if _is_number(text) else np.nan for text in case.texts[:N_ROWS]]
    return np.flatnonzero((case.X[:N_ROWS] == np.array(labels)[:, None]).mean(axis=0) > 0.5)


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _what_is_no_pixel(values, case):
    n_values = len(np.unique(values))
    if n_values > 1 and case.texts is not None and (as_text(values) == case.texts).mean() > AGREES:
        return "holds the labels"
    if (np.diff(values.astype(float)) == 1).all():
        return "counts the rows"
    is_one_more = isqrt(case.X.shape[1] - 1) ** 2 == case.X.shape[1] - 1
    are_digits = (values == np.rint(values)).all() and values.min() >= 0 and values.max() <= 9
    if is_one_more and are_digits and n_values >= 5 and case.X.max() > 16:
        return "has only values from 0 to 9, as labels have; without it, rows are square images"
    return None


def find_leaked(case):
    """Find images of X_train in X."""
    if case.X_train is None:
        return None
    known = {key for key in _keys(case.X_train) if key}
    leaked = [index for index, key in enumerate(_keys(case.X)) if key in known]
    if not leaked:
        return None
    are = "is" if len(leaked) == 1 else "are"
    return (
        f"{len(leaked):,} of {counted(len(case.X), 'image')} {are} also in X_train, the first at "
        f"X[{leaked[0]}]: the accuracy on them says nothing about new images.",
        "Remove them from one of the two, and split by writer or source before you copy images.",
    )


def _keys(X):
    """Yield a key of each row; None for a blank image, which is no leak."""
    for row in X:
        same = row.min() == row.max()
        values = row.astype(np.float32)  # the same for every dtype
        yield None if same else hashlib.blake2b(values.tobytes(), digest_size=16).digest()
