"""Measure accuracy and seconds by the number of training images.

    python -m examples.benchmarks.few_images --output benchmark_results

Run it in the repository's root; it takes a quarter of an hour on two cores. Each classifier is
trained on disjoint subsets of MNIST's first 50,000 training images, and of scikit-learn's bundled
digits, with the same number of images of each digit if there are enough. It is tested on MNIST's
last 10,000 training images, and on the last 497 bundled digits, which are by other writers. The
pretrained model was trained on MNIST, so it is only tried on the bundled digits.
"""

import argparse
import json
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from tqdm import tqdm

from examples.benchmarks.circumstances import current_setting
from examples.benchmarks.report import machine, packages, show, show_accuracy, show_spread, table
from examples.benchmarks.timing import timed
from skdigits import CNNDigitClassifier, DigitNormalizer, PixelScaler, load_pretrained
from skdigits.datasets import fetch_mnist

SIZES = (10, 30, 60, 150, 300, 500, 1_000, 3_000, 10_000, 50_000)
N_SUBSETS = 5  # of each size, at most
LARGEST_OF_PEERS = 10_000


def features_of_pretrained():
    """Return a transformer of pictures to the features of the pretrained model."""
    scaler, network = load_pretrained()
    return make_pipeline(DigitNormalizer(), scaler, FunctionTransformer(network.features))


def fine_tuned():
    """Return the pretrained model, with parameters for fine-tuning."""
    model = load_pretrained()
    model[-1].set_params(
        warm_start=True,
        max_epochs=20,
        learning_rate=0.002,
        validation_fraction=None,
        random_state=0,
    )
    return make_pipeline(DigitNormalizer(), model)


class Entry(NamedTuple):
    """A classifier: the function that makes it, its colour, and the data that it is tried on."""

    make: Callable
    color: str
    data: tuple = ("MNIST", "bundled digits")


ENTRIES = {
    "CNNDigitClassifier()": Entry(partial(CNNDigitClassifier, random_state=0), "#0072B2"),
    "SVC": Entry(lambda: make_pipeline(PixelScaler(), SVC()), "#D55E00"),
    "MLPClassifier": Entry(
        lambda: make_pipeline(PixelScaler(), MLPClassifier(random_state=0)), "#E69F00"
    ),
    "load_pretrained(), fine-tuned": Entry(fine_tuned, "#009E73", ("bundled digits",)),
    "LogisticRegression on its features": Entry(
        lambda: make_pipeline(features_of_pretrained(), LogisticRegression(max_iter=1_000)),
        "#CC79A7",
        ("bundled digits",),
    ),
}


def read_data():
    """Return images and labels for training and for testing, by the name of the data."""
    X, y = fetch_mnist(return_X_y=True)
    X_bundled, y_bundled = load_digits(return_X_y=True)
    y_bundled = y_bundled.astype(str)
    return {
        "MNIST": (X[:50_000], y[:50_000], X[50_000:], y[50_000:]),
        "bundled digits": (
            X_bundled[:1_300],
            y_bundled[:1_300],
            X_bundled[1_300:],
            y_bundled[1_300:],
        ),
    }


