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

        started = perf_counter()
        probabilities = model.predict_proba(X)
        self.seconds = perf_counter() - started
        columns = {str(label): column for column, label in enumerate(model.classes_)}
        unknown = sorted(set(y) - set(columns))
        if unknown:
            raise ValueError(
                f"There are images labelled {', '.join(unknown)}, but this model knows only "
                f"{', '.join(columns)}."
            )
        rows, best = np.arange(len(y)), probabilities.argmax(axis=1)
        self.images = X.reshape(-1, *image_shape(model))
        self.labels, self.probabilities = np.array(list(columns)), probabilities
        self.y_true, self.y_pred = np.asarray(y, dtype=str), self.labels[best]
        of_truth = probabilities[rows, [columns[label] for label in y]]
        self.loss = float(-np.log(of_truth.clip(min=np.finfo(float).tiny)).mean())
        self.n_errors = int((self.y_true != self.y_pred).sum())
        self.accuracy = 1 - self.n_errors / len(y)

    def figures(self):
        """Return what was measured, for machines."""
        from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
        from sklearn.utils.multiclass import unique_labels

        labels = unique_labels(self.y_true, self.y_pred).tolist()
        scores = precision_recall_fscore_support(
            self.y_true, self.y_pred, labels=labels, zero_division=0
        )
        return {
            "n_images": len(self.y_true),
            "n_errors": self.n_errors,
            "accuracy": self.accuracy,
            "loss": self.loss,
            "per_label": {
                label: dict(zip(("precision", "recall", "f1", "n_images"), column, strict=True))
                for label, *column in zip(
                    labels, *(score.tolist() for score in scores), strict=True
                )
            },
            "confusion_matrix": confusion_matrix(self.y_true, self.y_pred, labels=labels).tolist(),
            "seconds": self.seconds,
        }

    def table(self):
        """Return what was measured, for readers."""
        from sklearn.metrics import classification_report

        return (
            f"accuracy {self.accuracy:.2%}, {self.n_errors:,} errors in {len(self.y_true):,} "
            f"images, loss {self.loss:.4f}\n\n"
            + classification_report(self.y_true, self.y_pred, digits=4, zero_division=0)
        )

    def save_pictures(self, folder):
        """Save the confusion matrix, sample predictions and the worst errors as PNG."""
        from skdigits.displays import (
            ConfusionGalleryDisplay,
            MisclassifiedDisplay,
            SamplePredictionsDisplay,
        )

        answers = (self.images, self.y_true, self.y_pred)
        surely = {"y_proba": self.probabilities, "labels": self.labels}
        save_picture(folder / "confusion_matrix.png", self._plot_confusion_matrix, (5.6, 5.6))
        save_picture(
            folder / "confusion_gallery.png",
            lambda ax: ConfusionGalleryDisplay.from_predictions(*answers, **surely, ax=ax),
            (7, 7),
        )
        save_picture(
            folder / "sample_predictions.png",
            lambda ax: SamplePredictionsDisplay.from_predictions(
                *answers, probability=self.probabilities.max(axis=1), random_state=0, ax=ax
            ),
            (7, 6.6),
        )
        save_picture(
            folder / "misclassified.png",
            lambda ax: MisclassifiedDisplay.from_predictions(*answers, **surely, ax=ax),
            (7, 6.6),
        )

    def _plot_confusion_matrix(self, ax):
        from sklearn.metrics import ConfusionMatrixDisplay

        display = ConfusionMatrixDisplay.from_predictions(
            self.y_true, self.y_pred, cmap="Blues", colorbar=False, ax=ax
        )
        for text in display.text_.flat:
            if text.get_text() == "0":  # so that the errors stand out
                text.set_color("silver")
        n_right = len(self.y_true) - self.n_errors
        ax.set_title(f"{n_right:,} of {len(self.y_true):,} images right")


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
