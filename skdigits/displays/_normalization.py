"""What became of a picture on its way to MNIST's form."""

import numpy as np

from skdigits._utils.wording import percent
from skdigits.displays._shared import new_axes
from skdigits.normalizer import find_normalizer, without_normalizer

_TITLES = {
    "picture": "picture",
    "ink": "ink",
    "digit": "digit",
    "normal": "MNIST's form",
}


def _answer(classifier, X):
    """Return what a classifier says of one picture."""
    label = classifier.predict(X)[0]
    lines = [str(label)]
    if hasattr(classifier, "predict_proba"):
        probabilities = classifier.predict_proba(X)[0]
        best = classifier.classes_[probabilities.argmax()]
        guess = f"{best} ({percent(probabilities.max())})"
        rejected = label != best  # only a selective classifier says another
        lines = [str(label), f"perhaps {guess}"] if rejected else [guess]
    if hasattr(classifier, "score_samples") and classifier.score_samples(X)[0] < 0:
        lines.append("not like a digit")
    return "\n".join(lines)


class NormalizationDisplay:
    """The steps from a picture to MNIST's form, side by side, with what was found.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    diagnosis : Diagnosis
        Of :meth:`DigitNormalizer.diagnose() <skdigits.DigitNormalizer.diagnose>`.

    answer : str, default=None
        What a classifier says of the picture, in one to three lines. If None, none is shown.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The four panels: the picture in grey, the ink found, the digit without what was erased,
        and MNIST's form.

    figure_ : matplotlib Figure
        Figure containing the panels.

    See Also
    --------
    skdigits.DigitNormalizer : Takes the steps.

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits import DigitNormalizer
    >>> from skdigits.displays import NormalizationDisplay
    >>> paper = np.full((60, 90), 230, dtype=np.uint8)
    >>> paper[10:40, 20:23] = 40
    >>> NormalizationDisplay.from_estimator(DigitNormalizer(), paper)
    <...>
    """

    def __init__(self, diagnosis, *, answer=None):
        self.diagnosis = diagnosis
        self.answer = answer

    @classmethod
    def from_estimator(cls, estimator, picture, *, ax=None):
        """Plot the steps of a normaliser, and the answer of a classifier that begins with one.

        The answer has its probability, where the classifier gives any, and says where the picture
        has no ink, or is not like a digit: where ``score_samples`` is below 0, as it is for only
        1 % of the images that a network of this package was trained on.

        Parameters
        ----------
        estimator : estimator instance
            A :class:`~skdigits.DigitNormalizer`, or a fitted pipeline that begins with one, alone
            or inside a search or a :class:`~skdigits.SelectiveClassifier`.

        picture : path, PIL image or array
            A picture of a digit, as for :class:`~skdigits.DigitNormalizer`.

        ax : array-like of four matplotlib Axes, default=None
            If None, a new figure is created.

        Returns
        -------
        display : NormalizationDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the estimator does not begin with a normaliser, or the picture cannot be read.
        """
        normalizer = find_normalizer(estimator)
        if normalizer is None:
            raise ValueError(
                f"{type(estimator).__name__} normalises no pictures: give a DigitNormalizer, or a "
                "pipeline that begins with one."
            )
        classifier = without_normalizer(estimator) if hasattr(estimator, "predict") else None
        return cls.from_diagnosis(normalizer.diagnose(picture), classifier, ax=ax)

    @classmethod
    def from_diagnosis(cls, diagnosis, classifier=None, *, ax=None):
        """Plot the steps of a picture that was normalised before.

        Parameters
        ----------
        diagnosis : Diagnosis
            Of :meth:`DigitNormalizer.diagnose() <skdigits.DigitNormalizer.diagnose>`.

        classifier : estimator instance, default=None
            Fitted classifier of rows of 28 × 28 pixels. If None, no answer is shown.

        ax : array-like of four matplotlib Axes, default=None
            If None, a new figure is created.

        Returns
        -------
        display : NormalizationDisplay
            The display, plotted, with the answer as from :meth:`from_estimator`.
        """
        if classifier is None:
            answer = None
        elif diagnosis.empty:
            answer = "no ink found"
        else:
            answer = _answer(classifier, diagnosis.row[None])
        return cls(diagnosis, answer=answer).plot(ax=ax)

    def plot(self, *, ax=None, cmap="gray"):
        """Plot the steps.

        Parameters
        ----------
        ax : array-like of four matplotlib Axes, default=None
            If None, a new figure is created.

        cmap : str or matplotlib Colormap, default="gray"
            From black to white.

        Returns
        -------
        display : NormalizationDisplay
            The display itself.

        Raises
        ------
        ValueError
            If `ax` does not hold four Axes.
        """
        if ax is None:
            ax = new_axes(len(_TITLES), figsize=(10, 3.6))
        axes = np.atleast_1d(ax)
        if len(axes) != len(_TITLES):
            raise ValueError(f"There are {len(_TITLES)} steps, but ax holds {len(axes)} Axes.")
        for axis, (name, title) in zip(axes, _TITLES.items(), strict=True):
            axis.imshow(self.diagnosis.steps[name], cmap=cmap, vmin=0, vmax=1)
            axis.set(title=title, xticks=[], yticks=[])
            axis.set_anchor("N")
        axes[0].set_xlabel(str(self.diagnosis), loc="left")
        if self.answer is not None:
            width = axes[-1].get_window_extent().width * 72 / axes[-1].figure.dpi  # in points
            longest = max(map(len, self.answer.split("\n")))
            fontsize = np.clip(width / (0.65 * longest), 7, 13)
            axes[-1].set_xlabel(self.answer, fontsize=fontsize, fontweight="bold")
        self.axes_, self.figure_ = axes, axes[0].figure
        return self
