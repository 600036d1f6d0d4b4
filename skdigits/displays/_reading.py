"""A number read from a picture, and how probable each digit is at each place."""

import numpy as np

from skdigits.displays._shared import BLUE, VERMILION, draw_frame, laid_out
from skdigits.normalizer import read_picture

WIDTH = 7  # inches of a new figure
LEAST_ASPECT = 5  # width through height of the panel with the line: shorter lines get margins
WRITTEN = 0.05  # smaller probabilities are not written
ROOM = 3  # points that stay free around a text


class ReadingDisplay:
    """A picture with the number on it, the line the network sees, and each digit's probability.

    It is recommended to use :meth:`from_picture` to create a display. All parameters are stored as
    attributes.

    Parameters
    ----------
    picture : ndarray of shape (height, width)
        Grey levels from 0 for black to 1 for white.

    reading : Reading or list of Reading
        The number, or all numbers on a page. Of a page, only the picture is drawn.

    shape : tuple of (int, int), default=None
        Height and width of the picture that was read, if `picture` is a reduced copy of it; boxes
        are in pixels of the former. If None, boxes are in pixels of `picture`.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One panel or three: the picture with a box around each digit, the line as the network sees
        it, and below the line the probabilities of the digits 0 to 9 at each position. Digits
        answered with "?" have another colour and dashed boxes.

    figure_ : matplotlib Figure
        Figure containing the panels.

    See Also
    --------
    skdigits.DigitReader : Reads numbers.
    NormalizationDisplay : The same for a single digit.

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits import Reading
    >>> from skdigits.displays import ReadingDisplay
    >>> from skdigits.numbers import Digit
    >>> paper = np.ones((40, 80))
    >>> paper[10:30, [30, 50]] = 0
    >>> ones = tuple(Digit("1", 0.9, (left, 10, left + 1, 30)) for left in (30, 50))
    >>> ReadingDisplay(paper, Reading("11", 0.8, ones)).plot()
    <...>
    """

    def __init__(self, picture, reading, shape=None):
        self.picture = picture
        self.reading = reading
        self.shape = shape

    @classmethod
    def from_picture(cls, reader, picture, *, ax=None):
        """Read the number on a picture, and plot it.

        Parameters
        ----------
        reader : DigitReader
            Fitted.

        picture : path, open file, PIL image or array
            A picture of a number, as for :meth:`DigitReader.read() <skdigits.DigitReader.read>`.

        ax : matplotlib Axes or array-like of three of them, default=None
            As for :meth:`plot`.

        Returns
        -------
        display : ReadingDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the picture cannot be read.
        """
        grey = read_picture(picture)
        return cls(grey, reader.read(grey)).plot(ax=ax)

    @classmethod
    def from_page(cls, reader, picture, *, ax=None):
        """Read all numbers on a page, and plot it.

        Parameters
        ----------
        reader : DigitReader
            Fitted.

        picture : path, open file, PIL image or array
            A picture of a page, as for :meth:`DigitReader.read_page()
            <skdigits.DigitReader.read_page>`.

        ax : matplotlib Axes, default=None
            As for :meth:`plot`.

        Returns
        -------
        display : ReadingDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the picture cannot be read.
        """
        grey = read_picture(picture)
        return cls(grey, reader.read_page(grey)).plot(ax=ax)

    def plot(self, *, ax=None):
        """Plot the number.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of three of them, default=None
            A single Axes gets only the picture; a page needs just one. If None, a new figure is
            created.

        Returns
        -------
        display : ReadingDisplay
            The display itself.

        Raises
        ------
        ValueError
            If `ax` holds neither one nor three Axes.
        """
        axes = self._new_axes() if ax is None else np.ravel(ax)
        is_page = isinstance(self.reading, list)
        if len(axes) != 1 and (is_page or len(axes) != 3):
            panels = "is 1 panel" if is_page else "are 3 panels, or the picture alone"
            raise ValueError(f"There {panels}; got {len(axes)} Axes.")
        self._plot_picture(axes[0])
        if len(axes) == 3:
            self._plot_line(axes[1])
            self._plot_probabilities(axes[2])
        self.axes_, self.figure_ = axes, axes[0].figure
        return self

    def _new_axes(self):
        """Return the three panels, one below the other, as high as what they show."""
        import matplotlib.pyplot as plt

        height, width = np.shape(self.picture)
        if isinstance(self.reading, list):
            size = (WIDTH, np.clip(WIDTH * height / width, 1, 10) + 0.5)
            return plt.figure(figsize=size, layout="constrained").subplots(squeeze=False).ravel()
        first, last = self._limits()
        heights = (
            np.clip(WIDTH * height / width, 1, 4.5),
            WIDTH * len(self._line()) / (last - first),
            2.3,
        )
        figure = plt.figure(figsize=(WIDTH, sum(heights) + 1.2), layout="constrained")
        return figure.subplots(3, 1, height_ratios=heights)

    def _line(self):
        """Return the line, a blank one if there is none."""
        return np.zeros((32, 160)) if self.reading.line is None else self.reading.line

    def _placed(self):
        """Return the digits of which it is known where they stand in the line."""
        return [digit for digit in self.reading.digits if digit.columns is not None]

    def _limits(self):
        """Return the first and last column that two panels show."""
        height, width = self._line().shape
        margin = max(0, LEAST_ASPECT * height - width) / 2
        return -margin, width + margin

    def _plot_picture(self, ax):
        """Draw the picture and a box around each digit, with the digit above."""
        height, width = self.shape or np.shape(self.picture)
        edges = (-0.5, width - 0.5, height - 0.5, -0.5)
        ax.imshow(self.picture, cmap="gray", vmin=0, vmax=1, extent=edges)
        ax.set(xticks=[], yticks=[])
        is_page = isinstance(self.reading, list)
        readings = self.reading if is_page else [self.reading]
        ax.set_title(_count(readings) if is_page else str(self.reading), fontweight="bold")
        for reading in readings:
            for digit in reading.digits:
                dashed = "--" if digit.doubtful else "-"
                draw_frame(ax, digit.box, _color(digit.doubtful), dashed)
            if not reading.digits and reading.box is not None:
                draw_frame(ax, reading.box, VERMILION, "--")
        digits = [digit for reading in readings for digit in reading.digits]
        if digits:
            _write_above(ax, digits)

    def _plot_line(self, ax):
        """Draw the line, dark on white, and where it is divided into digits."""
        if self.reading.line is None:
            ax.set_axis_off()
            return
        line = self._line()
        ax.imshow(line, cmap="gray_r", vmin=0, vmax=255, extent=(0, line.shape[1], len(line), 0))
        ax.set(xlim=self._limits(), xticks=[], yticks=[], title="the line as the network sees it")
        for digit in self._placed()[1:]:
            ax.axvline(digit.columns[0], color=BLUE, linewidth=0.8)

    def _plot_probabilities(self, ax):
        """Draw the probabilities of the ten digits in the columns of the line."""
        digits = self._placed()
        if not digits:
            ax.set_axis_off()
            return
        ax.set(xlim=self._limits(), ylim=(9.5, -0.5), title="probability of each digit, in percent")
        ax.set_yticks(range(10))
        ax.tick_params(length=0)
        middles = [sum(digit.columns) / 2 for digit in digits]
        ax.set_xticks(middles, ["?" if digit.doubtful else digit.label for digit in digits])
        for digit, label in zip(digits, ax.get_xticklabels(), strict=True):
            label.set(color=_color(digit.doubtful), fontweight="bold", fontsize="large")
        for digit, middle in zip(digits, middles, strict=True):
            ax.pcolormesh(
                digit.columns,
                np.arange(11) - 0.5,
                np.reshape(digit.probabilities, (10, 1)),
                cmap="Oranges" if digit.doubtful else "Blues",
                vmin=0,
                vmax=1,
                edgecolors="0.9",
                linewidth=0.5,
            )
            for label, probability in enumerate(digit.probabilities):
                if probability >= WRITTEN:
                    ax.text(
                        middle,
                        label,
                        f"{min(100 * probability, 99):.0f}",  # none is said to be certain
                        ha="center",
                        va="center",
                        fontsize=8,
                        color="white" if probability > 0.6 else "black",
                    )


def _count(readings):
    n = len(readings)
    return f"{n} number{'s' * (n != 1)}" if n else "no number found"


def _color(doubtful):
    return VERMILION if doubtful else BLUE


def _write_above(ax, digits):
    """Write each digit above its box, and make room for those at the upper edge."""
    from matplotlib.patheffects import withStroke

    width = np.ptp(ax.get_xlim())
    point = width / (laid_out(ax).width * 72 / ax.figure.dpi)  # in pixels of the picture
    widths = [right - left for left, _, right, _ in (digit.box for digit in digits)]
    size = np.clip(np.median(widths) / point, 7, 14)
    for digit in digits:
        left, top, right, _ = digit.box
        ax.text(
            (left + right - 1) / 2,
            top - 0.5 - ROOM * point,
            f"{digit.label}?" if digit.doubtful else digit.label,
            ha="center",
            va="baseline",
            fontsize=size,
            fontweight="bold",
            color=_color(digit.doubtful),
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )
    highest = min(digit.box[1] for digit in digits) - (size + 2 * ROOM) * point
    ax.set_ylim(top=min(-0.5, highest))
