"""Train the pretrained reader of numbers.

    python -m examples.train_reader FOLDER

Run it in the repository's root. FOLDER holds packages of handwriting fonts, each made by
``npm pack @fontsource/NAME`` (.tgz); fonts under another licence than the SIL Open Font License are
skipped. It takes two hours on two cores and 14 GB of memory, and writes the weights and their card
into the package. Ctrl-C ends the training early and keeps what was learned. ``--start MODEL``
continues from the weights of a reader; the shipped weights are the result of several such
trainings.

The reader learns from numbers composed of MNIST's training images, of digits that `make_digits`
draws, and of digits of the fonts. MNIST's digits were written by Americans, and lack the 1 with an
upstroke, the crossed 7 and the looped 2 of other writers. All digits are bent a little, so that one
font looks like many hands. Letters of three alphabets, scribbles, and digits that lie on their side
or are mirrored teach the reader what is no digit. The last 5,000 images make the numbers that it is
calibrated on. MNIST's test images are only used at the end, for the card, which names the fonts and
their licences.
"""

import argparse
import json
from itertools import chain
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from examples.fonts import BENT, read_fonts, turned
from skdigits import load_model, save_model
from skdigits._utils.probabilities import calibration_error
from skdigits.datasets import compose_strings, fetch_mnist, make_digits, make_scribbles
from skdigits.numbers import DigitReader

SHARES = {"mnist": 0.37, "pen": 0.33, "fonts": 0.2, "no_digits": 0.1}
HARD = {
    "widths": (0.72, 1.15),
    "gaps": (-0.08, 1.2),
    "slants": (-10, 42),
    "marks": 0.6,
    "cuts": 0.35,
}
CLEAN = {
    **dict.fromkeys(["tilt", "drift", "stroke_width", "marks", "rules", "scraps", "cuts"], 0),
    **dict.fromkeys(["fading", "shading", "blur", "noise"], 0),
}
UPRIGHT = {"widths": (0.75, 1.15), "slants": (-8, 12), **CLEAN}
N_CLEAN = 4  # one string in N_CLEAN is upright and on clean paper
N_WRITERS = 1_200  # whose digits make_digits draws
N_COPIES = 6  # of each digit of a writer
N_PART = 2_500  # most strings composed in one job
N_HELD_OUT = 5_000  # images of MNIST for the strings to calibrate on
N_CALIBRATING = 6_000  # strings to calibrate on
N_MEASURED = 2_000  # strings of test images, of each kind
TRAINING = ("max_epochs", "batch_size", "learning_rate", "weight_decay")
LIMITS = [
    "It reads one number per picture, in one line and roughly upright.",
    "Letters and symbols that look like digits (O, l, S, Z) are read as digits.",
    "It was trained on composed numbers only; no person wrote any of them as a whole. Joined "
    "digits, as in cursive writing, are hard for it.",
    "Its confidences are right for composed numbers. Before you rely on them or on max_error_rate, "
    "calibrate it on a few hundred pictures of your own.",
]


def sources(X, y, fonts, n_writers, seed):
    """Return images, labels and the share of the strings that is composed of them, by source.

    Labels of what is no digit are None.
    """
    rng = np.random.RandomState(seed)
    images = np.asarray(X, dtype=np.uint8).reshape(-1, 28, 28)
    found = [(images, y, SHARES["mnist"])]
    for _ in range(n_writers):
        drawn = make_digits(1, N_COPIES, side=32, random_state=rng)
        found.append((*drawn, SHARES["pen"] / n_writers))
    for font in fonts:
        digits = font.digits()
        if digits is not None:
            found.append((digits, np.arange(10), SHARES["fonts"] / len(fonts)))
    letters = [drawn for font in fonts for drawn in font.letters()]
    found += [(drawn, None, 0.4 * SHARES["no_digits"] / len(letters)) for drawn in letters]
    scribbles = make_scribbles(4_000, side=32, random_state=rng)
    found.append((scribbles, None, 0.3 * SHARES["no_digits"]))
    return [*found, (turned(images, y), None, 0.3 * SHARES["no_digits"])]


def compose(found, n_strings, seed):
    """Return pictures and strings, in which "?" stands for what is no digit."""
    jobs, total = [], sum(share for *_, share in found)
    for X, y, share in found:
        n = max(N_CLEAN, round(n_strings * share / total))
        jobs += [(X, y, min(N_PART, n - start)) for start in range(0, n, N_PART)]
    seeds = np.random.SeedSequence(seed).generate_state(len(jobs))
    composed = Parallel(n_jobs=-1, return_as="generator")(
        delayed(compose_part)(*job, seed) for job, seed in zip(jobs, seeds.tolist(), strict=True)
    )
    parts = list(tqdm(composed, "composing", len(jobs), disable=None))
    return [list(chain.from_iterable(each)) for each in zip(*parts, strict=True)]


