"""``skdigits export``: a model as an ONNX file, which other programs can run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._console import say, tell
from skdigits.cli._model import ModelArgument, open_any


class Dtype(StrEnum):
    """Type of the pixels that the file takes."""

    float32 = "float32"
    uint8 = "uint8"


def export(
    model: ModelArgument,
    output: Annotated[Path, typer.Argument(metavar="OUT.onnx", help="File to write.")],
    dtype: Annotated[
        Dtype, typer.Option(help="Type of the pixels that the file takes.")
    ] = Dtype.float32,
    images: Annotated[
        bool,
        typer.Option(
            "--images", help="Let the file take images (height x width), not rows of pixels."
        ),
    ] = False,
    int8: Annotated[
        bool,
        typer.Option("--int8", help="Store the weights as 8-bit integers: a quarter of the size."),
    ] = False,
):
    """Write a model as an ONNX file, for programs without this package and PyTorch.

    The file takes pixels and gives labels and probabilities. Before it is written, its answers to
    1,000 images are compared with those of the model. This needs `pip install "skdigits[onnx]"`.

    For example:

    - `skdigits export skdigits-mnist digits.onnx`
    - `skdigits export pretrained digits.onnx --dtype uint8 --images`
    - `skdigits export reader numbers.onnx --int8`
    """
    from skdigits.io import to_onnx
    from skdigits.normalizer import find_normalizer, without_normalizer

    opened = open_any(model)
    if find_normalizer(opened):
        opened = without_normalizer(opened)
        say(
            "The ONNX file takes images in MNIST's form: DigitNormalizer, which brings other "
            "pictures to this form, is not in it."
        )
    comparison = to_onnx(opened, output, dtype=dtype.value, images=images, int8=int8)
    share = 1 - comparison.n_different / comparison.n_images
    tell(
        f"{output}: {output.stat().st_size / 1000:,.0f} kB. ONNX Runtime gives the model's label "
        f"for {share:.1%} of {comparison.n_images:,} images; probabilities differ by up to "
        f"{comparison.largest_difference:.1g}."
    )
