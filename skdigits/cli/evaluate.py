"""``skdigits evaluate``: how well a model reads test images."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from skdigits._utils.versions import versions
from skdigits.cli._console import print_json, tell, write_report
from skdigits.cli._dataset import Dataset, load
from skdigits.cli._evaluation import Evaluation
from skdigits.cli._folder import new_folder
from skdigits.cli._images import image_shape, read_labelled_images
from skdigits.cli._model import ModelArgument, open_model

DATASETS = {(28, 28): Dataset.mnist, (8, 8): Dataset.digits}


def evaluate(
    model: ModelArgument,
    dataset: Annotated[
        Dataset,
        typer.Option(help="Test images; auto takes those of the size that the model reads."),
    ] = Dataset.auto,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Your own images instead: a sub-folder for each label, or labels.csv with the "
            "header file,label. For a model of 28x28 pixels they may be of any size, as for "
            "`skdigits predict`.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the report and the pictures.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the results in a folder that is not empty.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
):
    """Print how well a model reads test images: accuracy, loss, precision and recall.

    For example:

    - `skdigits evaluate skdigits-mnist`
    - `skdigits evaluate skdigits-mnist --images my-images --output my-results`
    """
    from skdigits.reading import Reader

    if images and dataset is not Dataset.auto:
        raise typer.BadParameter("--images and --dataset exclude each other.")
    classifier = open_model(model)
    with new_folder(output, force=force) if output else nullcontext() as folder:
        if images:
            reader = Reader(classifier)
            X, y = read_labelled_images(images, reader)
            classifier = reader.classifier
        else:
            if dataset is Dataset.auto:
                dataset = _dataset_for(image_shape(classifier))
            X, y = load(dataset, "test")
        evaluation = Evaluation(classifier, X, y)
        report = {
            "model": str(model),
            "images": str(images or dataset.value),
            **evaluation.figures(),
            "versions": versions(),
        }
        if folder:
            write_report(folder, report, evaluation.table())
            evaluation.save_pictures(folder)
    if json:
        print_json(report)
    else:
        tell(evaluation.table())


def _dataset_for(shape):
    if shape not in DATASETS:
        raise ValueError(
            f"This model reads {shape[1]}x{shape[0]} pixels, but MNIST has 28x28 and the bundled "
            "digits 8x8: give images of your own by --images."
        )
    return DATASETS[shape]
