"""``skdigits export``, run as a user runs it."""

import pytest
from commands import run

pytest.importorskip("onnxruntime")


def test_export__model_behind_a_normaliser__only_the_classifier(own_models, tmp_path):
    folder, _ = own_models
    results = {name: run("export", folder / name, tmp_path / name) for name in ("rows", "pictures")}
    assert results["rows"].err == ""
    assert "takes images in MNIST's form: DigitNormalizer" in results["pictures"].err
    for result in results.values():
        assert result.code == 0
        assert "gives the model's label for 100.0% of 1,000 images" in result.out
    assert (tmp_path / "pictures").read_bytes() == (tmp_path / "rows").read_bytes()
