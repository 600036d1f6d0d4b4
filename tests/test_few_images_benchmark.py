"""The benchmark of few images: its subsets, and what it writes."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))  # last: an installed skdigits goes before the checkout's

# After the path is set, so not at the top (E402).
from examples.benchmarks import few_images  # noqa: E402


def test_subsets_are_disjoint_and_have_as_many_of_each_label():
    y = np.random.default_rng(0).integers(10, size=500).astype(str)
    parts = few_images.subsets(y, 60)
    assert len(parts) == 5
    assert len(set(np.concatenate(parts).tolist())) == 300
    for rows in parts:
        assert np.unique(y[rows], return_counts=True)[1].tolist() == [6] * 10
        assert (np.diff(rows) > 0).all()


def test_where_there_are_too_few_of_a_label_the_only_subset_is_all():
    y = np.repeat(list("ab"), [90, 10])
    (rows,) = few_images.subsets(y, 100)
    assert rows.tolist() == list(range(100))


@pytest.mark.slow
def test_what_is_written(tmp_path, monkeypatch, capsys, digits):
    X, y = digits
    y = y.astype(str)
    data = (X[:300], y[:300], X[300:400], y[300:400])
    monkeypatch.setattr(few_images, "read_data", lambda: {"MNIST": data, "bundled digits": data})
    monkeypatch.setattr(few_images, "N_SUBSETS", 2)
    monkeypatch.setattr(
        sys, "argv", ["few_images", "--sizes", "10", "50", "1000", "--output", str(tmp_path)]
    )
    few_images.main()
    text = (tmp_path / "few_images.md").read_text(encoding="utf-8")
    assert text in capsys.readouterr().out
    assert "| 1,000 |" not in text  # there are not so many
    document = json.loads((tmp_path / "few_images.json").read_text(encoding="utf-8"))
    for name, n_entries in (("MNIST", 3), ("bundled digits", 5)):
        by_size = document["results"][name]
        assert by_size.keys() == {"10", "50"}
        for found in by_size.values():
            assert len(found) == n_entries
            assert all(0 < each["accuracy_mean"] <= 100 for each in found.values())
            assert found["SVC"]["log_loss"] is None
        ours = [found["CNNDigitClassifier()"] for found in by_size.values()]
        assert ours[0]["accuracy_mean"] < ours[1]["accuracy_mean"]
        assert ours[0]["log_loss"] > ours[1]["log_loss"] > 0
    with Image.open(tmp_path / "few_images.png") as image:
        assert image.size == (1000, 700)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({"accuracy_mean": 98.768, "accuracy_sd": 0.123}, "98.77 ± 0.12"),
        ({"accuracy_mean": 98.768, "accuracy_sd": None}, "98.77"),
    ],
)
def test_accuracy_in_words(found, text):
    assert few_images.show_accuracy(found) == text
