"""Random distortion of a batch of images."""

from dataclasses import dataclass

import torch
from torch.nn import functional as F


@dataclass(frozen=True)
class RandomAffine:
    """Rotate, shift, zoom and shear every image by amounts of its own, drawn uniformly.

    Pixels from outside the image repeat its border. The names are those of an affine map:

    Parameters
    ----------
    rotation : float
        Largest angle in degrees, either way.
    translation : float
        Largest shift as a share of the image's side, either way.
    scaling : float
        Largest change of size, either way: 0.1 means 90 % to 110 %.
    shear : float
        Largest slant in degrees, either way.
    """

    rotation: float
    translation: float
    scaling: float
    shear: float

    def __call__(self, images, generator):
        """Return a distorted copy of `images`, a floating tensor of shape (n, 1, h, w)."""
        n, _, height, width = images.shape
        draws = torch.rand(6, n, generator=generator, dtype=torch.float32) * 2 - 1
        angle = torch.deg2rad(draws[0] * self.rotation)
        slant = torch.tan(torch.deg2rad(draws[1] * self.shear))
        zoom_x, zoom_y = 1 + draws[2:4] * self.scaling
        shift_x, shift_y = draws[4:] * self.translation * 2  # the grid's side is 2 units long
        cos, sin, aspect = angle.cos(), angle.sin(), height / width
        theta = torch.stack(
            [
                torch.stack([cos / zoom_x, (slant * cos - sin) / zoom_x * aspect, shift_x], 1),
                torch.stack([sin / zoom_y / aspect, (slant * sin + cos) / zoom_y, shift_y], 1),
            ],
            dim=1,
        ).to(images)  # (n, 2, 3)
        grid = F.affine_grid(theta, [n, 1, height, width], align_corners=False)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
