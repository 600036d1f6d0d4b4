"""Probabilities of a few labels as bars."""

from skdigits.displays._shared import BLUE, VERMILION

ROW = 0.19  # height of a bar with the room around it, where a cell is 1 wide


def plot_bars(ax, labels, probabilities, *, wrong, right, left, width, top, fontsize):
    """Plot a bar for each label below each other, with the label on it.

    The bar of the label `wrong` is vermilion, that of `right` blue and its label bold, all others
    grey; a frame of the whole `width` stands for a probability of 1.
    """
    colours = {wrong: VERMILION, right: BLUE}
    for row, (label, probability) in enumerate(zip(labels, probabilities, strict=True)):
        middle = top + (row + 0.5) * ROW
        style = {"left": left, "height": 0.8 * ROW}
        ax.barh(middle, width, color="none", edgecolor="gainsboro", linewidth=0.5, **style)
        ax.barh(middle, width * probability, color=colours.get(label, "gray"), alpha=0.5, **style)
        ax.text(
            left + 0.03,
            middle,
            str(label),
            fontsize=fontsize,
            fontweight="bold" if label == right else "normal",
            horizontalalignment="left",
            verticalalignment="center_baseline",
        )
