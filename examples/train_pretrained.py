"""Train the network that comes with the package, on MNIST's training images alone.

    python -m examples.train_pretrained skdigits/io/weights

from the checkout's root; it takes about 15 minutes on two cores. Of the first 55,000 images, 5 %
set the network's temperature and the others train it. The last 5,000, by other writers, show how
sure it must be for `load_pretrained(max_error_rate=...)`. MNIST's test images are read at the end,
for the card.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.pipeline import make_pipeline

from skdigits import (
    CNNDigitClassifier,
    PixelScaler,
    expected_calibration_error,
    presets,
    save_model,
)
from skdigits.datasets import fetch_mnist
from tests.corruptions import CORRUPTIONS

N_TRAIN = 55_000
RECIPE = {
    **presets["accurate"],
    "n_estimators": 3,
    "max_epochs": 24,
    "validation_fraction": 0.05,
    "augment": "paper",
}
LIMITS = [
    "It knows the ten digits as Americans of 1990 wrote them. Of other ways to write, it has seen "
    "no more than distortion makes of these: a European 1 with a long upstroke can pass for a 7.",
    "It reads one digit a picture, about upright, and takes a 6 upside down for a 9.",
    "A letter or symbol that looks like a digit (O, l, S, Z) is read as that digit.",
    "The promise of max_error_rate holds for pictures like those held out, not for every camera, "
    "paper and writer: check it on your own.",
]


def corrupt(X, rng):
    """Return rows of which each has one corruption, or none, drawn at random."""
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


def main():
    """Train, measure and write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the files go")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    X, y = fetch_mnist("train", return_X_y=True)
    classifier = CNNDigitClassifier(**RECIPE, random_state=0, callbacks=[print])
    model = make_pipeline(PixelScaler(), classifier).fit(X[:N_TRAIN], y[:N_TRAIN])
    classifier.set_params(callbacks=None)
    save_model(model, folder / "pretrained.safetensors")

    rng = np.random.default_rng(0)
    probabilities = model.predict_proba(corrupt(X[N_TRAIN:], rng))
    confidence = probabilities.max(axis=1).astype(np.float32)
    is_right = model.classes_[probabilities.argmax(axis=1)] == y[N_TRAIN:]
    np.savez_compressed(folder / "held_out.npz", confidence=confidence, is_right=is_right)

    card = {
        "data": {
            "name": "MNIST",
            "train": f"the first {N_TRAIN:,} training images, 5 % of them for the temperature",
            "held_out": f"the last {len(is_right):,}, each with one corruption of 15, or none",
            "test": "the 10,000 test images, read once",
        },
        "recipe": RECIPE,
        "n_weights": sum(p.numel() for p in classifier.net_.module_.parameters()),
        "figures": measure(model, *fetch_mnist("test", return_X_y=True), rng),
        "limits": LIMITS,
    }
    text = json.dumps(card, indent=2)
    (folder / "card.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
