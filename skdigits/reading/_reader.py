"""Read pictures of any kind with any classifier of digits."""

import io
import os
from collections.abc import Sized
from dataclasses import replace
from itertools import islice
from math import isqrt
from numbers import Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skdigits._utils.nested import first_with
from skdigits.normalizer import (
    DigitNormalizer,
    check_pictures,
    find_normalizer,
    read_image,
    without_normalizer,
)
from skdigits.reading._answer import Answer
from skdigits.reading._asking import ask

CHUNK = 16  # pictures of a list that are given to the classifier at a time
MNIST = (28, 28)


def read_digits(pictures, model=None, *, max_error_rate=None):
    """Read the digit on each picture.

    Parameters
    ----------
    pictures : iterable of pictures
        A picture is a path, an open file, a PIL image or an array of shape (height, width[,
        channels]), as for :class:`DigitNormalizer`. The iterable may be of any length. Pictures of
        a list are read a few at a time. Those of any other iterable are read one at a time, because
        the next one may not be available yet.
    model : estimator instance, default=None
        Fitted classifier of rows of 28 × 28 pixels, or of pictures if it starts with a
        :class:`DigitNormalizer`. A classifier of another size needs pictures of exactly that size.
        A :class:`SelectiveClassifier` rejects by its own threshold. None means the pretrained
        model, see :func:`load_pretrained`.
    max_error_rate : float, default=None
        If given, reject uncertain pictures so that at most this share of the answers is wrong, and
        reject pictures that are not like a digit. In (0, 1); 0.01 means 1 %. Only for the
        pretrained model; see :func:`load_pretrained` for when this holds.

    Returns
    -------
    answers : generator of Answer
        One for each picture, in order, as soon as it is read. If a picture cannot be read, the
        `error` of its answer says why, and the next picture is read.

    Raises
    ------
    ValueError
        If `pictures` is a single picture, if `max_error_rate` is given together with a `model`, or
        if it is out of range or too small to be promised. Raised by the call, before the first
        answer.
    NotFittedError
        If `model` is not fitted. Raised by the call, too.

    See Also
    --------
    show : Plots a picture and its answer.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import read_digits
    >>> for answer in read_digits(load_digits().images[:3]):
    ...     print(answer.label, answer.like_a_digit)
    0 True
    1 True
    2 True
    """
    check_pictures(pictures)
    return Reader(model, max_error_rate=max_error_rate).read(pictures)


