"""Tests of the installation."""

from tempfile import TemporaryFile

from skdigits._utils.wording import share


def self_test():
    """Yield the result of each test.

    Yields
    ------
    result : dict
        With "check", "ok" and "problem", which is None if it is ok.
    """
    for check, test in TESTS.items():
        yield attempt(check, test)


def attempt(check, test):
    """Return the result of a test, a function that returns a problem or None, or raises."""
    try:
        problem = test()
    except Exception as error:  # a broken installation fails in any way
        problem = f"{type(error).__name__}: {error}"
    return {"check": check, "ok": problem is None, "problem": problem}


def _reads_a_digit():
    from sklearn.datasets import load_digits

    from skdigits.reading import read_digits

    answer = next(read_digits(load_digits().images[:1]))
    if answer.label == "0":
        return None
    return f"It reads a 0 as {answer}: install skdigits again."


def _trains():
    from sklearn.datasets import load_digits

    from skdigits.classifier import CNNDigitClassifier

    X, y = load_digits(return_X_y=True)
    classifier = CNNDigitClassifier(max_epochs=20, random_state=0).fit(X[:100], y[:100])
    accuracy = classifier.score(X[:100], y[:100])
    return None if accuracy > 0.9 else f"Its accuracy is {share(accuracy)}: install torch again."


def _can_be_written():
    from skdigits.datasets import find_data_home

    folder = find_data_home().absolute()
    while not folder.exists():
        folder = folder.parent
    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        return (
            f"{folder} cannot be written to ({error.strerror}): set the environment variable "
            "SCIKIT_LEARN_DATA to another folder."
        )
    return None


TESTS = {
    "a network can be trained": _trains,
    "the pretrained model reads a digit": _reads_a_digit,
    "the data cache can be written": _can_be_written,
}
