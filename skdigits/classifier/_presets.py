"""Parameters of the classifier for other purposes than those of the defaults.

They were tuned on MNIST's training images: the first 10,000, the last 10,000 or both were held out.
"""


class Presets(dict):
    """A dictionary whose error for a missing key lists its keys."""

    def __missing__(self, name):
        raise KeyError(f"There is no preset {name!r}: choose one of {', '.join(self)}.")


presets: dict[str, dict] = Presets(
    fast={"filters": (16, (64, 64)), "max_epochs": 1, "learning_rate": 0.015},
    accurate={"patch_size": 1, "filters": ((16, 32), (64, 64), 128), "max_epochs": 30},
    small={"patch_size": 1, "filters": ((16, 16), (24, 24), 32), "max_epochs": 15},
)
