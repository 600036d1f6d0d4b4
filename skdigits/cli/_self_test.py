"""Whether what is installed works."""

from tempfile import TemporaryFile


def self_test():
    """Return what works and what does not.

    Returns
    -------
    results : list of dict
        With "check", "ok" and, where it is not, "problem".
    """
    return [attempt(check, test) for check, test in TESTS.items()]


def attempt(check, test):
    """Return the result of a test, which returns or raises what is wrong."""
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
    return f"It says of a 0: {answer}. Install the package again."


def _trains():
    from sklearn.datasets import load_digits

    from skdigits.classifier import CNNDigitClassifier

    X, y = load_digits(return_X_y=True)
    classifier = CNNDigitClassifier(max_epochs=20, random_state=0).fit(X[:100], y[:100])
    accuracy = classifier.score(X[:100], y[:100])
    return None if accuracy > 0.9 else f"It learns {accuracy:.0%} of 100 digits: reinstall torch."


def _can_be_written():
    from skdigits.datasets import find_data_home

    folder = find_data_home().absolute()
    while not folder.exists():
        folder = folder.parent
    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        return (
            f"{folder} cannot be written to ({error.strerror}): name another folder in "
            "SCIKIT_LEARN_DATA."
        )
    return None


TESTS = {
    "torch trains": _trains,
    "the network of the package reads a digit": _reads_a_digit,
    "the data cache can be written": _can_be_written,
}
