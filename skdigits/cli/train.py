"""``skdigits train``: from MNIST to a model, a report and pictures."""

import ast
import sys
from contextlib import nullcontext
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from skdigits.cli._console import print_json, say, write_report
from skdigits.cli._dataset import Dataset, load
from skdigits.cli._evaluation import Evaluation, save_picture
from skdigits.cli._folder import new_folder
from skdigits.cli._model import MODEL_NAME
from skdigits.settings import presets
from skdigits.versions import versions

# mypy reads the names of an enum from literals only
Preset = StrEnum("Preset", {name: name for name in presets})  # type: ignore[misc]


def train(
    dataset: Annotated[
        Dataset,
        typer.Option(help="auto means MNIST, or the bundled 8x8 digits where it cannot be had."),
    ] = Dataset.auto,
    preset: Annotated[
        Preset | None,
        typer.Option(help="Settings of CNNDigitClassifier other than its defaults."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes through the training images.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for the results.", show_default="skdigits-mnist or -digits"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any parameter of CNNDigitClassifier."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the results in a folder that is not empty.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
):
    """Train on MNIST, test on its 10,000 test images, and leave all results in a folder.

    The folder holds the model, the report as text and JSON, and as PNG the confusion matrix,
    sample predictions, the worst errors and the training curve.

    For example:

    - `skdigits train`
    - `skdigits train --preset accurate`
    - `skdigits train --epochs 3 --set learning_rate=0.005 --set augment=False`
    - `skdigits train --dataset digits --output my-digits --force`
    """
    from sklearn.pipeline import make_pipeline

    from skdigits.classifier import CNNDigitClassifier
    from skdigits.displays import TrainingCurveDisplay
    from skdigits.persistence import save_model
    from skdigits.preprocessing import PixelScaler

    parameters = {"validation_fraction": 1 / 12, "random_state": seed}
    if preset:
        parameters |= presets[preset.value]
    if epochs:
        parameters["max_epochs"] = epochs
    settable = sorted(CNNDigitClassifier().get_params().keys() - {"callbacks"})
    parameters |= _parse(settings or [], settable)
    classifier = CNNDigitClassifier(**parameters)
    model = make_pipeline(PixelScaler(), classifier)

    dataset, X, y = _load_training(dataset)
    output = output or Path(f"skdigits-{dataset.value}")
    with new_folder(output, force=force) as folder:
        seconds = _fit(model, X, y)
        parameters = classifier.get_params()
        evaluation = Evaluation(model, *load(dataset, "test"))
        report = {
            "dataset": dataset.value,
            **evaluation.figures(),
            "training": {
                "n_images": len(X),
                "preset": preset and preset.value,
                "n_epochs": classifier.n_epochs_,
                "seconds": seconds,
                "parameters": parameters,
                "auto": {
                    name: getattr(classifier, f"{name}_")
                    for name, value in parameters.items()
                    if value == "auto"
                },
                "history": classifier.history_,
            },
            "versions": versions(),
        }
        save_model(model, folder / MODEL_NAME)
        write_report(folder, report, _text(report, evaluation))
        evaluation.save_pictures(folder)
        n_panels = 2 if "valid_accuracy" in classifier.history_[-1] else 1
        save_picture(
            folder / "training_curve.png",
            lambda axes: TrainingCurveDisplay.from_estimator(model, ax=axes),
            (4 * n_panels, 3.4),
            n_panels,
        )
    if json:
        print_json(report)
    else:
        typer.echo(f"{evaluation.table()}\nModel, report and pictures are in {output}.")


def _parse(settings, names):
    """Return the parameters that ``--set`` gives, as Python values."""
    parameters = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise typer.BadParameter(f"--set takes NAME=VALUE, not {setting!r}.")
        if name not in names:
            close = get_close_matches(name, names) or names
            raise typer.BadParameter(
                f"CNNDigitClassifier has no parameter {name!r}; there is {', '.join(close)}."
            )
        try:
            parameters[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            parameters[name] = value
    return parameters


def _load_training(dataset):
    """Return the data set that "auto" means, and its training images and labels."""
    from rich.console import Console

    if dataset is not Dataset.digits:
        try:
            with Console(stderr=True).status("Reading MNIST; the first time takes a while ..."):
                return Dataset.mnist, *load(Dataset.mnist, "train")
        except OSError as error:
            if dataset is Dataset.mnist:
                raise
            say(f"{error} Going on with the bundled 8x8 digits.")
    return Dataset.digits, *load(Dataset.digits, "train")


def _fit(model, X, y):
    """Fit with progress on stderr, and return the seconds it took."""
    from rich.console import Console
    from rich.progress import Progress

    classifier, rows = model[-1], []
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    bar = Progress(console=console, transient=True)
    task = bar.add_task("training", total=None)

    def show(row):
        rows.append(row)
        bar.update(task, total=classifier.max_epochs_, completed=row["epoch"])
        console.print(_line(row, classifier.max_epochs_))

    classifier.set_params(callbacks=[show])
    started = perf_counter()
    try:
        with bar if sys.stderr.isatty() else nullcontext():
            model.fit(X, y)
    except ValueError as error:
        if rows:
            raise
        # What stops it before the first epoch is a parameter.
        raise typer.BadParameter(str(error)) from error
    finally:
        classifier.set_params(callbacks=None)
    return perf_counter() - started


def _line(row, n_epochs):
    line = f"epoch {row['epoch']:{len(str(n_epochs))}}/{n_epochs}  loss {row['train_loss']:.4f}"
    if "valid_accuracy" in row:
        line += f"  hold-out: loss {row['valid_loss']:.4f}, accuracy {row['valid_accuracy']:.2%}"
    return f"{line}  {row['seconds']:.1f} s"


def _text(report, evaluation):
    training = report["training"]
    lists = {
        "Parameters": training["parameters"],
        'What "auto" meant': training["auto"],
        "Versions": report["versions"],
    }
    parts = [
        f"Data set {report['dataset']}: {training['n_images']:,} images to train, "
        f"{report['n_images']:,} to test; {training['n_epochs']} epochs in "
        f"{training['seconds']:.1f} s",
        evaluation.table(),
        *(
            f"{title}\n" + "".join(f"  {name} = {value!r}\n" for name, value in values.items())
            for title, values in lists.items()
        ),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"
