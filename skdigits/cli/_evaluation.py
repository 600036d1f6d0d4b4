"""How well a model reads test images: figures, a table and pictures."""

import io
from time import perf_counter

from skdigits._utils.files import write_whole
from skdigits.cli._images import image_shape


class Evaluation:
    """The answers of a model to test images.

    Parameters
    ----------
    model : estimator instance
        Fitted classifier of this package, or a pipeline that ends in one.
    X : ndarray of shape (n_samples, n_features)
        Rows of pixels.
    y : array-like of shape (n_samples,)
        Labels as strings.

    Raises
    ------
    ValueError
        If the images have the wrong size, or labels that the model does not know.
    """

    def __init__(self, model, X, y):
        import numpy as np

        from skdigits.evaluation import Evaluation as Measures

        started = perf_counter()
        probabilities = model.predict_proba(X)
        self.seconds = perf_counter() - started
        labels = np.array([str(label) for label in model.classes_])
        self.measures = Measures(np.asarray(y, dtype=str), probabilities, labels)
        self.images = X.reshape(-1, *image_shape(model))

    def figures(self):
        """Return what was measured, for machines."""
        return {**self.measures.figures(), "seconds": self.seconds}

    def table(self):
        """Return what was measured, for readers."""
        return self.measures.table()

    def save_pictures(self, folder):
        """Save the confusion matrix, sample predictions and the worst errors as PNG."""
        from skdigits.displays import (
            ConfusionGalleryDisplay,
            MisclassifiedDisplay,
            SamplePredictionsDisplay,
        )

        of = self.measures
        answers = (self.images, of.y_true, of.y_pred)
        surely = {"y_proba": of.y_proba, "labels": of.labels}
        save_picture(folder / "confusion_matrix.png", self._plot_confusion_matrix, (5.6, 5.6))
        save_picture(
            folder / "confusion_gallery.png",
            lambda ax: ConfusionGalleryDisplay.from_predictions(*answers, **surely, ax=ax),
            (7, 7),
        )
        save_picture(
            folder / "sample_predictions.png",
            lambda ax: SamplePredictionsDisplay.from_predictions(
                *answers, probability=of.y_proba.max(axis=1), random_state=0, ax=ax
            ),
            (7, 6.6),
        )
        save_picture(
            folder / "misclassified.png",
            lambda ax: MisclassifiedDisplay.from_predictions(*answers, **surely, ax=ax),
            (7, 6.6 if of.n_errors else 1),  # the title alone
        )

    def _plot_confusion_matrix(self, ax):
        import numpy as np
        from sklearn.metrics import ConfusionMatrixDisplay

        of = self.measures
        figures = of.figures()
        display = ConfusionMatrixDisplay(
            np.array(figures["confusion_matrix"]), display_labels=list(figures["per_label"])
        ).plot(cmap="Blues", colorbar=False, ax=ax)
        for text in display.text_.flat:
            if text.get_text() == "0":  # so that the errors stand out
                text.set_color("silver")
        n_images = len(of.y_true)
        ax.set_title(f"{n_images - of.n_errors:,} of {n_images:,} images right")


def save_picture(path, plot, size, n_panels=1):
    """Save what `plot` draws on the Axes it is given, without need of a screen."""
    write_whole(path, draw_picture(plot, size, n_panels))


def draw_picture(plot, size, n_panels=1):
    """Return what `plot` draws on the Axes it is given as the content of a PNG file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    plot(figure.subplots(1, n_panels))
    picture = io.BytesIO()
    figure.savefig(picture, dpi=150, bbox_inches="tight")
    return picture.getvalue()
