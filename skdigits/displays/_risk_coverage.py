"""The error rate of the most confident predictions, by their share."""

import numpy as np
from sklearn.utils import assert_all_finite, column_or_1d

from skdigits._utils.nested import first_with
from skdigits._utils.probabilities import (
    check_has_probabilities,
    check_known,
    check_probabilities,
    most_probable,
)
from skdigits.displays._shared import new_axes


class RiskCoverageDisplay:
    """The error rate among the answers, by the share of samples that are answered.

    Samples are answered in the order of confidence, which is the largest probability. The curve
    shows the error rate (risk) that remains if only the most confident share (coverage) is
    answered. Samples of equal confidence are answered together, as no threshold separates them.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    coverage : ndarray of shape (n_thresholds,)
        Share of the samples that is answered at each threshold, in (0, 1]; increasing.

    risk : ndarray of shape (n_thresholds,)
        Share of errors among these answers.

    thresholds : ndarray of shape (n_thresholds,)
        Least confidence of a sample that is answered; decreasing.

    aurc : float
        Area under the curve: the mean risk over all coverages. Less is better.

    threshold : float, default=None
        The chosen threshold, which is marked on the curve. If None, or if nothing is answered at
        it, none is marked.

    max_error_rate : float, default=None
        The limit that the threshold keeps, drawn as a line. If None, there is no line.

    name : str, default=None
        Name in the legend. If None, the legend has only the area.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.

    point_ : matplotlib Line2D or None
        The mark of `threshold`.

    limit_ : matplotlib Line2D or None
        The line at `max_error_rate`.

    ax_ : matplotlib Axes
        Axes with the curve.

    figure_ : matplotlib Figure
        Figure containing the curve.

    See Also
    --------
    skdigits.SelectiveClassifier : Chooses a threshold that limits the error rate.
    MisclassifiedDisplay : The errors, the most confident ones first.

    Notes
    -----
    The curve is a step function with a step at each coverage that a threshold can have. The area
    under it is the mean over all samples of the risk at the highest threshold that answers the
    sample. Below a coverage of 5 %, a few errors can make the risk arbitrarily large; the y-axis
    may not show all of it.

    References
    ----------
    El-Yaniv & Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 2010.

    Geifman & El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdigits.displays import RiskCoverageDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = GaussianNB().fit(X[:1000], y[:1000])
    >>> RiskCoverageDisplay.from_estimator(classifier, X[1000:], y[1000:])
    <...>
    """

    def __init__(
        self,
        *,
        coverage,
        risk,
        thresholds,
        aurc,
        threshold=None,
        max_error_rate=None,
        name=None,
    ):
        self.coverage = coverage
        self.risk = risk
        self.thresholds = thresholds
        self.aurc = aurc
        self.threshold = threshold
        self.max_error_rate = max_error_rate
        self.name = name

    @classmethod
    def from_estimator(cls, estimator, X, y, *, name=None, ax=None, **kwargs):
        """Plot the curve of a fitted classifier.

        If it is a :class:`~skdigits.SelectiveClassifier`, or a pipeline or search with one inside,
        its threshold is marked.

        Parameters
        ----------
        estimator : estimator instance
            Fitted classifier with ``predict_proba``.

        X : array-like of shape (n_samples, ...)
            Samples that it was not trained on, in the form it takes.

        y : array-like of shape (n_samples,)
            True label of each sample.

        name : str, default=None
            Name in the legend. If None, the name of the estimator's class.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **kwargs : dict
            Keyword arguments of matplotlib's ``plot`` for the curve.

        Returns
        -------
        display : RiskCoverageDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If the classifier has no ``predict_proba``, or does not know a label in `y`.
        """
        check_has_probabilities(estimator)
        y_proba = estimator.predict_proba(X)
        selective = first_with("coverage_", estimator)
        return cls.from_predictions(
            y,
            y_proba,
            labels=estimator.classes_,
            threshold=getattr(selective, "threshold_", None),
            max_error_rate=getattr(selective, "max_error_rate", None),
            name=type(estimator).__name__ if name is None else name,
            ax=ax,
            **kwargs,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_proba,
        *,
        labels=None,
        threshold=None,
        max_error_rate=None,
        name=None,
        ax=None,
        **kwargs,
    ):
        """Plot the curve of existing probabilities.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True label of each sample.

        y_proba : array-like of shape (n_samples, n_labels)
            Probability of each label; the rows sum to 1.

        labels : array-like of shape (n_labels,), default=None
            Label of each column of `y_proba`, as in ``classes_`` of the classifier. If None, the
            labels in `y_true`, sorted.

        threshold : float, default=None
            Threshold to mark, as in ``threshold_`` of a :class:`~skdigits.SelectiveClassifier`.
            If None, or if nothing is answered at it, none is marked.

        max_error_rate : float, default=None
            The limit that the threshold keeps, drawn as a line. If None, there is no line.

        name : str, default=None
            Name in the legend. If None, the legend has only the area.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        **kwargs : dict
            Keyword arguments of matplotlib's ``plot`` for the curve.

        Returns
        -------
        display : RiskCoverageDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If rows of `y_proba` are no probabilities or do not fit the labels.
        """
        y_true = column_or_1d(y_true)
        assert_all_finite(y_true, input_name="y_true")
        y_proba, labels = check_probabilities(y_proba, labels, y_true)
        check_known(y_true, labels)
        y_pred, confidence = most_probable(y_proba, labels)
        is_wrong = y_pred != y_true
        negated, group, size = np.unique(-confidence, return_inverse=True, return_counts=True)
        n_answered, n_errors = size.cumsum(), np.bincount(group, weights=is_wrong).cumsum()
        risk = n_errors / n_answered
        display = cls(
            coverage=n_answered / len(y_true),
            risk=risk,
            thresholds=-negated,
            aurc=float(np.average(risk, weights=size)),
            threshold=threshold,
            max_error_rate=max_error_rate,
            name=name,
        )
        return display.plot(ax=ax, **kwargs)

    def plot(self, *, ax=None, name=None, **kwargs):
        """Plot the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        name : str, default=None
            Name in the legend. If None, that of the display.

        **kwargs : dict
            Keyword arguments of matplotlib's ``plot`` for the curve.

        Returns
        -------
        display : RiskCoverageDisplay
            The display itself.
        """
        ax = new_axes()[0] if ax is None else ax
        name = self.name if name is None else name
        area = f"AURC = {100 * self.aurc:.3g} %"
        style = {
            "drawstyle": "steps-pre",
            "label": area if name is None else f"{name} ({area})",
            **kwargs,
        }
        top_of_others = ax.get_ylim()[1] if ax.has_data() else 0
        x, y = 100 * np.append(0, self.coverage), 100 * np.append(self.risk[0], self.risk)
        (self.line_,) = ax.plot(x, y, **style)
        self._mark_threshold(ax)
        top = max(self._top(), top_of_others)
        ax.set(
            xlabel="coverage (% of samples answered)",
            ylabel="error rate (% of answers)",
            xlim=(0, 100),
            ylim=(-0.02 * top, top),  # from 0, the axis would hide a curve without errors
        )
        ax.grid(alpha=0.3)
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _mark_threshold(self, ax):
        self.point_ = self.limit_ = None
        n_passed = 0 if self.threshold is None else np.sum(self.thresholds >= self.threshold)
        if not n_passed:
            return
        color = self.line_.get_color()
        coverage, risk = 100 * self.coverage[n_passed - 1], 100 * self.risk[n_passed - 1]
        (self.point_,) = ax.plot(
            coverage,
            risk,
            marker="o",
            markersize=8,
            linestyle="none",
            color=color,
            label=f"{risk:.3g} % errors if {coverage:.3g} % are answered",
        )
        if self.max_error_rate is not None:
            limit = 100 * self.max_error_rate
            self.limit_ = ax.axhline(
                limit, color=color, linewidth=1, linestyle="--", label=f"limit {limit:g} %"
            )

    def _top(self):
        """Return the upper end of the y-axis, in %."""
        marks = [line.get_ydata()[0] for line in (self.point_, self.limit_) if line is not None]
        risk = 100 * self.risk[self.coverage >= 0.05].max()
        return 1.05 * max([risk, *marks]) or 1
