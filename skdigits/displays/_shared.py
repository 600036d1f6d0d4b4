"""What the displays share."""

# Okabe and Ito's blue and vermilion: colour-blind readers tell them apart too.
BLUE, VERMILION = "#0072B2", "#D55E00"


def new_axes(n_panels=1, **figure_kw):
    """Return the axes of a new figure, side by side."""
    import matplotlib.pyplot as plt

    return plt.subplots(1, n_panels, squeeze=False, layout="constrained", **figure_kw)[1][0]


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
