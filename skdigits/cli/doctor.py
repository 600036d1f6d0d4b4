"""``skdigits doctor``: what is wrong with the installation, or with a model and its images."""

import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from skdigits._utils.versions import versions
from skdigits.cli._console import one_line, print_json, tell
from skdigits.cli._images import read_any_images
from skdigits.cli._model import open_model
from skdigits.cli._self_test import attempt, self_test
from skdigits.environment import describe_environment, find_environment


def doctor(
    model: Annotated[
        Path | None,
        typer.Argument(
            metavar="[MODEL]",
            help="Model file, or the folder that `skdigits train` made.",
            show_default="the one that comes with the package",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Images for the model: a sub-folder for each label, labels.csv with the header "
            "file,label, or without labels. Those of the model's size are taken as they are.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
):
    """Find what is wrong with the installation, or with a model and its images.

    Alone, it prints what a report of a bug should hold, and tests the installation. With images, it
    looks for the usual mistakes, such as inverted images or labels that are shifted, and says what
    to do. The exit code is 1 where something was found.

    For example:

    - `skdigits doctor`
    - `skdigits doctor skdigits-mnist --images my-images`
    """
    if images:
        return _examine(model, images, json)
    if model:
        raise typer.BadParameter("MODEL is examined on images: give them by --images FOLDER.")
    return _report(json)


def _report(json):
    found: dict[str, Any] = {"platform": platform.platform(), "processors": os.cpu_count()}
    told = attempt("the environment can be told", lambda: found.update(find_environment()))
    found["self_test"] = results = [told, *self_test()]
    if json:
        print_json(found)
    else:
        if told["ok"]:
            tell(describe_environment(found))
        else:
            tell(f"platform      {found['platform']}\nprocessors    {found['processors']}")
        tell()
        for result in results:
            verdict = "yes" if result["ok"] else f"NO. {one_line(result['problem'])}"
            tell(f"{result['check']}: {verdict}")
    return int(not all(result["ok"] for result in results))


def _examine(path, folder, json):
    from skdigits.diagnosing import diagnose
    from skdigits.io import load_pretrained

    model = open_model(path) if path else load_pretrained()
    X, y = read_any_images(folder, model)
    if y is not None:
        labels = {str(label): label for label in model.classes_.tolist()}
        y = [labels.get(label, label) for label in y] if set(y) <= set(labels) else y
    findings = diagnose(model, X, y)
    if json:
        print_json(
            {
                "model": path and str(path),
                "images": str(folder),
                "n_images": len(X),
                "labelled": y is not None,
                "findings": [asdict(finding) | {"docs": finding.docs} for finding in findings],
                "versions": versions(),
            }
        )
    else:
        what = "labelled images" if y is not None else "images without labels"
        tell(f"{len(X):,} {what}\n{findings}")
    return int(bool(findings))
