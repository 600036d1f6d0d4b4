"""What X may be, and what is said of all else."""

import base64
import io
import os
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image, ImageOps
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, DigitNormalizer, PixelScaler, read_digits

NORMALIZER = DigitNormalizer()
DIGITS = load_digits().images * 15.9
PICTURE = np.kron(DIGITS[3], np.ones((8, 8))).astype(np.uint8)  # 64 x 64
IMAGE = Image.fromarray(PICTURE)
EXPECTED = NORMALIZER.transform([PICTURE])
COLOURS = np.repeat(PICTURE[..., None], 3, axis=2)


def encoded(image=IMAGE, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


PNG = encoded()
DATA_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()


class Upload(io.BytesIO):
    """Neither seekable, nor with a name."""

    def seekable(self):
        return False


READ = {
    "bytes": PNG,
    "bytearray": bytearray(PNG),
    "memoryview": memoryview(PNG),
    "data URL": DATA_URL,
    "Hugging Face's": {"bytes": PNG, "path": "a.png"},
    "gradio's": {"background": None, "layers": [], "composite": IMAGE},
    "gradio's old": {"image": PICTURE, "mask": None},
    "tensor": torch.from_numpy(PICTURE),
    "tensor of one channel": torch.from_numpy(PICTURE)[None],
    "tensor of half precision": torch.from_numpy(PICTURE / 255).bfloat16(),
    "tensor with gradient": (torch.from_numpy(PICTURE)[None] / 255.0).requires_grad_(),
    "tensor of three channels": torch.from_numpy(COLOURS).permute(2, 0, 1),
    "channels first": COLOURS.transpose(2, 0, 1),
    "big-endian words": PICTURE.astype(">u2") * 257,
}


@pytest.mark.parametrize("kind", READ)
def test_every_kind_of_picture_in_a_list(kind):
    rows = NORMALIZER.transform([PICTURE, READ[kind]])
    np.testing.assert_allclose(rows.astype(int), np.repeat(EXPECTED, 2, axis=0), atol=1)


@pytest.mark.parametrize("make", [io.BytesIO, Upload])
def test_open_files_are_read_wherever_they_stand(make, tmp_path):
    file = make(PNG)
    np.testing.assert_array_equal(NORMALIZER.transform([file]), EXPECTED)
    (tmp_path / "a.png").write_bytes(PNG)
    with open(tmp_path / "a.png", "rb") as file:
        file.read(100)
        for _ in range(2):
            np.testing.assert_array_equal(NORMALIZER.transform([file]), EXPECTED)


def test_the_user_s_own_image_is_left_as_it_was():
    large = Image.open(io.BytesIO(encoded(IMAGE.resize((3000, 3000)), "JPEG")))
    NORMALIZER.transform([large])
    assert large.size == (3000, 3000)


@pytest.mark.parametrize(
    "make",
    [
        lambda paths: (str(path) for path in paths),
        iter,
        lambda paths: dict.fromkeys(paths).keys(),
        pd.Series,
        lambda paths: pd.DataFrame({"path": list(map(str, paths))}),
        lambda paths: np.array(list(map(str, paths)))[:, None],
    ],
    ids=["generator", "iterator", "keys", "Series", "table of one column", "array of one column"],
)
def test_iterables_of_pictures(make, tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        path.write_bytes(PNG)
    np.testing.assert_array_equal(NORMALIZER.transform(make(paths)), np.repeat(EXPECTED, 3, axis=0))
    np.testing.assert_array_equal(
        NORMALIZER.fit_transform(tmp_path.glob("*.png")), np.repeat(EXPECTED, 3, axis=0)
    )


def test_batches_with_their_channels_first_or_last():
    batch = np.stack([COLOURS, 255 - COLOURS])
    expected = NORMALIZER.transform(list(batch))
    np.testing.assert_array_equal(NORMALIZER.transform(batch), expected)
    first = torch.from_numpy(batch).permute(0, 3, 1, 2)
    np.testing.assert_array_equal(NORMALIZER.transform(first), expected)
    grey = np.stack([PICTURE, PICTURE.T])
    expected = NORMALIZER.transform(list(grey))
    for stack in (grey[..., None], grey[:, None], grey.reshape(2, -1, 1), grey.reshape(2, 1, -1)):
        np.testing.assert_array_equal(NORMALIZER.transform(stack), expected)


# One picture, or several


@pytest.mark.parametrize(
    "shape",
    [
        (480, 640, 3),
        (480, 640, 4),
        (480, 640, 1),
        (480, 640),
        (28, 28),
        (28, 28, 1),
        (28, 28, 3),
        (8, 8),
        (3, 480, 640),
        (4, 480, 640),
        (640, 480),
    ],
    ids=str,
)
@pytest.mark.parametrize("model", ["normalizer", "pipeline"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_one_picture_as_an_array_is_refused(shape, model, small_digits):
    if model == "pipeline":
        model = make_pipeline(DigitNormalizer(), PixelScaler(), CNNDigitClassifier(max_epochs=1))
        model.fit(DIGITS[:50], small_digits[1][:50])
        ask = model.predict
    else:
        ask = NORMALIZER.transform
    picture = np.zeros(shape, dtype=np.uint8)
    for X in (picture, picture.astype(float), torch.from_numpy(picture)):
        with pytest.raises(ValueError, match=r"one picture.*give \[X\]"):
            ask(X)


@pytest.mark.parametrize(
    "shape", [(48, 60, 3), (48, 60, 4), (48, 60, 1), (48, 60), (28, 28, 1), (28, 28, 3)], ids=str
)
@pytest.mark.parametrize("make", [np.ndarray.tolist, list, tuple])
def test_one_picture_as_lists_is_refused(make, shape):
    X = make(np.zeros(shape, dtype=np.uint8))
    for ask in (NORMALIZER.transform, NORMALIZER.fit):
        with pytest.raises(ValueError, match=r"one picture.*give \[X\]"):
            ask(X)


def test_pictures_and_rows_as_lists_are_read():
    for X in ([COLOURS.tolist()] * 2, [PICTURE.tolist()] * 9):
        np.testing.assert_allclose(NORMALIZER.transform(X)[0].astype(int), EXPECTED[0], atol=1)
    rows = DIGITS[:20].reshape(20, 64)
    expected = NORMALIZER.transform(rows)
    for X in (rows.tolist(), list(rows), list(rows[:, :, None]), rows[:, :, None].tolist()):
        np.testing.assert_array_equal(NORMALIZER.transform(X), expected)


@pytest.mark.parametrize("one", [PNG, io.BytesIO(PNG), {"bytes": PNG}, DATA_URL, bytearray(PNG)])
def test_one_picture_of_another_kind_is_refused(one):
    with pytest.raises(ValueError, match=r"one picture.*give \[X\]") as refused:
        NORMALIZER.transform(one)
    assert len(str(refused.value)) < 200


def test_a_batch_in_a_mapping_is_named():
    batch = {"image": [IMAGE, IMAGE], "label": [3, 3]}
    with pytest.raises(ValueError, match=r"give X\['image'\]"):
        NORMALIZER.transform(batch)
    with pytest.raises(ValueError, match=r"give pictures\['image'\]"):
        read_digits(batch)


def test_one_picture_in_a_mapping_with_lists_is_one():
    drawn = {"background": None, "layers": [IMAGE, IMAGE], "composite": IMAGE}
    with pytest.raises(ValueError, match=r"one picture.*give \[X\]"):
        NORMALIZER.transform(drawn)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("side", [28, 64])
def test_stacks_of_few_small_images_are_stacks(n, side):
    stack = np.stack([np.asarray(IMAGE.resize((side, side)))] * n)
    assert len(NORMALIZER.transform(stack)) == n
    assert len(NORMALIZER.transform(torch.from_numpy(stack))) == n


def test_three_large_grey_images_are_read_as_a_list():
    stack = np.zeros((3, 120, 160))
    with pytest.raises(ValueError, match=r"3 grey ones, give list\(X\)"):
        NORMALIZER.transform(stack)
    assert NORMALIZER.transform(list(stack)).shape == (3, 784)


def test_as_many_rows_as_pixels_may_be_one_picture():
    with pytest.warns(UserWarning, match=r"64 images of 8 x 8 pixels: if it is one picture"):
        assert NORMALIZER.transform(DIGITS[:64].reshape(64, 64)).shape == (64, 784)
    with pytest.warns(UserWarning, match=r"16 images of 4 x 4 pixels: if it is one picture"):
        assert NORMALIZER.transform(np.eye(16)).shape == (16, 784)
    fitted = DigitNormalizer().fit(DIGITS[:50].reshape(50, 64))
    assert fitted.transform(DIGITS[:64].reshape(64, 64)).shape == (64, 784)


@pytest.mark.parametrize("n_columns", [785, 783, 717])
def test_rows_that_are_no_square_are_refused(n_columns):
    rows = np.zeros((3000, n_columns))
    for X in (rows, pd.DataFrame(rows)):
        for ask in (DigitNormalizer().fit, NORMALIZER.transform):
            with pytest.raises(ValueError, match=f"{n_columns} is not a square number: leave out"):
                ask(X)


# What is refused


def refusal(*pictures):
    with pytest.raises(ValueError, match=r"X\[1\]: ") as refused:
        NORMALIZER.transform([PICTURE, *pictures])
    assert len(str(refused.value)) < 400
    return str(refused.value)


def test_what_is_no_picture_is_named_with_its_place(tmp_path):
    (tmp_path / "text.txt").write_text("a")
    text = open(tmp_path / "text.txt")  # noqa: SIM115
    for picture, reason in [
        (None, "None is not a picture: cv2.imread returns None"),
        (7, "7 is not a picture"),
        ((PICTURE, 3), "is not a picture"),
        ([[1, 2], [3]], "is not a picture"),
        ({"label": 3}, "is not a picture: a dict must hold it under"),
        ({"bytes": b"x" * 10**6}, "a file of 1,000,000 bytes is not an image"),
        (b"", "a file of 0 bytes is not an image"),
        (np.zeros(784), "An image must have the shape"),
        ("data:image/png;base64,AAAA" + "A" * 10**6, "a data URL of 1,000,026 characters is not"),
        ("data:image/png", "no comma"),
        ("https://example.org/" + "a" * 10**4, "is a URL, so download it first"),
        (tmp_path.__class__("https://example.org/a.png"), "is a URL, so download it first"),
        ("iVBOR" * 10**5, "cannot be read: File name too long"),
        ("a\0b", "cannot be read"),
        (text, "text.txt cannot be read: it was opened in text mode"),
        (torch.zeros(5, 5, dtype=torch.float8_e4m3fn), "is not a picture"),
    ]:
        assert reason in refusal(picture)
    text.close()


@pytest.mark.parametrize("X", [[None], [None, PICTURE], [PICTURE, None]], ids=["1", "2", "3"])
def test_pictures_that_could_not_be_read_are_named_wherever_they_are(X):
    place = next(index for index, picture in enumerate(X) if picture is None)
    with pytest.raises(ValueError, match=rf"X\[{place}\]: None is not a picture"):
        NORMALIZER.transform(X)


@pytest.mark.parametrize("X", [[], (), iter(()), {}.values(), np.array([], dtype=object)])
def test_nothing_is_refused_in_a_sentence(X):
    with pytest.raises(ValueError, match="X is empty: give at least one picture"):
        NORMALIZER.transform(X)


@pytest.mark.parametrize("X", [None, 7, object], ids=str)
def test_what_is_no_list_is_named(X):
    with pytest.raises(ValueError, match=r"X is .*, but a list of pictures was expected"):
        NORMALIZER.transform(X)


def test_an_upload_that_is_awaited():
    class Awaited:
        async def read(self, size=-1):
            return PNG

    assert "await it and give the bytes" in refusal(Awaited())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_refused_before_it_is_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert "pipe.png cannot be read: it is a pipe or a device" in refusal(tmp_path / "pipe.png")
    assert "it is a pipe or a device" in refusal("/dev/zero")


@pytest.mark.parametrize("shape", [(3, 5000), (5000, 3), (1, 5000), (2, 1100)], ids=str)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.int32])
def test_thin_strips(shape, dtype, tmp_path):
    strip = np.zeros(shape, dtype=dtype)
    strip[-1, -900:] = 100
    expected = NORMALIZER.transform([strip]).astype(int)
    Image.fromarray(strip).save(tmp_path / "strip.tif")
    np.testing.assert_allclose(NORMALIZER.transform([tmp_path / "strip.tif"]), expected, atol=40)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.int32])
