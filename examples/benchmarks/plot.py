"""The plot of accuracy against seconds."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from examples.benchmarks.entries import OURS

COLORS = {  # Okabe and Ito's, and one of Tol's, which colour-blind readers can distinguish
    "default": "#0072B2",
    "fast": "#56B4E9",
    "accurate": "#009E73",
    "accurate-20": "#882255",
    "small": "#CC79A7",
    "recipe": "#D55E00",
    "skorch": "#E69F00",
    "mlp": "#888888",
    "svc": "#888888",
}
TICKS = (90, 95, 97, 98, 99, 99.5, 99.7, 99.8, 99.9)
GAP = 0.065  # between labels, of the axes' height


def spread_out(heights, gap):
    """Return heights close to the given ones, in the same order, at least `gap` apart, in [0, 1].

    Parameters
    ----------
    heights : sequence of float
    gap : float
    """
    order, places = np.argsort(heights), np.empty(len(heights))
    floor = 0.0
    for position in order:
        places[position] = floor = max(floor, heights[position])
        floor += gap
    ceiling = 1.0
    for position in order[::-1]:
        places[position] = ceiling = min(ceiling, places[position])
        ceiling -= gap
    return places


def plot_accuracy(summary, path, caption):
    """Draw the mean test accuracy at the end of each epoch, and mark the end of the fit.

    If no entry was trained, nothing is drawn.

    Parameters
    ----------
    summary : dict
        Result of `summarize`.
    path : Path
        PNG file to write.
    caption : str
        Line below the plot.
    """
    drawn = {name: np.array(summary[name]["curve"]) for name in COLORS if name in summary}
    drawn = {name: curve for name, curve in drawn.items() if len(curve)}
    if not drawn:
        return
    figure = Figure(figsize=(8.5, 5), dpi=160)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.09, 0.15, 0.6, 0.77))
    # Errors on a logarithmic scale, upside down: each step to fewer errors is as high.
    finals = [curve[-1, 1] for curve in drawn.values()]
    bottom, top = min([97, *finals]), max([99.8, *finals])
    axes.set(xscale="log", yscale="log", ylim=(1.2 * (100 - bottom), max(0.9 * (100 - top), 0.01)))
    seconds = np.concatenate([curve[:, 0] for curve in drawn.values()] or [np.ones(1)])
    axes.set_xlim(seconds.min() / 1.3, seconds.max() * 1.3)
    for name, curve in drawn.items():
        ours = name in {entry.name for entry in OURS}
        errors = np.maximum(100 - curve[:, 1], 0.001)
        style = {"color": COLORS[name], "linewidth": 2.4 if ours else 1.6}
        axes.plot(curve[:, 0], errors, linestyle="-" if ours else "--", **style)
        axes.plot(curve[:-1, 0], errors[:-1], ".", markersize=5, color=COLORS[name])
        axes.plot(curve[-1:, 0], errors[-1:], "o" if ours else "s", markersize=8, **style)
    _label(axes, drawn, [summary[name]["label"] for name in drawn])
    axes.yaxis.set_major_locator(FixedLocator([100 - tick for tick in TICKS]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: f"{100 - error:g} %"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda second, _: f"{second:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=12)
    axes.set_xlabel("seconds of fit", fontsize=13)
    axes.set_title("MNIST test accuracy, mean over the runs", fontsize=14, loc="left")
    counts = sorted({summary[name]["n_runs"] for name in drawn})
    caption += f"; {'–'.join(map(str, dict.fromkeys([counts[0], counts[-1]])))} runs each"
    figure.text(0.1, 0.015, caption, fontsize=9, color="#555555")
    figure.savefig(path)


def _label(axes, drawn, labels):
    """Write each label beside the axes, with a line to the end of its curve."""
    ends = [(curve[-1, 0], max(100 - curve[-1, 1], 0.001)) for curve in drawn.values()]
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = [to_axes.transform(end)[1] for end in ends]
    heights = spread_out(heights, GAP)
    for name, label, end, height in zip(drawn, labels, ends, heights, strict=True):
        axes.annotate(
            label,
            end,
            xytext=(1.03, height),
            textcoords="axes fraction",
            va="center",
            fontsize=11,
            color=COLORS[name],
            arrowprops={
                "arrowstyle": "-",
                "relpos": (0, 0.5),
                "color": COLORS[name],
                "alpha": 0.35,
                "shrinkB": 5,
            },
        )
