"""Train the pretrained model for single digits.

    python -m examples.train_pretrained FOLDER

Run it in the repository's root. FOLDER holds packages of fonts (see `examples.fonts`). It takes an
hour on two cores, and writes the weights and their card into the package.

The network learns digits from the first 55,000 of MNIST's training images, from what `make_digits`
draws, and from fonts: handwriting, print and seven-segment displays. It learns what is no digit
from letters of the fonts, scribbles, digits that lie on their side or are mirrored, and pairs of
digits. Some of all these images are used a second time, as small pictures. The learning rate rises
and falls twice, the second time with weaker distortion, closer to clean images. This second cycle
is run three times from the same weights, and the mean of the three results is kept. A last epoch
changes no weight; from strong distortion, it learns again what is like a digit. 5 % of the digits
set the temperature. The last 5,000 images of MNIST, by other writers, set the thresholds of
`load_pretrained(max_error_rate=...)`. MNIST's test images are only used at the end, for the card.
"""

import argparse
import copy
import json
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.pipeline import make_pipeline

from examples.fonts import BENT, read_fonts, turned
from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    Distortion,
    PixelScaler,
    expected_calibration_error,
    presets,
    save_model,
)
from skdigits.datasets import fetch_mnist, make_digits, make_scribbles
from skdigits.training._finishing import average_weights
from tests.corruptions import CORRUPTIONS

N_TRAIN = 55_000
N_WRITERS = 600  # that the pen draws
N_COPIES = 8  # of each digit of a font, each bent in another way
N_OUTLIERS = 2_500  # of each kind
SMALL_SIDES, N_SMALL = range(8, 16), 1_700  # pixels, and images of each
RECIPE = {
    **presets["accurate"],
    "filters": ((16, 32), (64, 128), 256),
    "max_epochs": 40,
    "validation_fraction": 0.05,
    "augment": "paper",
    "outlier_label": "?",
}
GENTLE = {name: round(0.4 * amount, 3) for name, amount in Distortion.paper().get_params().items()}
SECOND_CYCLE = {
    "max_epochs": 16,
    "learning_rate": 0.004,
    "augment": Distortion(**{**GENTLE, "border": Distortion.paper().border}),
}
N_COURSES = 3  # of the second cycle
LAST_EPOCH = {"max_epochs": 1, "learning_rate": 1e-9, "augment": "paper"}
LIMITS = [
    "It reads one digit per picture, roughly upright: an upside-down 6 is read as a 9.",
    "A letter or symbol that looks like a digit (O, l, S, Z) is read as that digit.",
    "max_error_rate holds for pictures like the held-out ones, not for every camera, paper and "
    "writer: check it on pictures of your own.",
]


def drawn_digits(fonts, rng):
    """Return rows of digits drawn by pen and fonts, in MNIST's form, and their labels."""
    pen, of_pen = make_digits(N_WRITERS, n_copies=1, side=32, random_state=rng)
    printed = [digits for font in fonts if (digits := font.digits()) is not None]
    bent = BENT(np.concatenate(printed * N_COPIES), random_state=rng)
    normalizer = DigitNormalizer()
    rows = [normalizer.fit_transform(images) for images in (pen.reshape(-1, 32, 32), bent)]
    labels = np.append(of_pen, np.tile(np.arange(10), len(printed) * N_COPIES))
    return np.concatenate(rows), labels.astype(str)


def outliers(X, y, fonts, rng):
    """Return rows of what is no digit; X and y are MNIST's."""
    letters = np.concatenate([images for font in fonts for images in font.letters()])
    letters = BENT(letters[rng.permutation(len(letters))[: 2 * N_OUTLIERS]], random_state=rng)
    scribbles = make_scribbles(N_OUTLIERS, side=32, random_state=rng).reshape(-1, 32, 32)
    normalizer = DigitNormalizer()
    images = X.reshape(-1, 28, 28)
    others = turned(images, y)
    others = others[rng.permutation(len(others))[:N_OUTLIERS]]
    first, second = (images[rng.permutation(len(images))[:N_OUTLIERS]] for _ in range(2))
    pairs = np.concatenate([squeezed(first), squeezed(second)], axis=2)
    rows = [normalizer.fit_transform(drawn) for drawn in (letters, scribbles, pairs)]
    return np.concatenate([*rows, others.reshape(len(others), -1)])


def squeezed(images):
    """Return images of half the width."""
    return np.maximum(images[:, :, ::2], images[:, :, 1::2])


def small(X, labels, rng):
    """Return rows of some images as pictures of few pixels, normalised, and their labels."""
    normalizer = DigitNormalizer()
    rows, chosen = [], []
    for side in SMALL_SIDES:
        some = rng.permutation(len(X))[:N_SMALL]
        pictures = [
            Image.fromarray(image).resize((side, side), Image.Resampling.BOX)
            for image in X[some].reshape(-1, 28, 28)
        ]
        rows.append(normalizer.fit_transform(np.stack(pictures)))
        chosen.append(labels[some])
    return np.concatenate(rows), np.concatenate(chosen)


