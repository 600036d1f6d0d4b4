"""Loss and accuracy over the epochs of one or several fits."""

from itertools import cycle
from numbers import Integral
from textwrap import fill
from typing import Any

import numpy as np
from sklearn.utils import check_scalar

from skdigits._utils.nested import first_with
from skdigits.displays._search_log import best_candidates
from skdigits.displays._shared import BLUE, COLORS, VERMILION, new_axes

PANELS = ("loss", "accuracy")
PARTS: dict[str, tuple[str, Any]] = {"train": ("training", "-"), "valid": ("hold-out", "--")}
STAR: dict[str, Any] = {
    "marker": "*",
    "markersize": 12,
    "markeredgecolor": "black",
    "linestyle": "none",
}
WIDEST = 24  # letters of a name in a line of the legend


class TrainingCurveDisplay:
    """Loss and accuracy over the epochs of one or several fits, with the best epoch of each.

    The best epoch is that of the least loss on held-out images. Without a hold-out there is none.

    It is recommended to use :meth:`from_estimator`, :meth:`from_cv_results` or
    :meth:`from_search` to create a display. All parameters are stored as attributes.

    Parameters
    ----------
    history : list of dict, or list of such lists
        One dict an epoch, with ``epoch`` (counted from 1) and any of ``train_loss``,
        ``valid_loss``, ``train_accuracy`` and ``valid_accuracy``. Accuracies lie in [0, 1].
        Several runs, of any lengths, are a list of as many.

    name : str or list of str, default=None
        Name of the run in the legend, or of each of several. If None, several runs are numbered,
        and one has none.

    Attributes
    ----------
    best_epochs_ : list of int or None
        The best epoch of each run; None for one without a hold-out.

    axes_ : ndarray of matplotlib Axes
        The panels: loss, and accuracy where the history has any.

    figure_ : matplotlib Figure
        Figure containing the panels.

    See Also
    --------
    SamplePredictionsDisplay : Images with the answers given.
    MisclassifiedDisplay : The errors, the most confident ones first.

    Notes
    -----
    A single run without a name has a colour for training and one for the hold-out. Otherwise, a
    run has one colour, from seven that colour-blind readers tell apart, and the hold-out is dashed.
    On the Axes of an earlier display, colours go on with the next. The legends then stand above the
    panels; a figure with ``layout="constrained"`` makes room for them.

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
            Fitted estimator with a ``history_``, or a pipeline, search or wrapper that
            holds one.

        name : str, default=None
            Name in the legend. If None, there is none, unless `ax` has other runs.

        ax : matplotlib Axes or array-like of them, default=None
            One Axes a panel, such as ``axes_`` of an earlier display, to which this one is added.
            If None, a new figure is created.

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
        """Plot the training on each split of a cross-validation.

        Parameters
        ----------
        cv_results : dict
            What :func:`~sklearn.model_selection.cross_validate` returns with
            ``return_estimator=True``.

        ax : matplotlib Axes or array-like of them, default=None
            One Axes a panel. If None, a new figure is created.

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
        """Plot the training of a search's best candidates, each as the mean over the splits.

        This needs scikit-learn 1.9 or newer. There, the classifier in the search is given a monitor
        that logs the row of each epoch::

            monitor = ScoringMonitor(scoring=lambda clf, X, y: clf.history_[-1])
            classifier.set_callbacks(monitor)

        and, after ``search.fit``, ``monitor.get_logs()`` is the log. The classifier may stand in a
        pipeline. Where splits were stopped early, the mean ends with the first of them.

        Parameters
        ----------
        search : GridSearchCV or RandomizedSearchCV
            Fitted search.

        log : sklearn.callback.ScoringMonitorLog
            What the monitor logged while it was fitted.

        n_candidates : int, default=5
            How many candidates are shown, at most, the best ones first. They are named by the
            parameters that vary in the search.

        ax : matplotlib Axes or array-like of them, default=None
            One Axes a panel. If None, a new figure is created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If it is no fitted search, or the log is of something else.
        """
        check_scalar(n_candidates, "n_candidates", Integral, min_val=1)
        runs = best_candidates(search, log, n_candidates)
        return cls(list(runs.values()), name=list(runs)).plot(ax=ax)

    def plot(self, *, ax=None):
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of them, default=None
            One Axes a panel; of two, the first is for the loss. If None, a new figure is created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display itself.

        Raises
        ------
        ValueError
            If there is nothing to plot, not one name a run, or not one Axes a panel.
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
            ax = new_axes(len(panels), figsize=(4 * len(panels), 3.4 + 0.2 * n_lines))
        axes = np.atleast_1d(ax)
        if len(axes) not in (len(panels), len(PANELS)):
            raise ValueError(
                f"The history fills {len(panels)} panels ({', '.join(panels)}), but ax holds "
                f"{len(axes)} Axes: give one a panel."
            )
        is_plain = is_plain and not any(axis.lines for axis in axes)
        self.best_epochs_ = [_best_epoch(run) for run in runs]
        if is_plain:
            styles = [_plain_style(self.best_epochs_[0])]
        else:
            styles = list(_styles(axes, names, self.best_epochs_))
        for axis, panel in zip(axes, PANELS if len(axes) > 1 else panels, strict=True):
            if panel in panels:
                _draw(axis, panel, runs, self.best_epochs_, styles)
        if not is_plain:
            _put_legends_above(axes)
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
    """Return the values of training and hold-out, of those that the run has."""
    values = {part: [row.get(f"{part}_{panel}", np.nan) for row in run] for part in PARTS}
    return {part: curve for part, curve in values.items() if not np.isnan(curve).all()}


def _best_epoch(run):
    losses = [row.get("valid_loss", np.nan) for row in run]
    return None if np.isnan(losses).all() else run[np.nanargmin(losses)]["epoch"]


def _plain_style(best):
    """Return the style of a run that is alone: a colour for training, one for the hold-out."""
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
            axis.plot(epochs, values, markersize=4, **style[part])
        if best is not None and "valid" in curves:
            value = curves["valid"][epochs.index(best)]
            axis.plot(best, value, zorder=3, **STAR, **style["best"])
    axis.set(xlabel="epoch", ylabel=panel)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(alpha=0.3)
    axis.legend()


def _put_legends_above(axes):
    """Name runs above the first panel, where nothing is hidden, and lines above the last."""
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
    }
    if len(axes) == 1:
        axes[0].legend(handles=[*runs.values(), *keys], **above)
    else:
        axes[0].legend(handles=[*runs.values()], **above)
        axes[-1].legend(handles=keys, **above)
