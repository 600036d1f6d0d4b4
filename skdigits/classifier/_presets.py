"""Parameters of the classifier for other ends than the default's.

They were tuned on MNIST's training images: the first 10,000, the last or both were held out.
"""


class Presets(dict):
    """A dictionary that names its keys where one is missing."""

    def __missing__(self, name):
        raise KeyError(f"There is no preset {name!r}: choose one of {', '.join(self)}.")


presets: dict[str, dict] = Presets(
    fast={"filters": (16, (64, 64)), "max_epochs": 1, "learning_rate": 0.015},
    accurate={"patch_size": 1, "filters": ((16, 32), (64, 64), 128), "max_epochs": 30},
    small={"patch_size": 1, "filters": ((16, 16), (24, 24), 32), "max_epochs": 15},
)
