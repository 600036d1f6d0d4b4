"""Loss and accuracy over the epochs of a fit."""

import numpy as np

from skdigits.displays._shared import BLUE, VERMILION, first_with, new_axes

_CURVES = {
    "train": {"label": "training", "color": BLUE, "marker": "o"},
    "valid": {"label": "hold-out", "color": VERMILION, "marker": "s", "linestyle": "--"},
}


class TrainingCurveDisplay:
    """Loss and accuracy over the epochs of a fit.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    history : list of dict
        One dict an epoch, with ``epoch`` (counted from 1) and any of ``train_loss``,
        ``valid_loss``, ``train_accuracy`` and ``valid_accuracy``. Accuracies lie in [0, 1].

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panels: loss, and accuracy where the history has any.

    figure_ : matplotlib Figure
        Figure containing the panels.

    See Also
    --------
    SamplePredictionsDisplay : Images with the answers given.
    MisclassifiedDisplay : The errors, the most confident ones first.

    Examples
    --------
    >>> from skdigits.displays import TrainingCurveDisplay
    >>> history = [
    ...     {"epoch": 1, "train_loss": 0.42, "valid_loss": 0.21, "valid_accuracy": 0.93},
    ...     {"epoch": 2, "train_loss": 0.17, "valid_loss": 0.12, "valid_accuracy": 0.96},
    ... ]
    >>> TrainingCurveDisplay(history).plot()
    <...>
    """

    def __init__(self, history):
        self.history = history

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Plot the training of a fitted estimator.

        Parameters
        ----------
        estimator : estimator instance
            Fitted estimator with a ``history_``, or a pipeline, search or wrapper that
            holds one.

        ax : matplotlib Axes or array-like of them, default=None
            One Axes a panel. If None, a new figure is created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the estimator has no ``history_``.
        """
        classifier = first_with("history_", estimator)
        if classifier is None:
            raise ValueError(
                f"{type(estimator).__name__} has no history_: give a fitted CNNDigitClassifier, "
                "or a pipeline, search or wrapper with one inside."
            )
        return cls(classifier.history_).plot(ax=ax)

    def plot(self, *, ax=None):
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of them, default=None
            One Axes a panel. If None, a new figure is created.

        Returns
        -------
        display : TrainingCurveDisplay
            The display itself.

        Raises
        ------
        ValueError
            If there is nothing to plot, or not one Axes a panel.
        """
        from matplotlib.ticker import MaxNLocator

        panels = {name: curves for name in ("loss", "accuracy") if (curves := self._curves(name))}
        if not panels:
            raise ValueError("The history holds no epoch with a loss or an accuracy to plot.")
        if ax is None:
            ax = new_axes(len(panels), figsize=(4 * len(panels), 3.4))
        axes = np.atleast_1d(ax)
        if len(axes) != len(panels):
            raise ValueError(
                f"The history fills {len(panels)} panels ({', '.join(panels)}), but ax holds "
                f"{len(axes)} Axes: give one a panel."
            )
        epochs = [row["epoch"] for row in self.history]
        for axis, (name, curves) in zip(axes, panels.items(), strict=True):
            for part, values in curves.items():
                axis.plot(epochs, values, markersize=4, **_CURVES[part])
            axis.set(xlabel="epoch", ylabel=name)
            axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            axis.grid(alpha=0.3)
            axis.legend()
        self.axes_, self.figure_ = axes, axes[0].figure
        return self

    def _curves(self, name):
        values = {
            part: [row.get(f"{part}_{name}", np.nan) for row in self.history] for part in _CURVES
        }
        return {part: curve for part, curve in values.items() if not np.isnan(curve).all()}
