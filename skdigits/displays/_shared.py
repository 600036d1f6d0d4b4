"""What the displays share."""

# Okabe and Ito's blue and vermilion: colour-blind readers tell them apart too.
BLUE, VERMILION = "#0072B2", "#D55E00"


def new_axes(n_panels=1, **figure_kw):
    """Return the axes of a new figure, side by side."""
    import matplotlib.pyplot as plt

    return plt.subplots(1, n_panels, squeeze=False, layout="constrained", **figure_kw)[1][0]


def final_estimator(estimator):
    """Return the classifier inside a search or pipeline, or the estimator itself."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    return estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
