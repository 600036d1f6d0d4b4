"""How a training went: its epochs as a table and a curve, and images as the network saw them."""

from skdigits.cli._evaluation import save_picture, write_table
from skdigits.cli._images import image_shape

N_ROWS, N_COLUMNS = 4, 8  # of the images that are shown


def save_record(folder, model, X, y):
    """Save ``results.csv``, ``training_curve.png`` and ``training_batch.png``.

    Parameters
    ----------
    folder : Path
        Where to save them.
    model : Pipeline
        Fitted.
    X : ndarray of shape (n_samples, n_features)
        Training images.
    y : ndarray of shape (n_samples,)
        Their labels.
    """
    from skdigits.displays import TrainingCurveDisplay

    history = model[-1].history_
    names = list(dict.fromkeys(name for row in history for name in row))
    write_table(folder / "results.csv", names, [map(row.get, names) for row in history])
    n_panels = 2 if "valid_accuracy" in names else 1
    save_picture(
        folder / "training_curve.png",
        lambda axes: TrainingCurveDisplay.from_estimator(model, ax=axes),
        (4 * n_panels, 3.4),
        n_panels,
    )
    save_picture(
        folder / "training_batch.png",
        lambda axes: _plot_batch(axes, model, X, y),
        (8, 5.6),
        N_COLUMNS,
        N_ROWS,
    )


def _plot_batch(axes, model, X, y):
    """Plot training images, drawn at random, distorted as in the training."""
    import numpy as np
    from sklearn.utils import resample

    classifier = model[-1]
    n_images = min(axes.size, len(X))
    places = resample(np.arange(len(X)), replace=False, n_samples=n_images, random_state=0)
    images = model[:-1].transform(X[places]).reshape(-1, *image_shape(model))
    if classifier.augment_:
        images = classifier.augment_(images, random_state=0)
    for ax in axes.flat[n_images:]:
        ax.set_axis_off()
    for ax, image, label in zip(axes.flat, images, y[places], strict=False):
        ax.imshow(image, cmap="gray_r", vmin=images.min(), vmax=images.max())
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_color("silver")
        ax.set_title(label, fontsize=9, pad=3)
    how = "distorted at random" if classifier.augment_ else "not distorted"
    axes.flat[0].figure.suptitle(f"Training images as the network sees them, {how}")
