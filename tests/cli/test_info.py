"""``skdigits info``, run as a user runs it."""

import json
import os

from commands import run


def test_info(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "data"))
    result = run("info")
    report = json.loads(run("info", "--json").out)
    assert report["versions"].keys() == {
        "skdigits",
        "python",
        "numpy",
        "scikit-learn",
        "skorch",
        "torch",
    }
    assert report["precision"] in ("bfloat16", "float32")
    assert report["threads"] >= 1
    assert report["data"] == {
        "folder": str(tmp_path / "data"),
        "mnist_cached": False,
        "problem": None,
    }
    for words in (
        *report["versions"],
        *report["versions"].values(),
        report["device"],
        "not cached",
    ):
        assert words in result.out
    assert os.listdir(tmp_path) == []
