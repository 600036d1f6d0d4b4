"""How a picture becomes an image of MNIST's form, and what a classifier says of it."""

import textwrap

import numpy as np

from skdigits.displays._probability_bars import ROW, plot_bars
from skdigits.displays._shared import BLUE, VERMILION, draw_frame, new_axes
from skdigits.normalizer import find_normalizer, read_colours
from skdigits.reading import Reader

TITLES = ("picture", "ink", "what the model sees", "prediction")
LONGEST = 20  # characters in a line of the answer


def _wrap(text):
    """Return a sentence in short lines, none of which ends between a number and its unit."""
    return textwrap.fill(text.replace(" %", "\xa0%"), LONGEST).replace("\xa0", " ")


def _width(ax):
    """Return the width of Axes in points."""
    return ax.get_window_extent().width * 72 / ax.figure.dpi


class NormalizationDisplay:
    """How a picture becomes an image of MNIST's form, and what a classifier says of it.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    diagnosis : Diagnosis
        Result of :meth:`DigitNormalizer.diagnose() <skdigits.DigitNormalizer.diagnose>`.

    answer : Answer, default=None
        What a classifier says of the picture. If None, there is no fourth panel.

    picture : path, PIL image or ndarray, default=None
        The picture itself, to show its colours. If None, it is shown in grey.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panels: the picture with a box around the digit; the ink, with what was erased in
        orange; what the model sees; and the most probable labels.

    figure_ : matplotlib Figure
        Figure containing the panels.

    See Also
    --------
    skdigits.DigitNormalizer : Brings pictures to MNIST's form.
    ReadingDisplay : The same for a number.

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

    def __init__(self, diagnosis, *, answer=None, picture=None):
        self.diagnosis = diagnosis
        self.answer = answer
        self.picture = picture

    @classmethod
    def from_estimator(cls, estimator, picture, *, ax=None):
        """Plot the steps of a normaliser, and the answer of a classifier that begins with one.

        The answer is the same as that of :func:`~skdigits.read_digits`.

        Parameters
        ----------
        estimator : estimator instance
            A :class:`~skdigits.DigitNormalizer`, or a fitted pipeline that begins with one, alone
            or inside a search or a :class:`~skdigits.SelectiveClassifier`.

        picture : path, PIL image or array
            A picture of a digit, as for :class:`~skdigits.DigitNormalizer`.

        ax : array-like of matplotlib Axes, default=None
            Four Axes, or three without an answer. If None, a new figure is created.

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
        return cls(diagnosis, answer=answer, picture=picture).plot(ax=ax)

    def plot(self, *, ax=None, cmap="gray"):
        """Plot the steps.

        Parameters
        ----------
        ax : array-like of matplotlib Axes, default=None
            Four Axes, or three without an answer. If None, a new figure is created.

        cmap : str or matplotlib Colormap, default="gray"
            Colours from black to white, for panels without colours.

        Returns
        -------
        display : NormalizationDisplay
            The display itself.

        Raises
        ------
        ValueError
            If `ax` does not hold as many Axes as there are panels.
        """
        steps = self.diagnosis.steps
        titles = TITLES[: 3 if self.answer is None else 4]
        axes = self._new_axes(len(titles)) if ax is None else np.ravel(ax)
        if len(axes) != len(titles):
            raise ValueError(f"There are {len(titles)} panels, but ax holds {len(axes)} Axes.")
        grey = steps["picture"]
        colours = None if self.picture is None else read_colours(self.picture, grey.shape)
        images = grey if colours is None else colours, steps["ink"], steps["normal"]
        for axis, title in zip(axes, titles, strict=True):
            axis.set_title(title, fontsize=np.clip(_width(axis) / 11.5, 7, 12))
            axis.set(xticks=[], yticks=[], anchor="N")
        for axis, image in zip(axes, images, strict=False):
            axis.imshow(image, cmap=cmap, vmin=0, vmax=1)
        self._plot_box(axes[0])
        self._plot_erased(axes[1])
        axes[0].set_xlabel(str(self.diagnosis), loc="left")
        if self.answer is not None:
            self._plot_answer(axes[3])
        self.axes_, self.figure_ = axes, axes[0].figure
        return self

    def _new_axes(self, n_panels):
        """Return the panels of a new figure: two in a row, or all three."""
        import matplotlib.pyplot as plt
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        height, width = self.diagnosis.steps["picture"].shape
        if n_panels == 3:
            return new_axes(3, figsize=(7, 2.2 * np.clip(height / width, 1, 2) + 1.2))
        heights = np.clip(3 * height / width, 1, 4.5), 2.2
        layout = ConstrainedLayoutEngine(h_pad=0.1)
        figure = plt.figure(figsize=(6.4, sum(heights) + 1.7), layout=layout)
        return figure.subplots(2, 2, height_ratios=heights).ravel()

    def _plot_box(self, ax):
        """Draw the box of the digit."""
        down, across = np.nonzero(self.diagnosis.steps["digit"])
        if len(down):
            draw_frame(ax, (across.min(), down.min(), across.max() + 1, down.max() + 1), BLUE)

    def _plot_erased(self, ax):
        """Colour the ink that was erased."""
        from matplotlib.colors import to_rgb

        erased = np.clip(self.diagnosis.steps["ink"] - self.diagnosis.steps["digit"], 0, 1)
        if erased.any():
            colours = np.broadcast_to(to_rgb(VERMILION), (*erased.shape, 3))
            ax.imshow(np.dstack([colours, erased]))
            ax.title.set_text("ink (orange: erased)")

    def _plot_answer(self, ax):
        """Draw bars of the most probable labels, and say below what the answer is."""
        answer = self.answer
        bars = [(each["label"], each["probability"]) for each in answer.runners_up]
        if answer.probability is not None and not answer.rejected:
            bars.insert(0, (answer.label, answer.probability))
        ax.set(xlim=(0, 1), ylim=(3 * ROW, 0), aspect="equal")
        ax.spines[:].set_visible(False)
        width = _width(ax)
        plot_bars(
            ax,
            [label for label, _ in bars],
            [probability for _, probability in bars],
            wrong=None,
            right=None if answer.rejected else answer.label,
            left=0,
            width=1,
            top=0,
            fontsize=np.clip(0.07 * width, 7, 10),
        )
        text = _wrap(str(answer))
        longest = max(map(len, text.split("\n")))
        fontsize = np.clip(width / (0.65 * longest), 7, 13)
        ax.set_xlabel(text, fontsize=fontsize, fontweight="bold")
