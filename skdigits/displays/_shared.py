"""What the displays share."""

# Okabe and Ito's blue and vermilion: colour-blind readers tell them apart too.
BLUE, VERMILION = "#0072B2", "#D55E00"


def new_axes(n_panels=1, **figure_kw):
    """Return the axes of a new figure, side by side."""
    import matplotlib.pyplot as plt

    return plt.subplots(1, n_panels, squeeze=False, layout="constrained", **figure_kw)[1][0]


def laid_out(ax):
    """Return the extent, in screen pixels, that Axes have once their figure is laid out."""
    engine = ax.figure.get_layout_engine()
    if engine is not None:
        engine.execute(ax.figure.figure)
    return ax.get_window_extent()


def first_with(name, estimator):
    """Return the first that has an attribute: the estimator or one inside it; None if none has.

    Inside a pipeline is its last step, inside a search or wrapper what it has fitted.
    """
    while estimator is not None and not hasattr(estimator, name):
        if hasattr(estimator, "steps"):
            estimator = estimator.steps[-1][1]
        else:
            fitted = getattr(estimator, "estimator_", None)
            estimator = getattr(estimator, "best_estimator_", fitted)
    return estimator


def percent(share):
    """Format a share of 1, never rounding it to certainty."""
    if 0 < share < 0.001:
        return "<0.1 %"
    digits = 1 if 0.001 <= share < 0.015 or 0.985 <= share < 1 else 0
    return f"{min(100 * share, 100 if share == 1 else 99.9):.{digits}f} %"