def trained_on(model, rows, labels, course):
    """Return a copy of a model that was trained through the second cycle, with its own seed."""
    model = copy.deepcopy(model)
    if course:  # another order and other distortions
        model[-1].net_.generator.manual_seed(course)
    model[-1].set_params(warm_start=True, **SECOND_CYCLE)
    return model.fit(rows, labels)


def corrupt(X, rng):
    """Return rows, each with one corruption drawn at random, or none."""
    images = X.reshape(-1, 28, 28) / 255
    kinds = rng.integers(0, 1 + len(CORRUPTIONS), len(X))
    for kind, corruption in enumerate(CORRUPTIONS, start=1):
        images[kinds == kind] = corruption(images[kinds == kind], rng)
    return as_rows(images)


def as_rows(images):
    """Return rows of bytes of images from 0 to 1."""
    return np.rint(255 * np.clip(images, 0, 1)).astype(np.uint8).reshape(len(images), -1)


def measure(model, X, y, rng):
    """Return what the card says of the test images."""
    probabilities = model.predict_proba(X)
    is_right = model.classes_[probabilities.argmax(axis=1)] == y
    images = X.reshape(-1, 28, 28) / 255
    errors = {
        corruption.__name__: 1 - model.score(as_rows(corruption(images.copy(), rng)), y)
        for corruption in CORRUPTIONS
    }
    return {
        "accuracy": float(is_right.mean()),
        "expected_calibration_error": expected_calibration_error(
            y, probabilities, labels=model.classes_
        ),
        "accepted_as_digits": float((model.score_samples(X) >= 0).mean()),
        "corruption_error": float(np.mean(list(errors.values()))),
        "corruption_errors": errors,
    }


def write(model, fonts, n_drawn, n_outliers, folder):
    """Write a trained model, its answers to held-out images, and its card into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_model(model, folder / "pretrained.safetensors")
    X, y = (part[N_TRAIN:] for part in fetch_mnist("train", return_X_y=True))
    rng = np.random.default_rng(0)
    corrupted = corrupt(X, rng)
    probabilities = model.predict_proba(corrupted)
    confidence = probabilities.max(axis=1).astype(np.float32)
    confidence[model.score_samples(corrupted) < 0] = -np.inf
    is_right = model.classes_[probabilities.argmax(axis=1)] == y
    np.savez_compressed(folder / "held_out.npz", confidence=confidence, is_right=is_right)

    card = {
        "data": {
            "name": "MNIST, drawn digits and fonts",
            "train": f"the first {N_TRAIN:,} of MNIST's training images, {n_drawn:,} digits of "
            f"make_digits and of fonts, and {n_outliers:,} images of no digit; "
            f"{N_SMALL * len(SMALL_SIDES):,} of all these images again, as small pictures; 5 % of "
            "the digits only set the temperature",
            "held_out": f"MNIST's last {len(is_right):,} training images, each with one of 15 "
            "corruptions, or none",
            "test": "MNIST's 10,000 test images",
            "fonts": {font.name: font.licence for font in fonts},
        },
        "recipe": RECIPE,
        "second_cycle": {**SECOND_CYCLE, "augment": SECOND_CYCLE["augment"].get_params()},
        "courses": N_COURSES,
        "last_epoch": LAST_EPOCH,
        "n_weights": model[-1].n_weights_,
        "figures": measure(model, *fetch_mnist("test", return_X_y=True), rng),
        "limits": LIMITS,
    }
    text = json.dumps(card, indent=2)
    (folder / "card.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def main():
    """Train, measure and write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fonts", type=Path, help="folder of packages of fonts")
    parser.add_argument("--output", type=Path, default=Path("skdigits/io/weights"))
    arguments = parser.parse_args()
    fonts = read_fonts(arguments.fonts)
    X, y = fetch_mnist("train", return_X_y=True)
    rng = np.random.RandomState(0)
    drawn, of_drawn = drawn_digits(fonts, rng)
    others = outliers(X[:N_TRAIN], y[:N_TRAIN], fonts, rng)
    rows = np.concatenate([X[:N_TRAIN], drawn, others])
    labels = np.concatenate([y[:N_TRAIN], of_drawn, np.full(len(others), "?")])
    again, of_again = small(rows, labels, rng)
    rows, labels = np.concatenate([rows, again]), np.concatenate([labels, of_again])
    classifier = CNNDigitClassifier(**RECIPE, random_state=0, callbacks=[print])
    first = make_pipeline(PixelScaler(), classifier).fit(rows, labels)
    model, *others = [trained_on(first, rows, labels, course) for course in range(N_COURSES)]
    average_weights(model[-1].net_, [other[-1].net_ for other in others])
    model[-1].set_params(**LAST_EPOCH)
    model.fit(rows, labels)
    model[-1].set_params(**CNNDigitClassifier(**RECIPE, random_state=0).get_params())
    write(model, fonts, len(drawn), len(others), arguments.output)


if __name__ == "__main__":
    main()
