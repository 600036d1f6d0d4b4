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
    "plot_06_where_it_errs": "are taken for",
    "plot_07_wrong_labels": "are wrong on purpose",
    "plot_08_what_it_sees": "test images are read right",
    "plot_09_digits_on_a_map": "numbers of",
    "plot_10_only_when_sure": "of these answers are wrong",
    "plot_11_honest_probabilities": "log loss",
    "plot_12_is_it_a_digit": "below 0",
    "plot_13_usual_mistakes": "misaligned-labels",
    "plot_14_keep_and_ship": "same answers: True",
    "plot_15_augmentation": "rotation=30",
    "plot_16_how_much_data": "SVC",
}


def run(example, folder, data_home):
    # One thread, because more crawl where other processes want the processor, too.
    environment = {
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "SCIKIT_LEARN_DATA": str(data_home),
    }
    # A canvas without a screen says on some machines that it shows nothing.
    warnings = ("-W", "error", "-W", "ignore:FigureCanvasAgg is non-interactive")
    return subprocess.run(
        [sys.executable, *warnings, example],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | environment,
    )


def test_gallery_is_complete():
    assert {path.stem for path in EXAMPLES} == CAPTIONS.keys()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_on_the_bundled_digits(example, tmp_path):
    (folder := tmp_path / "folder").mkdir()
    done = run(example, folder, data_home=tmp_path / "no-mnist")
    assert done.returncode == 0, done.stderr
    assert CAPTIONS[example.stem] in done.stdout
    assert os.listdir(folder) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_on_mnist(example, mnist_home, tmp_path):
    done = run(example, tmp_path, data_home=mnist_home)
    assert done.returncode == 0, done.stderr
    assert CAPTIONS[example.stem] in done.stdout
