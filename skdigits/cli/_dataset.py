"""The data sets that the commands know."""

from enum import StrEnum


class Dataset(StrEnum):
    """What ``--dataset`` takes."""

    auto = "auto"
    mnist = "mnist"
    digits = "digits"


SHAPES = {Dataset.mnist: (28, 28), Dataset.digits: (8, 8)}


def dataset_for(dataset, image_shape):
    """Return the data set that ``--dataset`` means for a model.

    Parameters
    ----------
    dataset : Dataset
    image_shape : tuple of int
        ``(height, width)`` of the images that the model reads.

    Raises
    ------
    ValueError
        If the images have another size.
    """
    fitting = [name for name, shape in SHAPES.items() if shape == tuple(image_shape)]
    if dataset not in (Dataset.auto, *fitting) or not fitting:
        height, width = image_shape
        raise ValueError(
            f"This model reads {width}x{height} pixels, but MNIST has 28x28 and the bundled digits "
            "have 8x8: "
            + (
                f"leave out --dataset {dataset.value}."
                if fitting
                else "give images of your own by --images."
            )
        )
    return fitting[0]


def load(dataset, subset):
    """Return images and labels of a data set.

    Parameters
    ----------
    dataset : Dataset
        ``mnist``, or ``digits`` for the digits that scikit-learn includes, a fixed quarter of which
        is the test set.
    subset : {"train", "test"}
        The part to return.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features), dtype=uint8
        Rows of pixels from 0 (background) to 255 (ink), as image files have them.
    y : ndarray of shape (n_samples,)
        Labels as strings.

    Raises
    ------
    OSError
        If MNIST is neither cached nor reachable.
    """
    if dataset is Dataset.mnist:
        from skdigits.datasets import fetch_mnist

        return fetch_mnist(subset, return_X_y=True)
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    X, y = load_digits(return_X_y=True)
    X = (X * (255 / 16)).round().astype("uint8")
    X_train, X_test, y_train, y_test = train_test_split(
        X, y.astype(str), test_size=0.25, stratify=y, random_state=0
    )
    return (X_train, y_train) if subset == "train" else (X_test, y_test)
