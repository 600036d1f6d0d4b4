"""``skdigits evaluate``: how well a model reads test images."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from skdigits._utils.versions import versions
from skdigits.cli._console import print_json, say, tell, write_report
from skdigits.cli._dataset import Dataset, dataset_for, load
from skdigits.cli._device import DeviceOption, on_device
from skdigits.cli._evaluation import Evaluation
from skdigits.cli._folder import new_folder
from skdigits.cli._images import image_shape
from skdigits.cli._model import open_model
from skdigits.cli._sources import Labelled, read_rows, read_source


def evaluate(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL",
            help="A model file, the folder that `skdigits train` made, or `pretrained`.",
        ),
    ] = Path("pretrained"),
    dataset: Annotated[
        Dataset,
        typer.Option(help="Test images; auto takes those of the size that the model reads."),
    ] = Dataset.auto,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="SOURCE",
            help="Test on your own images: a folder or a file, as for `skdigits train`. If they "
            "are divided into train and test, only the latter are used.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Folder for the report, all predictions and the pictures.",
        ),
    ] = None,
    device: DeviceOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the results in a folder that is not empty.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
):
    """Print how well a model reads test images: accuracy, loss, precision and recall.

    With `--output`, a folder has the report as text and JSON, a table of all predictions,
    predictions.csv, and pictures of the errors.

    For example:

    - `skdigits evaluate skdigits-mnist`
    - `skdigits evaluate --images my-digits --output my-results`
    """
    if images and dataset is not Dataset.auto:
        raise typer.BadParameter("--images and --dataset exclude each other.")
    classifier = on_device(open_model(model), device)
    with new_folder(output, force=force) if output else nullcontext() as folder:
        if images:
            classifier, test = _own_images(images, classifier)
        else:
            dataset = dataset_for(dataset, image_shape(classifier))
            X, y = load(dataset, "test")
            test = Labelled(X, y, [*range(len(y))])
        evaluation = Evaluation(classifier, test)
        report = {
            "model": str(model),
            "images": str(images or dataset.value),
            **evaluation.figures(),
            "versions": versions(),
        }
        if folder:
            write_report(folder, report, evaluation.table())
            evaluation.save(folder)
    if json:
        print_json(report)
    elif output:
        tell(f"{evaluation.table()}\nThe report, the predictions and the pictures are in {output}.")
    else:
        tell(evaluation.table())
        say("Add -o FOLDER to keep the predictions, the report and pictures of the errors.")


def _own_images(source, model):
    """Return the test images of a source, and the classifier that takes their rows."""
    from skdigits.reading import Reader

    reader = Reader(model)
    parts = read_source(source)
    test = parts.get("test", parts.get("train"))
    rows = read_rows(test.pictures, reader.normalizer, reader.image_shape)
    return reader.classifier, test._replace(pictures=rows)
