"""Files and models that the commands are given."""

import numpy as np
import pytest
from commands import QUICK, photograph, run
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

import skdigits
from skdigits.io import save_model


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A folder that `skdigits train` made, and what it printed."""
    folder = tmp_path_factory.mktemp("train") / "new" / "results"
    return folder, run(*QUICK, "--output", folder)


@pytest.fixture(scope="session")
def folder(trained):
    return trained[0]


@pytest.fixture
def images(tmp_path):
    """Three of the bundled digits as image files, a sub-folder a label: 0, 1 and 2."""
    for label, image in enumerate(load_digits().images[:3]):
        path = tmp_path / "images" / str(label) / f"{label}.png"
        path.parent.mkdir(parents=True)
        Image.fromarray((image * 255 / 16).round().astype(np.uint8)).save(path)
    return tmp_path / "images"


@pytest.fixture
def photos(tmp_path):
    """A folder of photographs, 0.png to 4.png."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for label in range(5):
        photograph(label).save(folder / f"{label}.png")
    return folder


@pytest.fixture(scope="session")
def own_models(tmp_path_factory):
    """Files of models of 28x28 pixels: that of the package, alone and behind a normaliser."""
    folder = tmp_path_factory.mktemp("models")
    rows = skdigits.load_pretrained()
    pictures = make_pipeline(skdigits.DigitNormalizer(erase=False), rows)
    careful = skdigits.SelectiveClassifier(FrozenEstimator(pictures), max_error_rate=0.5)
    X, y = load_digits(return_X_y=True)
    careful.fit(X[:100], rows.classes_[y[:100]])
    models = {"rows": rows, "pictures": pictures, "careful": careful}
    for name, model in models.items():
        save_model(model, folder / name)
    return folder, models
