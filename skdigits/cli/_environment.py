"""What is installed, where training would compute, and where data is kept."""

import os
from pathlib import Path

from skdigits._utils.versions import versions


def environment():
    """Return the environment, for machines."""
    return {"versions": versions(), **_training(), "data": _data()}


def environment_text(report):
    """Return what `environment` gave, a line each, for readers."""
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
    return "\n".join(f"{name:14}{value}" for name, value in rows.items())


def data_folder():
    """Return the folder of the data cache, whether it exists or not."""
    # Not get_data_home(), which would make it.
    return Path(os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")).expanduser()


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
    folder = data_folder()
    compact = folder / "skdigits" / "mnist_784_v1.uint8"
    downloads = folder / "openml" / "openml.org" / "data" / "v1" / "download"
    return {
        "folder": str(folder),
        "mnist_cached": compact.exists() or any(downloads.glob("52667*")),
        "mnist_compact_copy": str(compact) if compact.exists() else None,
    }
