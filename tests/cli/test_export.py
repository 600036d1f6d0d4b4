"""``skdigits export``, run as a user runs it."""

import pytest
from commands import run

onnxruntime = pytest.importorskip("onnxruntime")


def test_export__model_behind_a_normaliser__only_the_classifier(own_models, tmp_path):
    result = run("export", own_models[0] / "pictures", tmp_path / "digits.onnx")
    assert result.code == 0
    assert "takes images in MNIST's form: DigitNormalizer" in result.err
    assert "gives the model's label for 100.0% of 1,000 images" in result.out
    (pixels,) = onnxruntime.InferenceSession(tmp_path / "digits.onnx").get_inputs()
    assert pixels.shape[1:] == [784]
