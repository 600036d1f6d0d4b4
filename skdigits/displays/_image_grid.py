"""Images in a grid, each over its answer."""

from math import ceil

import numpy as np
from sklearn.utils import assert_all_finite, check_consistent_length
from sklearn.utils.multiclass import unique_labels

from skdigits._images import as_rows, find_image_shape, rows_to_images
from skdigits.displays._shared import VERMILION, first_with, new_axes


def as_images(X, image_shape, estimator=None):
    """Return `X` as images of the shape stated, its own, the estimator's or the square."""
    rows, shape = as_rows(X)
    rows = np.asarray(rows)
    if image_shape is None and shape is None:
        # What a pipeline's last step sees need not be an image of the same size, or one.
        shape = getattr(first_with("image_shape_", estimator), "image_shape_", None)
        shape = shape if shape and shape[0] * shape[1] == rows.shape[1] else None
    return rows_to_images(rows, find_image_shape(rows.shape[1], image_shape or shape))


def answers(estimator, X):
    """Return the predictions and, where the estimator gives any, all probabilities and labels."""
    y_pred = np.asarray(estimator.predict(X))
    if not hasattr(estimator, "predict_proba"):
        return y_pred, None, None
    return y_pred, estimator.predict_proba(X), estimator.classes_


def check_predictions(X, y_true, y_pred, probability):
    """Return the last three as arrays, after a check that all speak of the same samples."""
    check_consistent_length(X, y_true, y_pred, probability)
    y_true, y_pred, probability = [
        None if a is None else np.asarray(a) for a in (y_true, y_pred, probability)
    ]
    if y_true is not None:
        assert_all_finite(y_true, input_name="y_true")
        assert_all_finite(y_pred, input_name="y_pred")
        unique_labels(y_true, y_pred)  # refuses texts beside numbers, which are never equal
    return y_true, y_pred, probability


def error_count(n_errors, n_samples):
    """Say how many errors there are among how many images."""
    if not n_errors:
        return f"No errors in {n_samples:,} images"
    errors = "error" if n_errors == 1 else "errors"
    return f"{n_errors:,} {errors} in {n_samples:,} images ({100 * n_errors / n_samples:.2f} %)"


class ImageGridDisplay:
    """Images in a grid, each over the answer, its probability and, where it errs, the truth."""

    def __init__(self, images, *, y_pred, y_true=None, probability=None):
        self.images = images
        self.y_pred = y_pred
        self.y_true = y_true
        self.probability = probability

    def plot(self, *, n_columns=6, cmap="gray_r", ax=None):
        """Plot the images.

        Parameters
        ----------
        n_columns : int, default=6
            Images in a row of the grid.

        cmap : str or matplotlib Colormap, default='gray_r'
            Colours of the pixels. The default shows MNIST as dark ink on white paper.

        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        Returns
        -------
        display : object
            The display itself.
        """
        n_images, height, width = self.images.shape
        n_columns = max(1, min(n_columns, n_images))
        n_rows = max(1, ceil(n_images / n_columns))
        # A cell is 1 wide; below its image there is room for two lines of text, and what else is.
        image_width = 0.86
        image_height = image_width * height / width
        cell_height = image_height + 0.42 + self._height_below()
        if ax is None:
            size = (1.15 * max(n_columns, 4), 1.15 * cell_height * n_rows + 0.5)
            ax = new_axes(figsize=size)[0]
        captions = [self._caption(index) for index in range(n_images)]
        box = ax.get_window_extent()
        cell = min(box.width / n_columns, box.height / (n_rows * cell_height))  # screen pixels
        longest = max((len(line) for text in captions for line in text.split("\n")), default=1)
        fontsize = np.clip(72 / ax.figure.dpi * cell / (0.6 * longest), 5, 10)
        limits = {"vmin": self.images.min(), "vmax": self.images.max()} if n_images else {}

        for index, (image, caption) in enumerate(zip(self.images, captions, strict=True)):
            left = index % n_columns + (1 - image_width) / 2
            top = index // n_columns * cell_height
            right, bottom = left + image_width, top + image_height
            wrong = self._is_wrong(index)
            ax.imshow(image, cmap=cmap, extent=(left, right, bottom, top), **limits)
            ax.plot(
                [left, right, right, left, left],
                [top, top, bottom, bottom, top],
                color=VERMILION if wrong else "silver",
                linewidth=1.8 if wrong else 0.8,
                clip_on=False,
            )
            ax.text(
                (left + right) / 2,
                bottom + 0.06,
                caption,
                color=VERMILION if wrong else "black",
                fontsize=fontsize,
                horizontalalignment="center",
                verticalalignment="top",
            )
            self._plot_below(ax, index, left, image_width, bottom + 0.38, cell)
        ax.set(xlim=(0, n_columns), ylim=(n_rows * cell_height, 0))
        ax.set_title(self._title(), pad=10)
        ax.set_axis_off()
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _title(self):
        raise NotImplementedError

    def _height_below(self):
        """Return how much room a cell needs below the caption."""
        return 0

    def _plot_below(self, ax, index, left, width, top, cell):
        """Plot what stands below the caption of an image, in a cell so many pixels wide."""

    def _is_wrong(self, index):
        return self.y_true is not None and self.y_true[index] != self.y_pred[index]

    def _caption(self, index):
        caption = str(self.y_pred[index])
        if self.probability is not None and not np.isnan(self.probability[index]):
            caption += f"  {percent(self.probability[index])}"
        return f"{caption}\ntruth {self.y_true[index]}" if self._is_wrong(index) else caption


def percent(share):
    """Format a share of 1, never rounding it to certainty."""
    if 0 < share < 0.001:
        return "<0.1 %"
    digits = 1 if 0.001 <= share < 0.015 or 0.985 <= share < 1 else 0
    return f"{min(100 * share, 100 if share == 1 else 99.9):.{digits}f} %"
