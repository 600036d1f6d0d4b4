"""Images in a grid, each over its caption."""

from math import ceil

import numpy as np

from skdigits._utils.images import as_rows, find_image_shape, rows_to_images
from skdigits._utils.nested import first_with
from skdigits.displays._shared import VERMILION, laid_out, new_axes

_IMAGE_WIDTH = 0.86  # of a cell that is 1 wide


def as_images(X, image_shape, estimator=None):
    """Return `X` as images of the shape stated, its own, the estimator's or the square."""
    rows, shape = as_rows(X)
    rows = np.asarray(rows)
    if image_shape is None and shape is None:
        # What a pipeline's last step sees need not be an image of the same size, or one.
        shape = getattr(first_with("image_shape_", estimator), "image_shape_", None)
        shape = shape if shape and shape[0] * shape[1] == rows.shape[1] else None
    return rows_to_images(rows, find_image_shape(rows.shape[1], image_shape or shape))


class ImageGridDisplay:
    """Images in a grid, each over a caption of one or two lines."""

    def __init__(self, images):
        self.images = images

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
        ax = self._new_axes(n_columns) if ax is None else ax
        n_columns, n_rows, image_height, cell_height = self._layout(n_columns)
        captions = [self._caption(index) for index in range(len(self.images))]
        ax.set(xlim=(0, n_columns), ylim=(n_rows * cell_height, 0), aspect="equal")
        ax.set_title(self._title(), pad=10)
        ax.set_axis_off()
        box = laid_out(ax)
        cell = min(box.width / n_columns, box.height / (n_rows * cell_height))  # screen pixels
        longest = max((len(line) for text in captions for line in text.split("\n")), default=1)
        points = 72 / ax.figure.dpi * cell
        fontsize = np.clip(points * min(0.13, 1 / (0.6 * longest)), 5, 10)
        limits = {"vmin": self.images.min(), "vmax": self.images.max()} if captions else {}

        for index, (image, caption) in enumerate(zip(self.images, captions, strict=True)):
            left = index % n_columns + (1 - _IMAGE_WIDTH) / 2
            top = index // n_columns * cell_height
            right, bottom = left + _IMAGE_WIDTH, top + image_height
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
            self._plot_below(ax, index, left, _IMAGE_WIDTH, bottom + 0.38, cell)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _layout(self, n_columns):
        """Return columns, rows, and heights of an image and of its cell, which is 1 wide."""
        n_images, height, width = self.images.shape
        n_columns = max(1, min(n_columns, n_images))
        image_height = _IMAGE_WIDTH * height / width
        # Below its image there is room for two lines of text, and what else is.
        cell_height = image_height + 0.42 + self._height_below()
        return n_columns, max(1, ceil(n_images / n_columns)), image_height, cell_height

    def _new_axes(self, n_columns, room=0.5):
        """Return the axes of a new figure, with room in inches beside the grid's height."""
        n_columns, n_rows, _, cell_height = self._layout(n_columns)
        size = (1.15 * max(n_columns, 4), 1.15 * cell_height * n_rows + room)
        return new_axes(layout="compressed", figsize=size)[0]

    def _title(self):
        raise NotImplementedError

    def _caption(self, index):
        raise NotImplementedError

    def _is_wrong(self, index):
        """Return whether frame and caption of an image stand out."""
        return False

    def _height_below(self):
        """Return how much room a cell needs below the caption."""
        return 0

    def _plot_below(self, ax, index, left, width, top, cell):
        """Plot what stands below the caption of an image, in a cell so many pixels wide."""
