"""``skdigits train``: from MNIST to a model, a report and pictures."""

import ast
import shlex
import warnings
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from skdigits._utils.versions import versions
from skdigits.classifier import presets
from skdigits.cli._console import print_json, say, tell, write_report
from skdigits.cli._dataset import Dataset, load
from skdigits.cli._errors import shorten
from skdigits.cli._evaluation import Evaluation, save_picture
from skdigits.cli._folder import keep_only, new_folder
from skdigits.cli._model import MODEL_NAME, open_model

NAMES = {name: name for name in presets}
Preset = StrEnum("Preset", NAMES)  # type: ignore[misc] # mypy reads names from literals only

OWN = {"callbacks", "on_interrupt", "verbose"}  # parameters that the command has a use for


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
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="The same seed gives the same model.", show_default="0"),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="MODEL", help="Go on with a model that this command has left."
        ),
    ] = None,
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

    Ctrl-C ends the training, if an epoch is done, and the results are those of the best epoch so
    far. A second one ends the evaluation, and leaves the model alone.

    For example:

    - `skdigits train`
    - `skdigits train --preset accurate`
    - `skdigits train --epochs 3 --set learning_rate=0.005 --set augment=False`
    - `skdigits train --dataset digits --output my-digits --force`
    - `skdigits train --from skdigits-mnist --epochs 5 --output longer`
    """
    from skdigits.io import save_model

    if start and preset:
        raise typer.BadParameter("--from and --preset exclude each other.")
    parameters = {**presets[preset.value]} if preset else {}
    if epochs:
        parameters["max_epochs"] = epochs
    if seed is not None:
        parameters["random_state"] = seed
    model, classifier = _open(start) if start else _new()
    classifier.set_params(**parameters | _parse(settings or []))

    dataset, X, y = _load_training(dataset)
    output = output or Path(f"skdigits-{dataset.value}")
    with new_folder(output, force=force) as folder:
        training = _fit(model, classifier, X, y, settings)
        save_model(model, folder / MODEL_NAME)
        try:
            evaluation = Evaluation(model, *load(dataset, "test"))
            report = {
                "dataset": dataset.value,
                **evaluation.figures(),
                "training": {"preset": preset and preset.value, **training},
                "versions": versions(),
            }
            write_report(folder, report, _text(report, evaluation))
            evaluation.save_pictures(folder)
            _save_curve(folder / "training_curve.png", classifier)
        except KeyboardInterrupt:
            report = None
            keep_only(folder / MODEL_NAME)
    if report is None:
        say(
            "The evaluation was interrupted. To go on: "
            f"{_command('evaluate', output, '--dataset', dataset)}"
        )
    elif json:
        print_json(report)
    else:
        tell(f"{evaluation.table()}\nModel, report and pictures are in {output}.")
    if left := training["n_epochs_left"]:
        options = ("--dataset", dataset, "--epochs", left, "--output", output, "--force")
        say(
            "The training was interrupted. To go on: "
            f"{_command('train', '--from', output, *options)}"
        )
    if report is None or left:
        raise typer.Exit(1)


def _command(*arguments):
    return shlex.join(["skdigits", *map(str, arguments)])


def _new():
    """Return an untrained pipeline, and its classifier."""
    from sklearn.pipeline import make_pipeline

    from skdigits.classifier import CNNDigitClassifier
    from skdigits.preprocessing import PixelScaler

    classifier = CNNDigitClassifier(validation_fraction=1 / 12, random_state=0)
    return make_pipeline(PixelScaler(), classifier), classifier


def _open(path):
    """Return the pipeline in a model file, and its classifier, which is to go on."""
    from sklearn.pipeline import Pipeline

    from skdigits.classifier import CNNDigitClassifier

    model = open_model(path)
    classifier = model[-1] if isinstance(model, Pipeline) else model
    if not isinstance(classifier, CNNDigitClassifier):
        raise typer.BadParameter(f"--from takes a model of `skdigits train`, not {path}.")
    return model, classifier.set_params(warm_start=True)


def _parse(settings):
    """Return the parameters that ``--set`` gives, as Python values."""
    from skdigits.classifier import CNNDigitClassifier

    names = sorted(CNNDigitClassifier().get_params().keys() - OWN)
    parameters = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise typer.BadParameter(f"--set takes NAME=VALUE, not {setting!r}.")
        if name in OWN:
            raise typer.BadParameter(
                f"--set {name}=... is for Python: this command sets it itself."
            )
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


def _fit(model, classifier, X, y, settings):
    """Fit, and return what is to be reported of it."""
    parameters = classifier.get_params()
    rows: list[dict] = []
    n_before = len(getattr(classifier, "history_", ()))
    classifier.set_params(verbose=2, on_interrupt="keep", callbacks=[rows.append])
    started = perf_counter()
    try:
        with warnings.catch_warnings(record=True) as caught:
            model.fit(X, y)
    except Exception as error:
        # What stops it before the first epoch is a parameter.
        if rows or not (settings or isinstance(error, ValueError)):
            raise
        raise typer.BadParameter(
            str(error)
            if isinstance(error, ValueError)
            else f"Training cannot begin with these parameters: {shorten(error)}"
        ) from error
    finally:
        classifier.set_params(**{**parameters, "warm_start": False})
    seconds = perf_counter() - started
    for warning in caught:
        say(f"warning: {warning.message}")
    n_left = 0
    if classifier.interrupted_:
        n_left = n_before + classifier.max_epochs_ - classifier.n_epochs_
    return {
        "n_images": len(X),
        "n_epochs": classifier.n_epochs_,
        "n_epochs_left": n_left,
        "seconds": seconds,
        "parameters": parameters,
        "auto": {
            name: getattr(classifier, f"{name}_")
            for name, value in parameters.items()
            if value == "auto"
        },
        "history": classifier.history_,
    }


def _save_curve(path, classifier):
    from skdigits.displays import TrainingCurveDisplay

    n_panels = 2 if "valid_accuracy" in classifier.history_[-1] else 1
    save_picture(
        path,
        lambda axes: TrainingCurveDisplay.from_estimator(classifier, ax=axes),
        (4 * n_panels, 3.4),
        n_panels,
    )


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
