"""The examples of the gallery run, on the bundled digits; `tox -e docs` runs them on MNIST."""

import os
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("plot_*.py"))
CAPTIONS = {
    "plot_01_quickstart": "accuracy on the test images",
    "plot_02_pipeline": "accuracy",
    "plot_03_grid_search": "accuracy in cross-validation",
    "plot_04_watch_the_training": "best epoch",
    "plot_05_your_own_digit": "before they were photographed: ",
    "plot_06_where_it_errs": ", predicted ",
    "plot_07_wrong_labels": "wrong labels in ",
    "plot_08_what_it_sees": "accuracy on the test images",
    "plot_09_digits_on_a_map": "features from",
    "plot_10_only_when_sure": "of these answers are wrong",
    "plot_11_honest_probabilities": "log loss",
    "plot_12_is_it_a_digit": "below 0",
    "plot_13_usual_mistakes": "misaligned-labels",
    "plot_14_keep_and_ship": "same predictions: True",
    "plot_15_augmentation": "rotation=30",
    "plot_16_how_much_data": "SVC",
    "plot_17_postal_codes": "codes are misread",
    "plot_18_your_own_forms": "50 pictures",
}


def test_gallery_is_complete():
    assert {path.stem for path in EXAMPLES} == CAPTIONS.keys()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_lines_fit_the_column_of_the_page(example):
    lines = example.read_text(encoding="utf-8").split("\n")
    assert max(map(len, lines)) <= 79


# A canvas without a screen says on some machines that it shows nothing.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(example, tmp_path, monkeypatch, capsys):
    (folder := tmp_path / "folder").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "no-mnist"))
    runpy.run_path(str(example), run_name="__main__")
    plt.close("all")
    assert CAPTIONS[example.stem] in capsys.readouterr().out
    assert os.listdir(folder) == []
