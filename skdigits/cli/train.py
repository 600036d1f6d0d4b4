"""``skdigits train``: from labelled images to a model, a report and pictures."""

import shlex
import warnings
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from skdigits._utils.versions import versions
from skdigits._utils.wording import counted
from skdigits.classifier import presets
from skdigits.cli._console import print_json, say, tell, write_report
from skdigits.cli._dataset import Dataset
from skdigits.cli._device import DeviceOption
from skdigits.cli._errors import shorten
from skdigits.cli._evaluation import Evaluation
from skdigits.cli._folder import check_place, keep_only, new_folder
from skdigits.cli._images import image_shape
from skdigits.cli._model import MODEL_NAME, open_model
from skdigits.cli._settings import parse_settings
from skdigits.cli._sources import name_of
from skdigits.cli._training_data import MNIST_SHAPE, from_data_set, from_images
from skdigits.cli._training_record import save_record

NAMES = {name: name for name in presets}
Preset = StrEnum("Preset", NAMES)  # type: ignore[misc] # mypy reads names from literals only

FINE_TUNING = {"max_epochs": 20, "learning_rate": 0.002, "validation_fraction": None}
"""Settings for the pretrained model: a low learning rate keeps what it has learned."""


def train(
    dataset: Annotated[
        Dataset,
        typer.Option(
            help="auto means MNIST, or the 8x8 digits of scikit-learn if MNIST cannot be loaded; "
            "with --from, the data set of the size that the model reads."
        ),
    ] = Dataset.auto,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="SOURCE",
            help="Train on your own images, of any size: a folder or a file, as listed above.",
        ),
    ] = None,
    preset: Annotated[
        Preset | None,
        typer.Option(
            help="Parameters for another purpose than the defaults. Time and test accuracy on "
            "MNIST with two CPU cores: fast 1.88 s, 99.21 %; the defaults 9.30 s, 99.55 %; small "
            "(19,514 weights) 73.8 s, 99.63 %; accurate 257 s, 99.70 %."
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Number of passes through the training images.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="The same seed gives the same model.", show_default="0"),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Continue training a saved model, or fine-tune the pretrained one: `pretrained`.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Folder for the results.",
            show_default="skdigits- and the name of the data set or of SOURCE",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Set a parameter of CNNDigitClassifier; may be given several times.",
        ),
    ] = None,
    device: DeviceOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the results in a folder that is not empty.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Do not print a line after each epoch.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
):
    """Train on MNIST or on your own images, test, and leave all results in a folder.

    The folder holds the model, the report as text and JSON, the figures of each epoch and all
    predictions as CSV, and as PNG the training curve, some training images, the confusion matrix,
    sample predictions and the worst errors.

    After the first epoch, Ctrl-C ends the training early, and the results are those of the best
    epoch so far. A second Ctrl-C ends the evaluation, too, and only the model is left.

    With `--images`, SOURCE is one of these:

    - a folder with a sub-folder of images for each label
    - labels.csv with the header file,label, or a folder with this file
    - a CSV file of pixels with the header label,pixel0,pixel1,...
    - an .npz file with the arrays X and y, or X.npy beside y.npy

    A quarter of your images is the test set. To choose it yourself, make folders `train` and
    `test`, or arrays x_train, y_train, x_test and y_test.

    For example:

    - `skdigits train`
    - `skdigits train --preset accurate`
    - `skdigits train --epochs 3 --set learning_rate=0.005 --set augment=false`
    - `skdigits train --images my-digits --from pretrained`
    - `skdigits train --dataset digits --output my-results --force`
    - `skdigits train --from skdigits-mnist --epochs 5 --output longer`
    """
    from skdigits.io import save_model

    if start and preset:
        raise typer.BadParameter("--from and --preset exclude each other.")
    if images and dataset is not Dataset.auto:
        raise typer.BadParameter("--images and --dataset exclude each other.")
    options = {
        "max_epochs": ("--epochs", epochs),
        "random_state": ("--seed", seed),
        "device": ("--device", device),
    }
    continued = start is not None
    parameters = parse_settings(settings or [], options, continued=continued)
    model = _open(start) if start else _new()
    if continued and "outlier_label" in parameters and model[-1].outlier_label is None:
        raise typer.BadParameter(
            "outlier_label cannot be set when the training continues of a model that has learned "
            "without it: leave out --from to train a new model."
        )
    defaults = presets[preset.value] if preset else {}
    if str(start) == "pretrained":
        defaults, model[-1].history_ = FINE_TUNING, []  # its epochs are counted from 1
    model[-1].set_params(**defaults | parameters)

    if images:
        output = output or Path(f"skdigits-{name_of(images)}")
    if output:
        check_place(output, force)  # before images are read, which may take long
    if images:
        data = from_images(images, model, continued=continued)
    else:
        data = from_data_set(dataset, model, continued=continued)
    output = output or Path(f"skdigits-{data.name}")
    with new_folder(output, force=force) as folder:
        training = _fit(data.model, data.train, parameters, quiet=quiet)
        save_model(data.saved, folder / MODEL_NAME)
        try:
            evaluation = Evaluation(data.model, data.test)
            report = {
                "dataset": str(images or data.name),
                **evaluation.figures(),
                "training": {"preset": preset and preset.value, **training},
                "versions": versions(),
            }
            write_report(folder, report, _text(report, evaluation))
            evaluation.save(folder)
            save_record(folder, data.model, data.train.pictures, data.train.labels)
        except KeyboardInterrupt:
            report = None
            keep_only(folder / MODEL_NAME)
    if report is None:
        say(f"The evaluation was interrupted; the model is in {output}.")
        if data.evaluable:
            say(f"To evaluate it: {_command('evaluate', output, *data.options)}")
    elif json:
        print_json(report)
    else:
        tell(f"{evaluation.table()}\nThe model, the report and the pictures are in {output}.")
        tell(_next_step(output, image_shape(data.model)))
    if left := training["n_epochs_left"]:
        same = (*data.options, "--epochs", left, "--output", output, "--force")
        say(
            "The training was interrupted. To continue: "
            f"{_command('train', '--from', output, *same)}"
        )
    if report is None or left:
        raise typer.Exit(1)


