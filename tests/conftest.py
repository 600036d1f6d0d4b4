"""Data that several test files share, and a matplotlib that opens no window."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest
from composed import clean_strings
from sklearn.datasets import load_digits

from skdigits import DigitReader


def pytest_collection_modifyitems(items):
    """Mark the tests that read the real MNIST, so that `-m mnist` selects them."""
    for item in items:
        if "mnist_home" in getattr(item, "fixturenames", ()):
            item.add_marker("mnist")


@pytest.fixture(scope="session", autouse=True)
def heed_ctrl_c():
    """Let Ctrl-C through, which a suite that was started in the background would ignore."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def close_figures():
    """Leave no figure open behind a test."""
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def digits():
    """scikit-learn's bundled 8×8 digits: X of shape (1797, 64) with values 0 to 16, y of ints."""
    return load_digits(return_X_y=True)


@pytest.fixture(scope="session")
def small_digits(digits):
    """The first 200 of the bundled digits."""
    X, y = digits
    return X[:200], y[:200]


@pytest.fixture(scope="session")
def two_digits(digits):
    """The zeros and ones among the bundled digits, for two-class problems."""
    X, y = digits
    return X[y < 2], y[y < 2]


@pytest.fixture(scope="session")
def numbers(digits):
    """200 clean pictures of one or two digits, and what stands on them."""
    return clean_strings(digits, 200, 0)


@pytest.fixture(scope="session")
def number_reader(numbers):
    """A reader that has learned to read them; not to be changed."""
    return DigitReader(max_epochs=30, batch_size=15, random_state=0).fit(*numbers)


@pytest.fixture(scope="session")
def mnist_home(request, tmp_path_factory):
    """A writable data_home with OpenML's files of MNIST, copied; the user's own is only read."""
    home = Path(os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")).expanduser()
    files = [
        path
        for path in (home / "openml").rglob("*.gz")
        if path.name == "554.gz" or "mnist_784" in str(path.relative_to(home))
    ]
    if not files:
        asked_for = request.config.option.markexpr == "mnist"
        missing = pytest.fail if asked_for else pytest.skip
        missing(f"no MNIST in {home}: set SCIKIT_LEARN_DATA to a data_home that holds it")
    copy = tmp_path_factory.mktemp("mnist_home")
    for file in files:
        target = copy / file.relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return copy


@pytest.fixture
def run_offline(tmp_path):
    """A function that runs code without a network and a home, and returns what it printed."""

    def run(code):
        home = tmp_path / "none"
        environment = os.environ | {
            "HOME": str(home),
            "SCIKIT_LEARN_DATA": str(home),
            "https_proxy": "http://127.0.0.1:9",
        }
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        assert not home.exists()
        return done.stdout

    return run
