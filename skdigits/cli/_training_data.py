"""What `skdigits train` trains and tests on."""

from dataclasses import dataclass
from typing import Any

from skdigits.cli._console import say
from skdigits.cli._dataset import SHAPES, Dataset, dataset_for, load
from skdigits.cli._images import image_shape
from skdigits.cli._sources import Labelled, name_of, read_rows, read_source

MNIST_SHAPE = SHAPES[Dataset.mnist]
LEAST = 4  # images of a label, if one of four is for testing


@dataclass
class TrainingData:
    """Images to train and to test on, and the model that takes them.

    Parameters
    ----------
    name : str
        Name of the data set, of the folder or of the file.
    model : Pipeline
        It takes the rows of `train` and `test`.
    saved : Pipeline
        The same steps, behind a normaliser if the images are pictures.
    train, test : Labelled
        Their pictures are rows of pixels.
    options : tuple of str
        What gives the same images on the command line.
    evaluable : bool
        Whether `skdigits evaluate` tests on the same images with these options.
    """

    name: str
    model: Any
    saved: Any
    train: Labelled
    test: Labelled
    options: tuple
    evaluable: bool = True


def from_data_set(dataset, model, *, continued):
    """Return a data set as `TrainingData`."""
    if continued:
        dataset = dataset_for(dataset, image_shape(model))
    dataset, X, y = _load_training(dataset)
    X_test, y_test = load(dataset, "test")
    train, test = (
        Labelled(pixels, labels, [*range(len(labels))])
        for pixels, labels in ((X, y), (X_test, y_test))
    )
    _check_labels(dataset.value, train.labels, test.labels, model[-1], continued=continued)
    return TrainingData(dataset.value, model, model, train, test, ("--dataset", dataset.value))


def _load_training(dataset):
    """Return the data set that "auto" means, and its training images and labels."""
    from rich.console import Console

    if dataset is not Dataset.digits:
        try:
            with Console(stderr=True).status("Reading MNIST; the first time takes a while ..."):
                return Dataset.mnist, *load(Dataset.mnist, "train")
        except OSError as error:
            if dataset is Dataset.mnist:
                raise
            say(f"{error} Training on the 8x8 digits of scikit-learn instead.")
    return Dataset.digits, *load(Dataset.digits, "train")


def from_images(source, model, *, continued):
    """Return images of the user's as `TrainingData`.

    They are brought to MNIST's form, as `skdigits predict` does it, unless the model reads images
    of another size: then they must have that size.
    """
    import numpy as np
    from sklearn.pipeline import make_pipeline

    from skdigits.normalizer import DigitNormalizer, find_normalizer, without_normalizer

    parts = read_source(source)
    if "train" not in parts:
        raise ValueError(
            f"{source} has test images only: put the training images into {source / 'train'}."
        )
    shape = image_shape(model) if continued else MNIST_SHAPE
    normalizer, rows_model = find_normalizer(model), model
    if normalizer is not None:
        rows_model = without_normalizer(model)
    elif shape == MNIST_SHAPE:
        normalizer = DigitNormalizer()
        model = make_pipeline(normalizer, *(step for _, step in model.steps))

    train = parts["train"]
    train, test = (train, parts["test"]) if "test" in parts else _divide(source, train)
    outlier_label = rows_model[-1].outlier_label
    test = test.take(np.flatnonzero(test.labels != str(outlier_label)))
    _check_labels(source, train.labels, test.labels, rows_model[-1], continued=continued)
    train, test = (
        part._replace(pictures=read_rows(part.pictures, normalizer, shape))
        for part in (train, test)
    )
    return TrainingData(
        name_of(source), rows_model, model, train, test, ("--images", str(source)), "test" in parts
    )


def _divide(source, labelled):
    """Return images to train on, and a quarter of all to test on."""
    import numpy as np
    from sklearn.model_selection import train_test_split

    labels, counts = np.unique(labelled.labels, return_counts=True)
    if counts.min() < LEAST:
        few = labels[counts < LEAST][0]
        raise ValueError(
            f"{source} has only {counts[labels == few][0]} of the label {few}: give at least "
            f"{LEAST} images of each label, so that a quarter can be the test set, or test images "
            "of their own in folders train and test."
        )
    places = train_test_split(
        np.arange(len(labelled.labels)), test_size=0.25, stratify=labelled.labels, random_state=0
    )
    return tuple(labelled.take(some) for some in places)


def _check_labels(source, train, test, classifier, *, continued):
    """Refuse labels that cannot be learned or tested."""
    known = set(train) - {str(classifier.outlier_label)}
    if len(known) < 2:
        raise ValueError(
            f"All training images of {source} have the label {', '.join(known)}: give images of at "
            "least two labels."
        )
    if strange := sorted(set(test) - known):
        raise ValueError(
            f"{source} has test images of the label {strange[0]}, but no training images of it."
        )
    if continued and known != (before := set(map(str, classifier.classes_))):
        raise ValueError(
            f"The model knows the labels {', '.join(sorted(before))}, and its training can "
            f"continue only with images of exactly these, but {source} has "
            f"{', '.join(sorted(known))}."
        )
