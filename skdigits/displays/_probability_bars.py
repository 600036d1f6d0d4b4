"""Probabilities of a few labels as bars."""

from skdigits._utils.wording import percent
from skdigits.displays._shared import BLUE, VERMILION

ROW = 0.15  # height of a bar with the room around it, if a cell is 1 wide


def plot_bars(ax, labels, probabilities, *, wrong, right, left, width, top, fontsize):
    """Plot a bar for each label, one below the other, with the label and the probability on it.

    The bar of the label `wrong` is vermilion, that of `right` blue and its label bold, all others
    grey; a frame of the whole `width` stands for a probability of 1.
    """
    colours = {wrong: VERMILION, right: BLUE}
    for row, (label, probability) in enumerate(zip(labels, probabilities, strict=True)):
        middle = top + (row + 0.5) * ROW
        style = {"left": left, "height": 0.8 * ROW}
        ax.barh(middle, width, color="none", edgecolor="gainsboro", linewidth=0.5, **style)
        ax.barh(middle, width * probability, color=colours.get(label, "gray"), alpha=0.5, **style)
        texts = {
            "left": (left + 0.03, str(label)),
            "right": (left + width - 0.03, percent(probability)),
        }
        for side, (x, text) in texts.items():
            ax.text(
                x,
                middle,
                text,
                fontsize=fontsize,
                fontweight="bold" if label == right else "normal",
                horizontalalignment=side,
                verticalalignment="center_baseline",
            )
