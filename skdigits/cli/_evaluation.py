"""How well a model reads test images: figures, a table, all predictions and pictures."""

import csv
import io
from time import perf_counter

from skdigits._utils.files import write_whole
from skdigits._utils.nested import probabilities_and_scores
from skdigits._utils.wording import counted
from skdigits.cli._images import image_shape


class Evaluation:
    """The predictions of a model for test images.

    Parameters
    ----------
    model : estimator instance
        Fitted classifier of this package, or a pipeline that ends in one.
    test : Labelled
        Its pictures are rows of pixels.

    Raises
    ------
    ValueError
        If the images have the wrong size, or a label that the model does not know.
    """

    def __init__(self, model, test):
        import numpy as np

        from skdigits.evaluation import Evaluation as Measures

        started = perf_counter()
        probabilities, self.scores = probabilities_and_scores(model, test.pictures)
        self.seconds = perf_counter() - started
        labels = np.array([str(label) for label in model.classes_])
        self.measures = Measures(np.asarray(test.labels, dtype=str), probabilities, labels)
        self.names = test.names
        self.images = test.pictures.reshape(-1, *image_shape(model))

    def figures(self):
        """Return the figures for machines."""
        return {**self.measures.figures(), "seconds": self.seconds}

    def table(self):
        """Return the figures for readers."""
        return self.measures.table()

    def save(self, folder):
        """Save all predictions as CSV, and the confusion matrix and examples as PNG."""
        from skdigits.displays import (
            ConfusionGalleryDisplay,
            MisclassifiedDisplay,
            SamplePredictionsDisplay,
        )

        of = self.measures
        probability = of.y_proba.max(axis=1)
        columns = self.names, of.y_true, of.y_pred, probability.round(6), self.scores.round(3)
        write_table(
            folder / "predictions.csv",
            ["file", "true", "predicted", "probability", "score"],
            zip(*columns, strict=True),
        )
        answers = (self.images, of.y_true, of.y_pred)
        names = [*map(_short, self.names)]
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
                *answers, probability=probability, names=names, random_state=0, ax=ax
            ),
            (7, 6.6),
        )
        save_picture(
            folder / "misclassified.png",
            lambda ax: MisclassifiedDisplay.from_predictions(
                *answers, **surely, names=names, ax=ax
            ),
            (7, 9 if of.n_errors else 1),  # the title alone
        )

    def _plot_confusion_matrix(self, ax):
        import numpy as np
        from matplotlib.colors import SymLogNorm
        from sklearn.metrics import ConfusionMatrixDisplay

        of = self.measures
        figures = of.figures()
        matrix = np.array(figures["confusion_matrix"])
        display = ConfusionMatrixDisplay(matrix, display_labels=list(figures["per_label"])).plot(
            cmap="Blues",
            colorbar=False,
            ax=ax,
            im_kw={"norm": SymLogNorm(1, vmin=0, vmax=matrix.max())},  # a single error shows
        )
        for text in display.text_.flat:
            if text.get_text() == "0":
                text.set_color("silver")
        n_images = len(of.y_true)
        ax.set_title(f"{n_images - of.n_errors:,} of {counted(n_images, 'image')} correct")


def _short(name):
    """Return what stands under a picture: the name of its file, or its index."""
    return f"image {name}" if isinstance(name, int) else name.name


def write_table(path, header, rows):
    """Write a CSV file."""
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([header, *rows])
    write_whole(path, table.getvalue().encode(errors="backslashreplace"))


def save_picture(path, plot, size, n_panels=1, n_rows=1):
    """Save a figure whose Axes are given to `plot`; this needs no screen."""
    write_whole(path, draw_picture(plot, size, n_panels, n_rows))


def draw_picture(plot, size, n_panels=1, n_rows=1):
    """Return the content of a PNG file of a figure whose Axes are given to `plot`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    plot(figure.subplots(n_rows, n_panels))
    picture = io.BytesIO()
    figure.savefig(picture, dpi=150, bbox_inches="tight")
    return picture.getvalue()
