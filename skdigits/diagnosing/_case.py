"""What a diagnosis looks at: a model, some images, and its answers to them."""

import warnings
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from skdigits._utils.images import as_rows, find_image_shape
from skdigits._utils.nested import steps_of
from skdigits.normalizer import find_normalizer
from skdigits.preprocessing import PixelScaler, why_refused

N_READ = 500  # images; a share among them has a standard error of 2.2 points at most
SPREADS = 3.0  # another pen or paper changes the spread of pixels less, another scale more


class Case:
    """A model, images and what is known about them.

    Parameters
    ----------
    model : estimator instance
        Fitted classifier.
    X : array-like or list of pictures
        As for `diagnose`.
    y : array-like of shape (n_samples,) or None
        Labels.
    X_train : array-like or None
        Images that the model was fitted on.

    Attributes
    ----------
    X, X_train : ndarray of shape (n_samples, n_features) or None
        Rows of pixels; None for pictures.
    y, texts : ndarray of shape (n_samples,) or None
        Labels, and the same as text, so that "1", 1 and 1.0 are equal.
    classes : ndarray of shape (n_classes,)
        The model's classes, as text.
    read : ndarray of int of shape (n_read,)
        Indices of the images that the model reads.
    sample : ndarray of shape (n_read, n_features) or None
        These images, if they are rows of pixels for the model itself.
    shape : tuple of int or None
        Their ``(height, width)``, if it is known.
    steps : list of estimator
        The steps that images go through; the last is the classifier.
    """

    def __init__(self, model, X, y, X_train):
        self.model, self.steps = model, steps_of(model)
        self.classes = as_text(model.classes_)
        reads_pictures = find_normalizer(model) is not None
        self.X: Any = None
        shape: Any = None
        if reads_pictures and len(getattr(X, "shape", ())) != 2:
            images = _pictures(X)
        else:
            self.X, shape = _rows(X, "X")
            images = self.X
        self.X_train = None if X_train is None else self._rows_like_X(X_train)
        self.y = self.texts = None
        if y is not None:
            self.y = column_or_1d(y)
            self.texts = as_text(self.y)
            check_consistent_length(images, self.y)
        order = np.random.default_rng(0).permutation(len(images))
        self.read = np.sort(order[:N_READ])
        self._images = [X[i] for i in self.read] if self.X is None else self.X[self.read]
        self.sample: Any = None if reads_pictures else self._images
        self.shape = None if reads_pictures else self._find_shape(shape, self.X.shape[1])

    def _rows_like_X(self, X_train):
        if self.X is None:
            raise ValueError("X_train is compared with rows: leave it out if X holds pictures.")
        rows, _ = _rows(X_train, "X_train")
        if rows.shape[1] != self.X.shape[1]:
            raise ValueError(
                f"X_train has {rows.shape[1]} pixels an image and X {self.X.shape[1]}: give images "
                "of one size."
            )
        return rows

    def _find_shape(self, shape, n_pixels):
        shape = getattr(self.steps[-1], "image_shape_", shape) or find_image_shape(n_pixels)
        return tuple(shape) if shape[0] * shape[1] == n_pixels else None

    @cached_property
    def refusal(self):
        """Why the model refuses the values of X, and what to do; None if it does not."""
        return None if self.X is None else self.why_refused(self.X)

    def why_refused(self, rows):
        """Return the same for other rows."""
        first = self.steps[0]
        return why_refused(first, rows) if isinstance(first, PixelScaler) else None

    @cached_property
    def answers(self):
        """The model's answers to the images, as text; None if it refuses them."""
        return None if self.refusal else self._answer(self._images)

    @cached_property
    def probabilities(self):
        """The probabilities of all classes; None if the model gives none."""
        if self.refusal or not hasattr(self.model, "predict_proba"):
            return None
        return _quietly(self.model.predict_proba, self._images)

    @property
    def right(self):
        """Whether each answer is correct; None if that is not known."""
        if self.texts is None or self.answers is None:
            return None
        return self.answers == self.texts[self.read]

    @cached_property
    def as_it_is(self):
        """How well the model reads the sample; None if it cannot be measured."""
        return None if self.refusal else self.how_well(self.sample)

    def how_well(self, rows):
        """Return whether the model reads each of some rows well.

        Parameters
        ----------
        rows : ndarray of shape (n_read, n_features)
            The sample, perhaps changed.

        Returns
        -------
        is_well : ndarray of float of shape (n_read,) or None
            Measured by the labels, or else by ``score_samples``; confidence says nothing, as it may
            be high for anything.
        """
        if self.texts is not None:
            return (self._answer(rows) == self.texts[self.read]).astype(float)
        if hasattr(self.model, "score_samples"):
            return (_quietly(self.model.score_samples, rows) >= 0).astype(float)
        return None

    @cached_property
    def ratio_of_spreads(self):
        """The spread of X divided by that of the images the model was fitted on, if known."""
        if self.X_train is not None:
            known, seen = some_of(self.X_train).std(), self.sample.std()
        elif hasattr(self.steps[-1], "pixel_scale_"):
            known, seen = float(self.steps[-1].pixel_scale_), self.seen().std()
        else:
            return None
        return seen / known if known and seen else None

    @property
    def is_off_scale(self):
        """Whether X spreads far more or less than the images that the model was fitted on."""
        ratio = self.ratio_of_spreads
        return ratio is not None and not 1 / SPREADS <= ratio <= SPREADS

    def seen(self):
        """Return the sample as the classifier sees it, after the steps before it."""
        rows = self.sample
        for step in self.steps[:-1]:
            rows = _quietly(step.transform, rows)
        return rows

    def _answer(self, images):
        return as_text(_quietly(self.model.predict, images))


def as_text(labels):
    """Return labels as text, so that labels of different types can be compared."""
    labels = np.asarray(labels)
    if labels.dtype.kind == "f":
        return np.array([f"{label:g}" for label in labels])
    return labels.astype(str)


def some_of(rows):
    """Return at most `N_READ` rows, at equal distances."""
    return rows[:: 1 + len(rows) // N_READ]


def _pictures(X):
    if not isinstance(X, list | tuple | np.ndarray) or not len(X):
        raise ValueError(
            f"X must be a list of pictures, at least one, but is {X!r}: give [X] for one."
        )
    return X


def _rows(X, name):
    rows, shape = as_rows(X)
    rows = check_array(rows, input_name=name)
    return (rows.astype(np.float32) if rows.dtype == bool else rows), shape


def _quietly(ask, images):
    """Return a model's answers to rows, even if it was fitted on named columns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        return ask(images)