def compose_part(X, y, n_strings, seed):
    """Return pictures and strings of one source; each of its images is distorted on its own."""
    rng = np.random.RandomState(seed)
    picks = rng.randint(len(X), size=4 * n_strings)
    X = BENT(X[picks], random_state=rng).astype(np.uint8)
    labels = rng.randint(10, size=len(X)) if y is None else y[picks]
    pictures, strings = [], []
    n_clean = n_strings // N_CLEAN
    for n, amounts in ((n_strings - n_clean, HARD), (n_clean, UPRIGHT)):
        if n:
            some = compose_strings(X, labels, n, separators=True, random_state=rng, **amounts)
            pictures += some[0]
            strings += some[1].tolist()
    if y is None:
        strings = ["".join("." if s == "." else "?" for s in string) for string in strings]
    return pictures, strings


def measure(reader, X, y):
    """Return the card's figures, for numbers composed of the test images."""
    figures, confidence, is_right = {}, [], []
    for kind, amounts in (("clean", CLEAN), ("hard", {})):
        pictures, strings = compose_strings(X, y, N_MEASURED, lengths=5, random_state=2, **amounts)
        readings = list(reader.read_many(pictures))
        texts = ["".join(digit.label for digit in reading.digits) for reading in readings]
        figures[f"exact_match_{kind}"] = float(np.mean(np.array(texts) == strings))
        confidence += [reading.confidence for reading in readings]
        is_right += (np.array(texts) == strings).tolist()
    figures["expected_calibration_error"] = calibration_error(np.array(confidence), is_right)
    return figures


def write(reader, n_strings, fonts, folder, continued):
    """Write a reader and its card, measured on the test images, into a folder."""
    save_model(reader, folder / "reader.safetensors")
    before = ", starting from the weights of an earlier reader" if continued else ""
    card = {
        "data": {
            "name": "MNIST, drawn digits and handwriting fonts",
            "train": f"{n_strings:,} numbers composed of all but the last {N_HELD_OUT:,} of "
            f"MNIST's training images, of digits that make_digits draws, and of the fonts{before}",
            "held_out": f"{N_CALIBRATING:,} numbers composed of the last {N_HELD_OUT:,}, of "
            "other drawn digits and of the fonts, for the temperature and max_error_rate",
            "test": f"{N_MEASURED:,} clean and {N_MEASURED:,} hard numbers of five digits composed "
            "of the 10,000 test images, read once",
            "shares": SHARES,
            "fonts": {font.name: font.licence for font in fonts},
        },
        "recipe": {name: getattr(reader, name) for name in TRAINING},
        "n_weights": sum(p.numel() for p in reader.net_.module_.parameters()),
        "figures": measure(reader, *fetch_mnist("test", return_X_y=True)),
        "limits": LIMITS,
    }
    text = json.dumps(card, indent=2)
    (folder / "reader.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def main():
    """Compose, train, calibrate, measure and write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fonts", type=Path, help="folder of packages of handwriting fonts")
    parser.add_argument("--strings", type=int, default=600_000, help="numbers to compose (600,000)")
    parser.add_argument("--epochs", type=int, default=5, help="epochs (5)")
    parser.add_argument("--start", type=Path, metavar="MODEL", help="reader to continue from")
    parser.add_argument(
        "--learning-rate", type=float, default=0.003, help="peak of the learning rate (0.003)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of what is composed, and of its order (0)"
    )
    parser.add_argument("--output", type=Path, default=Path("skdigits/io/weights"))
    arguments = parser.parse_args()
    fonts = read_fonts(arguments.fonts)
    X, y = fetch_mnist(return_X_y=True)
    found = sources(X[:-N_HELD_OUT], y[:-N_HELD_OUT], fonts, N_WRITERS, arguments.seed)
    reader = load_model(arguments.start) if arguments.start else DigitReader()
    reader.set_params(
        max_epochs=arguments.epochs,
        learning_rate=arguments.learning_rate,
        warm_start=True,
        n_rehearsed=0,
        validation_fraction=None,
        on_interrupt="keep",
        random_state=arguments.seed,
        verbose=2,
    )
    reader.fit(*compose(found, arguments.strings, arguments.seed))
    found = sources(X[-N_HELD_OUT:], y[-N_HELD_OUT:], fonts, N_WRITERS // 10, seed=1)
    reader.calibrate(*compose(found, N_CALIBRATING, seed=1))
    recipe = {name: getattr(reader, name) for name in TRAINING}
    reader.set_params(**DigitReader(**recipe).get_params())
    write(reader, arguments.strings, fonts, arguments.output, arguments.start)


if __name__ == "__main__":
    main()