@pytest.mark.parametrize("shape", [(1500, 1403), (4100, 900)], ids=str)
def test_files_of_words_and_floats_are_read_as_arrays_are(shape, dtype, tmp_path):
    """They are decoded in bands."""
    array = np.random.default_rng(0).integers(0, 60_000, shape).astype(dtype)
    array[200:900, 300:400] = 0
    Image.fromarray(array).save(tmp_path / "a.tif")
    np.testing.assert_array_equal(
        NORMALIZER.diagnose(tmp_path / "a.tif").steps["picture"],
        NORMALIZER.diagnose(array).steps["picture"],
    )


@pytest.mark.parametrize("turn", range(10))
@pytest.mark.parametrize("mode", ["RGB", "I;16"])
def test_pictures_are_set_upright_as_pillow_does(turn, mode, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = turn
    pixels = np.random.default_rng(0).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    pixels = pixels if mode == "RGB" else pixels[:, :, 0].astype(np.uint16)
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as image:
        expected = NORMALIZER.diagnose(ImageOps.exif_transpose(image)).steps["picture"]
    found = NORMALIZER.diagnose(tmp_path / "a.png").steps["picture"]
    np.testing.assert_allclose(found, expected, atol=1e-6)


# The peak of getrusage counts what the parent held, too.
MEASURE = """
import sys
from pathlib import Path
from skdigits import DigitNormalizer

def peak():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])

before = peak()
try:
    DigitNormalizer().transform([sys.argv[1]])
except ValueError as error:
    assert "pixels: make it smaller first" in str(error)
print(peak() - before)
"""
ON_ITS_SIDE = Image.Exif()
ON_ITS_SIDE[0x0112] = 6


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only there a process knows its own peak")
@pytest.mark.parametrize(
    ("kind", "mode", "side", "options"),
    [
        ("WEBP", "RGB", 7990, {"method": 0}),
        ("WEBP", "RGBA", 3990, {"method": 0}),
        ("PNG", "RGB", 7990, {}),
        ("PNG", "RGBA", 7990, {"exif": ON_ITS_SIDE}),
        ("GIF", "L", 7990, {}),
        ("JPEG", "RGB", 7990, {"exif": ON_ITS_SIDE}),
        ("JPEG", "RGB", 7990, {"progressive": True, "subsampling": 0}),
        ("JPEG", "CMYK", 6900, {"progressive": True, "exif": ON_ITS_SIDE}),
    ],
)
def test_memory_is_bounded_whatever_a_small_file_unfolds_to(kind, mode, side, options, tmp_path):
    path = tmp_path / "large"
    Image.new(mode, (side, side)).save(path, kind, **options)
    command = [sys.executable, "-c", MEASURE, path]
    kilobytes = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert path.stat().st_size < 1_200_000
    assert kilobytes < 400 * 2**10


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
@pytest.mark.filterwarnings("ignore")  # Pillow's, of damaged files
def test_damaged_files_are_read_or_named(kind, tmp_path):
    whole = encoded(Image.fromarray(COLOURS).resize((40, 30)), kind)
    rng = random.Random(kind)
    path = tmp_path / "damaged"
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 3, 10])):
            damaged[rng.randrange(min(len(damaged), rng.choice([30, 10**6])))] = rng.randrange(256)
        path.write_bytes(damaged[: rng.choice([len(damaged), rng.randrange(len(damaged))])])
        try:
            assert NORMALIZER.transform([path]).shape == (1, 784)
        except ValueError as error:
            assert str(error).startswith(f"X[0]: {path} ")  # noqa: PT017
            assert len(str(error)) < len(str(path)) + 200  # noqa: PT017


# Parameters and names


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ink": "Dark"}, "'ink' parameter of DigitNormalizer"),
        ({"min_stroke_width": None}, "'min_stroke_width' parameter of DigitNormalizer"),
        ({"min_stroke_width": 6}, "not be greater than max_stroke_width, got 6 and 5.0"),
    ],
)
def test_parameters_are_checked_without_fit_too(parameters, message):
    normalizer = DigitNormalizer(**parameters)
    for ask in (normalizer.fit, normalizer.transform):
        with pytest.raises(ValueError, match=message):
            ask([PICTURE])
    with pytest.raises(ValueError, match=message):
        normalizer.diagnose(PICTURE)


def test_pixels_have_the_names_of_mnist_s_columns():
    table = DigitNormalizer().set_output(transform="pandas").fit_transform([PICTURE, IMAGE])
    assert list(table.columns[[0, 783]]) == ["pixel1", "pixel784"]
    np.testing.assert_array_equal(table.to_numpy()[:1], EXPECTED)
