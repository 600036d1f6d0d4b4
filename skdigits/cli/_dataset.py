"""The data sets that the commands know."""

from enum import StrEnum


class Dataset(StrEnum):
    """What ``--dataset`` takes."""

    auto = "auto"
    mnist = "mnist"
    digits = "digits"


def load(dataset, subset):
    """Return images and labels of a data set.

    Parameters
    ----------
    dataset : Dataset
        ``mnist`` or ``digits``: scikit-learn's bundled digits, of which a fixed quarter is for
        testing.
    subset : {"train", "test"}
        Which part.

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