def _command(*arguments):
    return shlex.join(["skdigits", *map(str, arguments)])


def _next_step(output, shape):
    if shape == MNIST_SHAPE:
        return f"Next: {_command('predict', 'photo.jpg', '--model', output)}"
    return (
        f"This model reads images of {shape[1]}x{shape[0]} pixels only; the pretrained model reads "
        "pictures of any size. Next: skdigits predict photo.jpg"
    )


def _new():
    """Return an untrained pipeline."""
    from sklearn.pipeline import make_pipeline

    from skdigits.classifier import CNNDigitClassifier
    from skdigits.preprocessing import PixelScaler

    return make_pipeline(
        PixelScaler(), CNNDigitClassifier(validation_fraction=1 / 12, random_state=0)
    )


def _open(path):
    """Return the pipeline in a model file, set to continue its training."""
    from sklearn.pipeline import Pipeline, make_pipeline

    from skdigits.classifier import CNNDigitClassifier

    model = open_model(path)
    model = model if isinstance(model, Pipeline) else make_pipeline(model)
    if not isinstance(model[-1], CNNDigitClassifier):
        raise typer.BadParameter(
            f"--from takes a model of `skdigits train`, or `pretrained`, not {path}."
        )
    model[-1].set_params(warm_start=True)
    return model


def _fit(model, train, settings, *, quiet):
    """Fit, and return what the report says of it."""
    classifier = model[-1]
    parameters = classifier.get_params()
    labels = {str(label): label for label in getattr(classifier, "classes_", ())}
    y = [labels.get(label, label) for label in train.labels]
    rows: list[dict] = []
    n_before = len(getattr(classifier, "history_", ()))
    verbose = 0 if quiet else 2
    classifier.set_params(verbose=verbose, on_interrupt="keep", callbacks=[rows.append])
    started = perf_counter()
    try:
        with warnings.catch_warnings(record=True, action="always", category=UserWarning) as caught:
            model.fit(train.pictures, y)
    except Exception as error:
        # What stops it before the first epoch is a parameter.
        if rows or not settings:
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
        "n_images": len(y),
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


def _text(report, evaluation):
    training = report["training"]
    lists = {
        "Parameters": training["parameters"],
        'Values chosen for "auto"': training["auto"],
        "Versions": report["versions"],
    }
    parts = [
        f"Images: {report['dataset']}, {counted(training['n_images'], 'image')} to train, "
        f"{report['n_images']:,} to test; {counted(training['n_epochs'], 'epoch')} in "
        f"{training['seconds']:.1f} s",
        evaluation.table(),
        *(
            f"{title}\n" + "".join(f"  {name} = {value!r}\n" for name, value in values.items())
            for title, values in lists.items()
        ),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"
