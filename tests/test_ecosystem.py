"""Other packages that keep, convert or show models; the page of the how-to has the recipes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sklearn.pipeline import make_pipeline

from skdigits import (
    TRUSTED_TYPES,
    CNNDigitClassifier,
    DigitNormalizer,
    PixelScaler,
    load_pretrained,
    load_reader,
)

EXAMPLE = Path(__file__).parents[1] / "examples" / "draw_with_gradio.py"


def test_trusted_types_are_where_they_are_said_to_be():
    for name in TRUSTED_TYPES:
        module, _, kind = name.rpartition(".")
        assert getattr(sys.modules[module], kind).__name__ == kind


@pytest.mark.parametrize(
    "make",
    [
        load_pretrained,
        lambda: load_pretrained(max_error_rate=0.02),
        lambda: load_pretrained(backend="onnx"),
        lambda: make_pipeline(DigitNormalizer(), load_pretrained()),
        load_reader,
    ],
)
def test_skops__no_type_but_the_trusted_ones(make):
    skops = pytest.importorskip("skops.io")
    model = make()
    content = skops.dumps(model)
    assert set(skops.get_untrusted_types(data=content)) <= set(TRUSTED_TYPES)
    loaded = skops.loads(content, trusted=TRUSTED_TYPES)
    if hasattr(model, "predict_proba"):
        X = np.random.default_rng(0).integers(0, 256, (50, 784), dtype=np.uint8)
        np.testing.assert_allclose(loaded.predict_proba(X), model.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("kind", ["alone", "scaled", "normalized"])
def test_skl2onnx__says_what_to_call(kind, digits):
    skl2onnx = pytest.importorskip("skl2onnx")
    X, y = digits
    model = CNNDigitClassifier(filters=(8,), max_epochs=1)
    if kind == "scaled":
        model = make_pipeline(PixelScaler(), model)
    elif kind == "normalized":
        model = make_pipeline(DigitNormalizer(), PixelScaler(), model)
        X = X.reshape(-1, 8, 8)
    model.fit(X[:300], y[:300])
    with pytest.raises(NotImplementedError, match=r"skdigits\.to_onnx\(model, path\)"):
        skl2onnx.to_onnx(model, X[:1].astype(np.float32))


def test_gradio__a_transparent_drawing_is_read(tmp_path):
    pytest.importorskip("gradio")
    nothing = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    nothing.save(tmp_path / "nothing.png")
    ImageDraw.Draw(nothing).line([(200, 90), (200, 310)], fill=(0, 0, 0, 255), width=24)
    nothing.save(tmp_path / "one.png")
    code = """
import runpy, sys
from PIL import Image

page = runpy.run_path(sys.argv[1])
for name in sys.argv[2:]:
    print(page["read"]({"background": None, "layers": [], "composite": Image.open(name)}))
print(type(page["page"].input_components[0]).__name__)
"""
    command = [sys.executable, "-c", code, EXAMPLE, tmp_path / "nothing.png", tmp_path / "one.png"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    nothing, one, kind = done.stdout.splitlines()
    assert nothing == "no ink found"
    assert one.startswith("1 (")
    assert kind == "Sketchpad"
