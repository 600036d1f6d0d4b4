"""The examples of the gallery run as scripts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("plot_*.py"))
CAPTIONS = {
    "plot_01_quickstart": "test images are read right",
    "plot_02_pipeline": "accuracy",
    "plot_03_grid_search": "accuracy in cross-validation",
    "plot_05_your_own_digit": "are read right",
}


def run(example, *args, folder, **environment):
    # One thread, because more crawl where other processes want the processor, too.
    environment |= {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    # A canvas without a screen says on some machines that it shows nothing.
    warnings = ("-W", "error", "-W", "ignore:FigureCanvasAgg is non-interactive")
    return subprocess.run(
        [sys.executable, *warnings, example, *args],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | environment,
    )


def test_gallery_is_complete():
    assert {path.stem for path in EXAMPLES} == CAPTIONS.keys()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_on_the_bundled_digits(example, tmp_path):
    done = run(example, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert CAPTIONS[example.stem] in done.stdout
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_on_mnist(example, mnist_home, tmp_path):
    done = run(example, "--mnist", folder=tmp_path, SCIKIT_LEARN_DATA=str(mnist_home))
    assert done.returncode == 0, done.stderr
    assert CAPTIONS[example.stem] in done.stdout
