"""Random distortion of a batch of images: warp, then degradation."""

from dataclasses import dataclass, fields, replace

import torch

from skdigits.augmentation._degradation import RandomDegradation
from skdigits.augmentation._warp import RandomWarp


@dataclass(frozen=True)
class RandomDistortion:
    """Several distortions, one after the other.

    Parameters
    ----------
    parts : tuple of RandomWarp or RandomDegradation
    """

    parts: tuple

    @classmethod
    def of(cls, amounts):
        """Return the distortion for some amounts, a dict with the parameters of `Distortion`."""
        warp, degradation = (
            kind(**{field.name: float(amounts[field.name]) for field in fields(kind)})
            for kind in (RandomWarp, RandomDegradation)
        )
        is_degraded = any(vars(degradation).values())
        return cls((warp, degradation) if is_degraded else (warp,))

    def times(self, factor):
        """Return this distortion with all amounts multiplied by a factor."""
        return RandomDistortion(
            tuple(
                replace(part, **{name: factor * amount for name, amount in vars(part).items()})
                for part in self.parts
            )
        )

    def draw(self, n, image_shape, generator):
        """Return random numbers for `n` images: a tensor of shape (n, n_draws)."""
        draws = [part.draw(n, image_shape, generator) for part in self.parts]
        return torch.cat(draws, dim=1)

    def __call__(self, images, draws):
        """Return distorted copies of `images`, a floating tensor of shape (n, 1, h, w)."""
        draws = draws.split([part.n_draws for part in self.parts], dim=1)
        for distort, part in zip(self.parts, draws, strict=True):
            images = distort(images, part)
        return images

    def distorted(self, images, seed):
        """Return distorted copies of an array of shape (n, h, w)."""
        # The caller's default device and precision must not matter.
        with torch.device("cpu"), torch.autocast("cpu", enabled=False):
            generator = torch.Generator().manual_seed(seed)
            draws = self.draw(len(images), images.shape[1:], generator)
            return self(torch.tensor(images)[:, None], draws)[:, 0].numpy()