def subsets(y, size):
    """Return the rows of disjoint subsets, balanced by digit; or one subset with all rows."""
    of = [np.flatnonzero(y == label) for label in np.unique(y)]
    each = size // len(of)
    n = min(N_SUBSETS, min(map(len, of)) // each)
    if not n:
        return [np.arange(len(y))]
    return [np.sort(np.concatenate([rows[k * each :][:each] for rows in of])) for k in range(n)]


def measure(make, data, parts):
    """Return the figures of a classifier that is trained on each of some parts of the data."""
    X, y, X_test, y_test = data
    seconds, accuracies, losses = [], [], []
    for rows in parts:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the defaults are measured
            model, spent = timed(make().fit, X[rows], y[rows])
        seconds.append(spent)
        accuracies.append(100 * float(model.score(X_test, y_test)))
        if hasattr(model, "predict_proba"):
            losses.append(float(log_loss(y_test, model.predict_proba(X_test))))
    return {
        "n_subsets": len(parts),
        "fit_seconds": {"median": median(seconds), "min": min(seconds), "max": max(seconds)},
        "accuracy_mean": float(np.mean(accuracies)),
        "accuracy_sd": float(np.std(accuracies, ddof=1)) if len(parts) > 1 else None,
        "log_loss": float(np.mean(losses)) if losses else None,
    }


def measure_all(sizes):
    """Return the figures by data, size and classifier."""
    all_data = read_data()
    jobs = [
        (name, size, entry)
        for name, data in all_data.items()
        for size in sizes
        for entry, (_, _, wanted) in ENTRIES.items()
        if size <= len(data[1]) and name in wanted
        if size <= LARGEST_OF_PEERS or entry == "CNNDigitClassifier()"
    ]
    results = {name: {} for name in all_data}
    for name, size, entry in tqdm(jobs, "trainings", disable=None):
        data = all_data[name]
        found = measure(ENTRIES[entry].make, data, subsets(data[1], size))
        results[name].setdefault(size, {})[entry] = found
        tqdm.write(f"{name}, {size:,} images, {entry}: {show_accuracy(found)} %")
    return results


TABLES = {
    "accuracy in %": show_accuracy,
    "seconds of `fit`": lambda found: show_spread(found["fit_seconds"]),
    "log loss": lambda found: show(found["log_loss"], 3),
}


def to_markdown(results, setting):
    """Return the tables as text."""
    parts = [
        "# Accuracy by the number of training images",
        f"{machine(setting)}; {packages(setting)}.",
        f"Accuracy is the mean ± standard deviation over up to {N_SUBSETS} disjoint subsets of the "
        "training images; seconds are the median (lowest–highest). CNNDigitClassifier, SVC and "
        "MLPClassifier have their default parameters. The bundled digits are scikit-learn's "
        "`load_digits`.",
        "![Accuracy and seconds by the number of training images](few_images.png)",
    ]
    for name, by_size in results.items():
        entries = [entry for entry in ENTRIES if name in ENTRIES[entry].data]
        for title, cell in TABLES.items():
            rows = [
                [f"{size:,}", *(cell(found[e]) if e in found else "–" for e in entries)]
                for size, found in by_size.items()
            ]
            parts += [f"{name}, {title}:", table(["images", *entries], rows)]
    return "\n\n".join(parts) + "\n"


def plot(results, path):
    """Draw accuracy and seconds by the number of training images."""
    figure = Figure(figsize=(10, 7), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, len(results), sharex="col")
    for column, (name, by_size) in zip(axes.T, results.items(), strict=True):
        for entry, (_, color, _) in ENTRIES.items():
            found = {size: row[entry] for size, row in by_size.items() if entry in row}
            errors = [100 - each["accuracy_mean"] for each in found.values()]
            seconds = [each["fit_seconds"]["median"] for each in found.values()]
            column[0].plot(list(found), errors, "o-", color=color, label=entry)
            column[1].plot(list(found), seconds, "o-", color=color)
        column[0].set(title=name, xscale="log", yscale="log", ylabel="test error (%)")
        column[1].set(xlabel="training images", yscale="log", ylabel="seconds of fit")
        ticks = list(by_size)
        column[1].set_xticks(ticks, [f"{size:,}" for size in ticks], rotation=45, ha="right")
        column[1].minorticks_off()
        least = min(
            100 - each["accuracy_mean"] for row in by_size.values() for each in row.values()
        )
        percents = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50) if tick >= least / 2]
        column[0].set_yticks(percents, map(str, percents))
        for ax in column:
            ax.grid(alpha=0.3)
    lines, names = axes[0, -1].get_legend_handles_labels()
    figure.legend(lines, names, loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=100)


def main():
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=SIZES, metavar="N", help="numbers of images"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("benchmark_results"),
        metavar="FOLDER",
        help="folder for few_images.md, .json and .png (benchmark_results)",
    )
    arguments = parser.parse_args()
    results = measure_all(arguments.sizes)
    setting = current_setting({"sizes": list(arguments.sizes), "n_subsets": N_SUBSETS})
    text = to_markdown(results, setting)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "few_images.md").write_text(text, encoding="utf-8")
    document = json.dumps({"setting": setting, "results": results}, indent=1)
    (arguments.output / "few_images.json").write_text(document + "\n", encoding="utf-8")
    plot(results, arguments.output / "few_images.png")
    print(text)


if __name__ == "__main__":
    main()
