"""``skdigits info``: what is installed, where training would compute, and where data is kept."""

import os
from pathlib import Path
from typing import Annotated

import typer

from skdigits.cli._console import print_json
from skdigits.versions import versions


def info(
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
):
    """Print versions, device, threads, precision and the data cache.

    For example: `skdigits info --json`
    """
    report = {"versions": versions(), **_training(), "data": _data()}
    if json:
        print_json(report)
        return
    data = report["data"]
    rows = {
        **report["versions"],
        "device": report["device"],
        "threads": report["threads"],
        "precision": f"{report['precision']} (training on 10,000 images or more)",
        "data cache": data["folder"],
        "MNIST": "cached, with a compact copy"
        if data["mnist_compact_copy"]
        else "cached"
        if data["mnist_cached"]
        else "not cached: `skdigits train` downloads it",
    }
    for name, value in rows.items():
        typer.echo(f"{name:14}{value}")


def _training():
    import numpy as np
    import torch

    from skdigits.classifier import CNNDigitClassifier

    # A blank fit of the size from which bfloat16 is considered shows what "auto" means here.
    probe = CNNDigitClassifier(max_epochs=1, batch_size=10_000, filters=(1,), hidden_layer_sizes=())
    probe.fit(np.zeros((10_000, 1), dtype=np.uint8), np.zeros(10_000))
    return {
        "device": probe.device_,
        "threads": torch.get_num_threads(),
        "precision": probe.precision_,
    }


def _data():
    # Not get_data_home(), which would make the folder.
    folder = Path(os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")).expanduser()
    compact = folder / "skdigits" / "mnist_784_v1.uint8"
    downloads = folder / "openml" / "openml.org" / "data" / "v1" / "download"
    return {
        "folder": str(folder),
        "mnist_cached": compact.exists() or any(downloads.glob("52667*")),
        "mnist_compact_copy": str(compact) if compact.exists() else None,
    }