class Reader:
    """A classifier of digits, with a normaliser in front if it reads images of MNIST's form.

    Parameters
    ----------
    model : estimator instance, default=None
        As for `read_digits`.
    max_error_rate : float, default=None
        As for `read_digits`.
    keep_diagnoses : bool, default=False
        Whether answers contain the diagnosis, which holds images as large as the picture.

    Attributes
    ----------
    normalizer : DigitNormalizer or None
        Brings pictures to MNIST's form.
    classifier : estimator instance
        Classifies the rows.
    image_shape : tuple of int
        ``(height, width)`` of the images that the classifier reads.
    """

    def __init__(self, model=None, *, max_error_rate=None, keep_diagnoses=False):
        if max_error_rate is not None and model is not None:
            raise ValueError(
                "max_error_rate is for the pretrained model only: wrap your own in "
                "SelectiveClassifier, which has its own max_error_rate."
            )
        if max_error_rate is not None and not (
            isinstance(max_error_rate, Real) and 0 < max_error_rate < 1  # type: ignore[operator] # Real has no <
        ):
            raise ValueError(
                f"max_error_rate must be between 0 and 1 (0.01 means 1 %), got {max_error_rate!r}."
            )
        if model is None:
            from skdigits.io import load_pretrained

            model = load_pretrained(max_error_rate=max_error_rate, backend="auto")
        if not hasattr(model, "predict"):
            raise ValueError(
                f"model is of type {type(model).__name__}, but a classifier was expected: "
                "load_model opens a model file."
            )
        if (reader := first_with("read_many", model)) is not None:
            raise ValueError(
                f"{type(reader).__name__} reads numbers, not single digits: use its read_many."
            )
        check_is_fitted(model)
        self.keep_diagnoses = keep_diagnoses
        self.normalizer, self.classifier = find_normalizer(model), model
        if self.normalizer is not None:
            self.classifier, self.image_shape = without_normalizer(model), MNIST
        else:
            self.image_shape = _image_shape(model)
            if self.image_shape == MNIST:
                self.normalizer = DigitNormalizer()

    def read(self, pictures):
        """Yield an `Answer` for each picture, as `read_digits` does."""
        size = CHUNK if isinstance(pictures, Sized) else 1
        numbered = enumerate(pictures)
        while chunk := list(islice(numbered, size)):
            looks = [self.look(picture, _name(picture, index)) for index, picture in chunk]
            yield from self.complete(looks)

    def answer(self, diagnosis):
        """Return the `Answer` to a picture that has been normalised already."""
        return next(self.complete([self._of_diagnosis(Answer("picture"), diagnosis)]))

    def rows(self, pictures):
        """Return pictures as rows for the classifier, of shape (n_samples, n_features).

        Raises
        ------
        ValueError
            If a picture cannot be read.
        """
        return np.stack([self._row(picture)[0] for picture in pictures])

    def look(self, picture, name):
        """Return an answer and the row to classify for it, or None if the answer is complete."""
        answer = Answer(name)
        try:
            row, diagnosis = self._row(picture)
        except (OSError, TypeError, ValueError) as error:
            answer.error = str(error) if _path(picture) else f"{name}: {error}"
            return answer, None
        return (answer, row) if diagnosis is None else self._of_diagnosis(answer, diagnosis)

    def _row(self, picture):
        """Return a picture as a row, and its diagnosis if it was normalised."""
        if self.normalizer is None:
            return _row_of_size(picture, self.image_shape), None
        diagnosis = self.normalizer.diagnose(picture)
        return diagnosis.row, diagnosis

    def _of_diagnosis(self, answer, diagnosis):
        answer.findings, answer.several = diagnosis.findings, diagnosis.n_apart > 1
        if self.keep_diagnoses:
            answer.diagnosis = diagnosis
        if diagnosis.empty:
            answer.like_a_digit = False
            return answer, None
        return answer, diagnosis.row

    def complete(self, looks):
        """Yield the answers that `look` returned, completed with the classifier's results."""
        rows = [row for _, row in looks if row is not None]
        said = iter(())
        if rows:
            said = ask(self.classifier, np.stack(rows))
        for answer, row in looks:
            yield answer if row is None else replace(answer, **next(said))


def _is_path(picture):
    return isinstance(picture, str | os.PathLike)


def _path(picture):
    """Return the path of a picture, or the name of an open file, if it has one."""
    path = getattr(picture, "name", None) if hasattr(picture, "read") else picture
    return path if _is_path(path) else None


def _name(picture, index):
    return str(_path(picture) or f"pictures[{index}]")


def _image_shape(model):
    """Return the shape of the images that a classifier expects as rows."""
    with_shape = first_with("image_shape_", model)
    if with_shape is not None:
        return with_shape.image_shape_
    n_features = getattr(model, "n_features_in_", MNIST[0] * MNIST[1])
    side = isqrt(n_features)
    if side * side != n_features:
        raise ValueError(
            f"The model expects {n_features} features, which is not a square number: give a model "
            "for 28 x 28 pixels, or a pipeline that starts with a DigitNormalizer."
        )
    return side, side


def _row_of_size(picture, shape):
    """Return a picture of exactly this size as a row; arrays must have the model's scale."""
    if hasattr(picture, "getbands"):
        content = io.BytesIO()
        picture.save(content, "PNG")
        picture = content
    if _is_path(picture) or hasattr(picture, "read"):
        return read_image(picture, shape)
    array = np.asarray(picture)
    if array.shape != tuple(shape):
        raise ValueError(
            f"it has the shape {array.shape}, but this model expects {tuple(shape)}: give images "
            "of this size."
        )
    return array.ravel()
