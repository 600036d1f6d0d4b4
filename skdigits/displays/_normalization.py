"""What became of a picture on its way to MNIST's form."""

import textwrap

import numpy as np

from skdigits.displays._shared import new_axes
from skdigits.normalizer import find_normalizer
from skdigits.reading import Reader

_TITLES = {
    "picture": "picture",
    "ink": "ink",
    "digit": "digit",
    "normal": "MNIST's form",
}
LONGEST = 20  # characters in a line of the answer


def _wrap(text):
    """Return a sentence in short lines, none of which ends between a number and its unit."""
    return textwrap.fill(text.replace(" %", "\xa0%"), LONGEST).replace("\xa0", " ")


class NormalizationDisplay:
    """The steps from a picture to MNIST's form, side by side, with what was found.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    diagnosis : Diagnosis
        Of :meth:`DigitNormalizer.diagnose() <skdigits.DigitNormalizer.diagnose>`.

    answer : Answer or str, default=None
        What a classifier says of the picture. If None, none is shown.

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

        The answer is that of :func:`~skdigits.read_digits`.

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
        diagnosis = normalizer.diagnose(picture)
        answer = Reader(estimator).answer(diagnosis) if hasattr(estimator, "predict") else None
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
            text = _wrap(str(self.answer))
            longest = max(map(len, text.split("\n")))
            fontsize = np.clip(width / (0.65 * longest), 7, 13)
            axes[-1].set_xlabel(text, fontsize=fontsize, fontweight="bold")
        self.axes_, self.figure_ = axes, axes[0].figure
        return self
