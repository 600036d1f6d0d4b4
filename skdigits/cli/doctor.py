"""``skdigits doctor``: problems of the installation, or of a model and its images."""

import platform
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from skdigits._utils.versions import versions
from skdigits._utils.wording import counted
from skdigits.cli._console import one_line, print_json, tell
from skdigits.cli._images import describe_left_out, read_any_images
from skdigits.cli._model import open_model
from skdigits.cli._self_test import attempt, self_test
from skdigits.environment import describe_environment, find_environment


def doctor(
    model: Annotated[
        Path | None,
        typer.Argument(
            metavar="MODEL",
            help="Model file, or the folder that `skdigits train` made.",
            show_default="pretrained",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Images for the model: in a sub-folder for each label, with labels.csv (header "
            "file,label), or without labels. Images of the model's size are used as they are.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
):
    """Find problems of the installation, or of a model and its images.

    Without options, it prints versions, device, threads and caches, and tests the installation:
    please add that to a bug report. With --images, it looks for the usual mistakes, such as
    inverted images or shifted labels, and says what to do. The exit code is 1 if it finds a
    problem.

    For example:

    - `skdigits doctor`
    - `skdigits doctor --images my-images`
    - `skdigits doctor skdigits-mnist --images my-images --json`
    """
    if images:
        return _examine(model, images, json)
    if model:
        raise typer.BadParameter("To examine MODEL, give images for it: --images FOLDER.")
    return _report(json)


def _report(json):
    found: dict[str, Any] = {"platform": platform.platform()}
    told = attempt("the environment can be examined", lambda: found.update(find_environment()))
    if not json:
        rows = describe_environment(found) if told["ok"] else f"platform      {found['platform']}"
        tell(f"{rows}\n")
    results = []
    for result in chain([told], self_test()):
        results.append(result)
        if not json:
            verdict = "yes" if result["ok"] else f"NO. {one_line(result['problem'])}"
            tell(f"{result['check']}: {verdict}")
    if json:
        print_json({**found, "self_test": results})
    return int(not all(result["ok"] for result in results))


def _examine(path, folder, json):
    from skdigits.diagnosing import Finding, diagnose
    from skdigits.io import load_pretrained

    model = open_model(path) if path else load_pretrained()
    X, y, left_out = read_any_images(folder, model)
    findings = diagnose(model, X, y if y is None else _of_type(model, y))
    if left_out:
        findings.insert(0, Finding("images-left-out", *describe_left_out(folder, left_out)))
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
    elif y is None:
        tell(f"{counted(len(X), 'image')} without labels\n{findings}")
    else:
        tell(f"{counted(len(X), 'labelled image')}\n{findings}")
    return int(bool(findings))


def _of_type(model, y):
    """Return labels, which are text, as the model's classes of the same text."""
    import numpy as np

    classes = {str(label): label for label in model.classes_.tolist()}
    labels = [classes.get(label, label) for label in y]
    return labels if set(y) <= set(classes) else np.array(labels, dtype=object)
