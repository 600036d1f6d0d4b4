"""Parameters of the classifier for other ends than the default's.

They were tuned on the last 10,000 of MNIST's training images.
"""

_LARGE = {"patch_size": 1, "filters": ((32, 32), (64, 64), 128)}

presets: dict[str, dict] = {
    "fast": {"filters": (16, (64, 64)), "max_epochs": 1, "learning_rate": 0.015},
    "accurate": {**_LARGE, "max_epochs": 15},
    "small": {"patch_size": 1, "filters": ((16, 16), (24, 24), 32), "max_epochs": 15},
    "ensemble": {**_LARGE, "max_epochs": 10, "n_estimators": 4},
}
