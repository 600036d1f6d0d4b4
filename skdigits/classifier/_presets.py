"""Parameters of the classifier for other ends than the default's.

They were tuned on MNIST's training images: the first 10,000, the last or both were held out.
"""

_LARGE = {"patch_size": 1, "filters": ((16, 32), (64, 64), 128)}

presets: dict[str, dict] = {
    "fast": {"filters": (16, (64, 64)), "max_epochs": 1, "learning_rate": 0.015},
    "accurate": {**_LARGE, "max_epochs": 30},
    "small": {"patch_size": 1, "filters": ((16, 16), (24, 24), 32), "max_epochs": 15},
    "ensemble": {**_LARGE, "max_epochs": 20, "n_estimators": 4},
}
