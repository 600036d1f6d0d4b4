"""The usual mistakes with images, labels and models, and what to do about each of them."""

from dataclasses import dataclass

from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from skdigits.diagnosing._case import Case
from skdigits.diagnosing._images import (
    find_inverted,
    find_off_centre,
    find_transposed,
    find_wrong_scale,
)
from skdigits.diagnosing._labels import (
    find_another_type,
    find_imbalance,
    find_misaligned,
    find_shifted,
    find_unknown,
)
from skdigits.diagnosing._models import (
    find_overconfidence,
    find_overfitting,
    find_per_pixel_scaling,
    find_underfitting,
)
from skdigits.diagnosing._rows import find_leaked, find_other_columns

__all__ = ["Finding", "diagnose"]

PAGE = "https://skdigits.readthedocs.io/en/stable/diagnose.html"

# These make any model answer wrongly: its confidence is looked at only if there are none.
MISTAKES = {
    "wrong-scale": find_wrong_scale,
    "inverted-images": find_inverted,
    "transposed-images": find_transposed,
    "off-centre-images": find_off_centre,
    "labels-of-another-type": find_another_type,
    "shifted-labels": find_shifted,
    "misaligned-labels": find_misaligned,
    "unknown-labels": find_unknown,
}
WEAKNESSES = {
    "per-pixel-scaling": find_per_pixel_scaling,
    "other-columns": find_other_columns,
    "leaked-duplicates": find_leaked,
    "class-imbalance": find_imbalance,
    "overfitting": find_overfitting,
    "underfitting": find_underfitting,
}
IF_NO_MISTAKE = {"overconfidence": find_overconfidence}
CHECKS = MISTAKES | WEAKNESSES | IF_NO_MISTAKE


@dataclass(frozen=True)
class Finding:
    """A mistake that :func:`diagnose` found.

    Parameters
    ----------
    code : str
        Its name, which does not change between versions.
    message : str
        What was found.
    remedy : str
        What to do about it.

    Examples
    --------
    >>> from skdigits import Finding
    >>> finding = Finding("inverted-images", "Ink is dark.", "Invert it.")
    >>> finding.docs
    'https://skdigits.readthedocs.io/en/stable/diagnose.html#inverted-images'
    """

    code: str
    message: str
    remedy: str

    @property
    def docs(self):
        """Address of the section on it in the documentation."""
        return f"{PAGE}#{self.code}"

    def __str__(self):
        return f"{self.code}: {self.message}\n    {self.remedy}\n    See {self.docs}"


class Findings(list):
    """A list of findings that prints as text."""

    def __repr__(self):
        return "\n".join(map(str, self)) or "nothing found"


def diagnose(model, X, y=None, *, X_train=None):
    """Look for the usual mistakes with images, labels and models.

    Parameters
    ----------
    model : estimator instance
        Fitted classifier of images, or a pipeline, search or wrapper that has one inside. It may be
        of another package; checks that need more than it offers are skipped.
    X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
            (n_samples, 1, height, width), or list of pictures
        Images, in the form that the model takes. Pictures are for models that begin with a
        :class:`DigitNormalizer`, and are not checked themselves.
    y : array-like of shape (n_samples,), default=None
        Their labels. Without them, fewer mistakes are found.
    X_train : array-like in the shape of X, default=None
        The images that the model was fitted on, to compare with X.

    Returns
    -------
    findings : list of Finding
        Empty if nothing was found; it prints as text.

    Raises
    ------
    TypeError
        If `model` is not a classifier.
    ValueError
        If X and y have different numbers of samples, X_train has images of another size than X, or
        the model cannot read X for another reason than its scale.

    See Also
    --------
    DigitNormalizer.diagnose : What was found in a single picture.

    Notes
    -----
    The model reads at most 500 of the images, a random sample that is always the same; only
    duplicates and the balance of the classes are looked for in all images. Inverted, transposed,
    off-centre or wrongly scaled images are found by undoing that: the model then reads them clearly
    better, as measured by `y`, or else by ``score_samples``.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import DigitNormalizer, diagnose, load_pretrained
    >>> X, y = load_digits(return_X_y=True)
    >>> X = DigitNormalizer().transform(X)
    >>> diagnose(load_pretrained(), X, y.astype(str))
    nothing found
    >>> [finding.code for finding in diagnose(load_pretrained(), 255 - X, y.astype(str))]
    ['inverted-images']
    """
    if not is_classifier(model):
        raise TypeError(
            f"{type(model).__name__} is not a classifier: give a fitted one, or a pipeline that "
            "ends in one."
        )
    check_is_fitted(model)
    case = Case(model, X, y, X_train)
    findings = Findings(_found(MISTAKES, case))
    others = WEAKNESSES if findings else WEAKNESSES | IF_NO_MISTAKE
    findings += _found(others, case)
    return findings


def _found(checks, case):
    for code, check in checks.items():
        if found := check(case):
            yield Finding(code, *found)
