"""``skdigits predict``: what a model reads in image files."""

from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._console import print_json, say
from skdigits.cli._images import image_shape, read_image
from skdigits.cli._model import ModelArgument, open_model


def predict(
    model: ModelArgument,
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE", help="Image files.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
):
    """Print the digit on each image, its probability and the two runners-up.

    Images must have the size of those that the model was trained on, 28x28 pixels for MNIST, and
    be light on dark.

    For example: `skdigits predict skdigits-mnist seven.png four.png`
    """
    classifier = open_model(model)
    shape = image_shape(classifier)
    answers = []
    for path in images:
        answer = {"file": str(path)}
        try:
            row = read_image(path, shape)
        except ValueError as error:
            say(error)
            answer["error"] = str(error)
        else:
            answer |= _read(classifier, row)
        answers.append(answer)
    if json:
        print_json(answers)
    else:
        for answer in answers:
            if "error" not in answer:
                typer.echo(_sentence(answer))
    return int(any("error" in answer for answer in answers))


def _read(classifier, row):
    probabilities = classifier.predict_proba(row[None])[0]
    first, *others = [
        {"label": str(classifier.classes_[index]), "probability": float(probabilities[index])}
        for index in (-probabilities).argsort()[:3]
    ]
    label = str(classifier.predict(row[None])[0])
    if label != first["label"]:  # a selective classifier rejects what it is not sure of
        first, others = {**first, "label": label}, [first, *others][:2]
    return {**first, "runners_up": others}


def _sentence(answer):
    best = [
        f"{each['label']} ({each['probability']:.2%})" for each in (answer, *answer["runners_up"])
    ]
    return f"{answer['file']}: {best[0]}" + (f", then {', '.join(best[1:])}" if best[1:] else "")
