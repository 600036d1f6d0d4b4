"""Images in a grid, each above its caption."""

from math import ceil

import numpy as np

from skdigits._utils.images import as_rows, find_image_shape, rows_to_images
from skdigits._utils.nested import first_with
from skdigits.displays._shared import VERMILION, laid_out, new_axes

N_COLUMNS = 4
_CELL = 1.5  # inches of a cell in a new figure
# Of a cell that is 1 wide:
_IMAGE_WIDTH = 0.86
_LINE = 0.105  # height of a line of the caption
_GAP = 0.05  # above and below the caption
_NAME = 18  # characters of a name


def as_images(X, image_shape, estimator=None):
    """Return `X` as images of the shape stated, its own, the estimator's or the square."""
    rows, shape = as_rows(X)
    rows = np.asarray(rows)
    if image_shape is None and shape is None:
        # What a pipeline's last step sees need not be an image of the same size, or one.
        shape = getattr(first_with("image_shape_", estimator), "image_shape_", None)
        shape = shape if shape and shape[0] * shape[1] == rows.shape[1] else None
    return rows_to_images(rows, find_image_shape(rows.shape[1], image_shape or shape))


def shorten(name):
    """Return a name, with its middle left out if it is longer than a line of the caption."""
    half = _NAME // 2
    return name if len(name) <= _NAME else f"{name[: half - 1]}…{name[-half:]}"


class ImageGridDisplay:
    """Images in a grid, each above a caption of a few lines."""

    def __init__(self, images):
        self.images = images

    def plot(self, *, n_columns=N_COLUMNS, cmap="gray_r", ax=None):
        """Plot the images.

        Parameters
        ----------
        n_columns : int, default=4
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
        captions, caption_height = self._captions(), _LINE * self._n_lines()
        ax.set(xlim=(0, n_columns), ylim=(n_rows * cell_height, 0), aspect="equal")
        ax.set_title(self._title(), pad=10)
        ax.set_axis_off()
        box = laid_out(ax)
        cell = min(box.width / n_columns, box.height / (n_rows * cell_height))  # screen pixels
        longest = max((len(line) for lines in captions for line in lines), default=1)
        points = 72 / ax.figure.dpi * cell
        fontsize = min(12, points * min(_LINE / 1.3, 1 / (0.6 * longest)))
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
                bottom + _GAP,
                "\n".join(caption),
                color=VERMILION if wrong else "black",
                fontsize=fontsize,
                horizontalalignment="center",
                verticalalignment="top",
            )
            below = bottom + 2 * _GAP + caption_height
            self._plot_below(ax, index, left, _IMAGE_WIDTH, below, fontsize)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _layout(self, n_columns):
        """Return columns, rows, and heights of an image and of its cell, which is 1 wide."""
        n_images, height, width = self.images.shape
        n_columns = max(1, min(n_columns, n_images))
        image_height = _IMAGE_WIDTH * height / width
        cell_height = image_height + _LINE * self._n_lines() + 3 * _GAP + self._height_below()
        return n_columns, max(1, ceil(n_images / n_columns)), image_height, cell_height

    def _new_axes(self, n_columns, room=0.5):
        """Return the axes of a new figure, with room in inches beside the grid's height."""
        n_columns, n_rows, _, cell_height = self._layout(n_columns)
        size = (_CELL * max(n_columns, 3), _CELL * cell_height * n_rows + room)
        return new_axes(layout="compressed", figsize=size)[0]

    def _captions(self):
        return [self._caption(index) for index in range(len(self.images))]

    def _n_lines(self):
        """Return how many lines the longest caption has."""
        return max(map(len, self._captions()), default=0)

    def _title(self):
        raise NotImplementedError

    def _caption(self, index):
        """Return the lines of an image's caption."""
        raise NotImplementedError

    def _is_wrong(self, index):
        """Return whether frame and caption of an image stand out."""
        return False

    def _height_below(self):
        """Return how much room a cell needs below the caption."""
        return 0

    def _plot_below(self, ax, index, left, width, top, fontsize):
        """Plot what stands below the caption of an image."""
