"""What show_versions and `skdigits doctor` tell, whatever state the machine is in."""

import os
import platform

import pytest
import torch

import skdigits
from skdigits.cli import main
from skdigits.environment import find_environment


def test_show_versions__prints_what_a_report_of_a_bug_needs(capsys):
    skdigits.show_versions()
    out = capsys.readouterr().out
    for words in (
        platform.platform(),
        platform.python_version(),
        skdigits.__version__,
        torch.__version__,
        "threads       " + str(torch.get_num_threads()),
        "device        ",
        "MNIST         ",
    ):
        assert words in out


@pytest.mark.filterwarnings("ignore:The training loss")  # of blank images
def test_precision_and_device__are_what_a_fit_chooses():
    found = find_environment()
    X = torch.zeros(10_000, 16).numpy()
    clf = skdigits.CNNDigitClassifier(max_epochs=1, filters=(1,), hidden_layer_sizes=())
    clf.fit(X, [0, 1] * 5_000)
    assert (found["device"], found["precision"]) == (clf.device_, clf.precision_)


def test_doctor__cache_that_cannot_be_read__the_rest_is_printed(tmp_path, monkeypatch, capfd):
    folder = tmp_path / (300 * "a")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(folder))
    assert main(["doctor"]) == 1
    out, err = capfd.readouterr()
    assert err == ""
    assert f"MNIST         unknown: {folder} cannot be read: File name too long." in out
    assert "the data cache can be written: NO. OSError" in out
    assert torch.__version__ in out
    data = find_environment()["data"]
    assert data["mnist_cached"] is None
    assert "File name too long" in data["problem"]
    assert os.listdir(tmp_path) == []
