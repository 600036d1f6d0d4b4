"""Loss and accuracy per epoch, of one or several fits."""

from itertools import cycle
from numbers import Integral
from textwrap import fill
from typing import Any

import numpy as np
from sklearn.utils import check_scalar

from skdigits._utils.nested import first_with
from skdigits.displays._search_log import best_candidates
from skdigits.displays._shared import BLUE, COLORS, VERMILION, new_axes

PANELS = {"loss": ("loss", 1), "accuracy": ("accuracy (%)", 100)}
PARTS: dict[str, tuple[str, Any]] = {"train": ("training", "-"), "valid": ("validation", "--")}
STAR: dict[str, Any] = {
    "marker": "*",
    "markersize": 12,
    "markeredgecolor": "black",
    "linestyle": "none",
}
WIDEST = 24  # characters of a name in a line of the legend
BAR = 0.35  # width of a bar, of the epoch that is alone


class TrainingCurveDisplay:
    """Loss and accuracy per epoch, of one or several fits, with the best epoch of each.

    The best epoch is the one with the least loss on the validation set. Without a validation set,
    there is none.

    It is recommended to use :meth:`from_estimator`, :meth:`from_cv_results` or
    :meth:`from_search` to create a display. All parameters are stored as attributes.

    Parameters
    ----------
    history : list of dict, or list of such lists
        One dict for each epoch, with ``epoch`` (counted from 1) and any of ``train_loss``,
        ``valid_loss``, ``train_accuracy`` and ``valid_accuracy``. Accuracies lie in [0, 1].
        For several runs, a list of such lists, which may differ in length.

    name : str or list of str, default=None
        Name of the run in the legend, or a list with the name of each run. If None, several runs
        are numbered, and a single run has no name.

    Attributes
    ----------
    best_epochs_ : list of int or None
        The best epoch of each run; None for a run without a validation set.

    axes_ : ndarray of matplotlib Axes
        The panels: loss, and accuracy if the history contains it.

    figure_ : matplotlib Figure
        Figure containing the panels.

    See Also
    --------
    SamplePredictionsDisplay : Images with their predictions.
    MisclassifiedDisplay : The errors, the most confident ones first.

    Notes
    -----
    A single run without a name has one colour for training and one for validation; if it has only
    one epoch, there are bars instead of curves. Otherwise, each run has one of seven colours that
    colour-blind readers can distinguish, and validation is dashed. On the Axes of an earlier
    display, the next colours are used. The legends are then above the panels; a figure with
    ``layout="constrained"`` makes room for them.

    Examples
    --------
    >>> from skdigits.displays import TrainingCurveDisplay
    >>> history = [
    ...     {"epoch": 1, "train_loss": 0.42, "valid_loss": 0.21, "valid_accuracy": 0.93},
    ...     {"epoch": 2, "train_loss": 0.17, "valid_loss": 0.12, "valid_accuracy": 0.96},
    ... ]
    >>> TrainingCurveDisplay(history).plot().best_epochs_
    [2]
    """

    def __init__(self, history, *, name=None):
        self.history = history
        self.name = name

    @classmethod
    def from_estimator(cls, estimator, *, name=None, ax=None):
        """Plot the training of a fitted estimator.

        Parameters
        ----------
        estimator : estimator instance
            Fitted estimator with a ``history_``, or a pipeline, search or wrapper with one
            inside.

        name : str, default=None
            Name in the legend. If None, there is none, unless `ax` has other runs.

        ax : matplotlib Axes or array-like of them, default=None
            One Axes for each panel, such as ``axes_`` of an earlier display, to which this run is
            added. If None, a new figure is created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the estimator has no ``history_``.
        """
        return cls(_history(estimator), name=name).plot(ax=ax)

    @classmethod
    def from_cv_results(cls, cv_results, *, ax=None):
        """Plot the training curves of all splits of a cross-validation.

        Parameters
        ----------
        cv_results : dict
            Result of :func:`~sklearn.model_selection.cross_validate` with
            ``return_estimator=True``.

        ax : matplotlib Axes or array-like of them, default=None
            One Axes for each panel. If None, a new figure is created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If there are no estimators, or they have no ``history_``.
        """
        if not isinstance(cv_results, dict) or "estimator" not in cv_results:
            raise ValueError(
                "cv_results holds no estimators: give what cross_validate(..., "
                "return_estimator=True) returns."
            )
        histories = [_history(estimator) for estimator in cv_results["estimator"]]
        names = [f"split {index}" for index in range(len(histories))]
        return cls(histories, name=names).plot(ax=ax)

    @classmethod
    def from_search(cls, search, log, *, n_candidates=5, ax=None):
        """Plot the training curves of a search's best candidates, as means over the splits.

        This needs scikit-learn 1.9 or newer. A monitor of the classifier in the search logs the row
        of each epoch::

            monitor = ScoringMonitor(scoring=lambda clf, X, y: clf.history_[-1])
            classifier.set_callbacks(monitor)

        After ``search.fit``, ``monitor.get_logs()`` is the log. The classifier may be in a
        pipeline. If splits were stopped early, the mean ends with the first of them.

        Parameters
        ----------
        search : GridSearchCV or RandomizedSearchCV
            Fitted search.

        log : sklearn.callback.ScoringMonitorLog
            What the monitor logged while the search was fitted.

        n_candidates : int, default=5
            Largest number of candidates to show, the best ones first. They are named by the
            parameters that vary in the search.

        ax : matplotlib Axes or array-like of them, default=None
            One Axes for each panel. If None, a new figure is created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the search is not fitted, or the log is not that of the search.
        """
        check_scalar(n_candidates, "n_candidates", Integral, min_val=1)
        runs = best_candidates(search, log, n_candidates)
        return cls(list(runs.values()), name=list(runs)).plot(ax=ax)

    def plot(self, *, ax=None):
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of them, default=None
            One Axes for each panel; of two, the first is for the loss. If None, a new figure is
            created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display itself.

        Raises
        ------
        ValueError
            If there is nothing to plot, or not one name for each run or one Axes for each panel.
        """
        runs, names = _as_runs(self.history), self.name
        names = [names] if isinstance(names, str) else names
        if names is not None and len(names) != len(runs):
            raise ValueError(f"There are {len(names)} names for {len(runs)} runs: give one each.")
        panels = [panel for panel in PANELS if any(_curves(run, panel) for run in runs)]
        if not panels:
            raise ValueError("The history holds no epoch with a loss or an accuracy to plot.")
        is_plain = len(runs) == 1 and names is None
        if ax is None:
            n_lines = 0 if is_plain else max(len(runs), len(PARTS) + 1)
            ax = new_axes(len(panels), figsize=(3.6 * len(panels), 3.4 + 0.2 * n_lines))
        axes = np.atleast_1d(ax)
        if len(axes) not in (len(panels), len(PANELS)):
            raise ValueError(
                f"The history fills {len(panels)} panels ({', '.join(panels)}), but ax holds "
                f"{len(axes)} Axes: give one for each panel."
            )
        is_plain = is_plain and not any(axis.lines for axis in axes)
        self.best_epochs_ = [_best_epoch(run) for run in runs]
        if is_plain:
            styles = [_plain_style(self.best_epochs_[0])]
        else:
            styles = list(_styles(axes, names, self.best_epochs_))
        of_axes = list(PANELS) if len(axes) > 1 else panels
        for axis, panel in zip(axes, of_axes, strict=True):
            if panel in panels and is_plain and len(runs[0]) == 1:
                _draw_bars(axis, panel, runs[0], styles[0])
            elif panel in panels:
                _draw(axis, panel, runs, self.best_epochs_, styles)
        if not is_plain:
            _put_legends_above(axes, of_axes)
        self.axes_, self.figure_ = axes, axes[0].figure
        return self


def _history(estimator):
    classifier = first_with("history_", estimator)
    if classifier is None:
        raise ValueError(
            f"{type(estimator).__name__} has no history_: give a fitted CNNDigitClassifier, "
            "or a pipeline, search or wrapper with one inside."
        )
    return classifier.history_


def _as_runs(history):
    """Return a list of histories from one, or from several."""
    several = _is_list(history) and history and all(map(_is_list, history))
    runs = history if several else [history]
    for run in runs:
        if not _is_list(run) or not all(isinstance(row, dict) and "epoch" in row for row in run):
            raise ValueError(
                'history must be a list of dicts with an "epoch" each, or several such lists.'
            )
    return runs


def _is_list(thing):
    return isinstance(thing, list | tuple)


def _curves(run, panel):
    """Return the values of training and validation, of those that the run has."""
    scale = PANELS[panel][1]
    values = {part: [scale * row.get(f"{part}_{panel}", np.nan) for row in run] for part in PARTS}
    return {part: curve for part, curve in values.items() if not np.isnan(curve).all()}


def _best_epoch(run):
    losses = [row.get("valid_loss", np.nan) for row in run]
    return None if np.isnan(losses).all() else run[np.nanargmin(losses)]["epoch"]


def _plain_style(best):
    """Return the style of a run that is alone: a colour for training, one for validation."""
    looks = {"train": {"color": BLUE, "marker": "o"}, "valid": {"color": VERMILION, "marker": "s"}}
    lines = {
        part: {**looks[part], "label": label, "linestyle": linestyle}
        for part, (label, linestyle) in PARTS.items()
    }
    return {**lines, "best": {"color": VERMILION, "label": f"best epoch {best}"}}


def _styles(axes, names, best_epochs):
    """Yield the style of each of several runs: a colour and a name for both its lines."""
    lines = [line for axis in axes for line in axis.lines]
    used = {line.get_color() for line in lines}
    n_before = sum(line.get_linestyle() == "-" for line in axes[0].lines)
    free = [color for color in COLORS if color not in used] or COLORS
    for index, (best, color) in enumerate(zip(best_epochs, cycle(free), strict=False)):
        name = names[index] if names else f"run {n_before + index + 1}"
        label = fill(name, WIDEST, break_long_words=False)
        label += "" if best is None else f" (best: {best})"
        look = {"color": color, "marker": ".", "label": label}
        yield {part: {**look, "linestyle": style} for part, (_, style) in PARTS.items()} | {
            "best": {"color": color}
        }


def _draw(axis, panel, runs, best_epochs, styles):
    from matplotlib.ticker import MaxNLocator

    for run, best, style in zip(runs, best_epochs, styles, strict=True):
        epochs = [row["epoch"] for row in run]
        curves = _curves(run, panel)
        for part, values in curves.items():
            axis.plot(epochs, values, markersize=4, clip_on=False, **style[part])
        if best is not None and "valid" in curves:
            value = curves["valid"][epochs.index(best)]
            axis.plot(best, value, zorder=3, clip_on=False, **STAR, **style["best"])
    axis.set(xlabel="epoch", ylabel=PANELS[panel][0], title=_title(panel))
    axis.autoscale()  # to all runs: an earlier one may have set the limits
    axis.set_xlim(left=max(0.5, axis.get_xlim()[0]))
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if panel == "accuracy":
        axis.set_ylim(top=min(100, axis.get_ylim()[1]))
    axis.grid(alpha=0.3)
    axis.legend()


def _title(panel):
    return f"{panel.capitalize()} per epoch"


def _draw_bars(axis, panel, run, style):
    """Draw the epoch that is alone as a bar for training, one for validation, or both."""
    curves = _curves(run, panel)
    for place, (part, (value,)) in enumerate(curves.items()):
        bar = axis.bar(place, value, BAR, color=style[part]["color"])
        axis.bar_label(bar, fmt="%.3g", label_type="center", color="white", fontweight="bold")
    axis.set_xticks(range(len(curves)), [PARTS[part][0] for part in curves])
    axis.set(xlim=(-0.6, len(curves) - 0.4), ylabel=PANELS[panel][0])
    axis.set_title(f"{panel.capitalize()} after epoch {run[0]['epoch']}")
    if panel == "accuracy":
        axis.set_ylim(0, 100)


def _put_legends_above(axes, panels):
    """Name runs above the first panel and kinds of lines above the last, in place of titles."""
    from matplotlib.lines import Line2D

    lines = [line for axis in axes for line in axis.lines]
    runs: dict[tuple, Any] = {}
    for line in lines:
        if not line.get_label().startswith("_"):
            runs.setdefault((line.get_label(), line.get_color()), line)
    drawn = {line.get_linestyle() for line in lines}
    keys = [
        Line2D([], [], color="gray", label=label, linestyle=linestyle)
        for label, linestyle in PARTS.values()
        if linestyle in drawn
    ]
    if "None" in drawn:
        keys.append(Line2D([], [], color="gray", label="best epoch", **STAR))
    above: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": (0, 1),
        "fontsize": "small",
        "frameon": False,
        "alignment": "left",
    }
    handles = [[*runs.values()], keys] if len(axes) > 1 else [[*runs.values(), *keys]]
    for axis, panel, of_axis in zip(axes, panels, handles, strict=True):
        axis.set_title("")
        axis.legend(handles=of_axis, title=_title(panel), **above)
