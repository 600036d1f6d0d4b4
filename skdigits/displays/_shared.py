"""What the displays share."""

from skdigits._utils.nested import steps_of

# Okabe and Ito's blue and vermilion: colour-blind readers tell them apart too.
BLUE, VERMILION = "#0072B2", "#D55E00"
# All of theirs, without the yellow that is hardly seen on white.
COLORS = (BLUE, VERMILION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def new_axes(n_panels=1, layout="constrained", **figure_kw):
    """Return the axes of a new figure, side by side."""
    import matplotlib.pyplot as plt

    return plt.subplots(1, n_panels, squeeze=False, layout=layout, **figure_kw)[1][0]


def draw_frame(ax, box, color, linestyle="-"):
    """Draw a frame around the pixels of a box: its left, top, right and bottom."""
    from matplotlib.patches import Rectangle

    left, top, right, bottom = box
    ax.add_patch(
        Rectangle(
            (left - 0.5, top - 0.5),
            right - left,
            bottom - top,
            fill=False,
            edgecolor=color,
            linestyle=linestyle,
            linewidth=1.5,
        )
    )


def laid_out(ax):
    """Return the extent, in screen pixels, that Axes have once their figure is laid out."""
    engine = ax.figure.get_layout_engine()
    if engine is not None:
        engine.execute(ax.figure.figure)
    return ax.get_window_extent()


def classifier_and_input(name, estimator, X):
    """Return the classifier in an estimator, which must have a method, and what it sees of `X`.

    Raises
    ------
    ValueError
        If it does not have it.
    """
    *transformers, last = steps_of(estimator)
    if hasattr(last, name):
        for step in transformers:
            X = step.transform(X)
        return last, X
    raise ValueError(
        f"{type(estimator).__name__} has no {name}: give a fitted CNNDigitClassifier, or a "
        "pipeline, search or wrapper with one inside."
    )
