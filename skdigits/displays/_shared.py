"""What the displays share."""

# Okabe and Ito's blue and vermilion: colour-blind readers tell them apart too.
BLUE, VERMILION = "#0072B2", "#D55E00"


def new_axes(n_panels=1, layout="constrained", **figure_kw):
    """Return the axes of a new figure, side by side."""
    import matplotlib.pyplot as plt

    return plt.subplots(1, n_panels, squeeze=False, layout=layout, **figure_kw)[1][0]


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
    return next((each for each in _nested(estimator) if hasattr(each, name)), None)


def first_with_input(name, estimator, X):
    """Return the first that has a method of a network, as `first_with`, and what it sees of `X`.

    Raises
    ------
    ValueError
        If none has it.
    """
    for each in _nested(estimator):
        if hasattr(each, name):
            return each, X
        if len(getattr(each, "steps", ())) > 1:
            X = each[:-1].transform(X)
    raise ValueError(
        f"{type(estimator).__name__} has no {name}: give a fitted CNNDigitClassifier, or a "
        "pipeline, search or wrapper with one inside."
    )


def _nested(estimator):
    while estimator is not None:
        yield estimator
        if hasattr(estimator, "steps"):
            estimator = estimator.steps[-1][1]
        else:
            fitted = getattr(estimator, "estimator_", None)
            estimator = getattr(estimator, "best_estimator_", fitted)
