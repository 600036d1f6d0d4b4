"""Random distortion of a batch of images."""

from dataclasses import dataclass

import torch
from torch.nn import functional as F


@dataclass(frozen=True)
class RandomAffine:
    """Rotate, shift, zoom and shear every image by amounts of its own, drawn uniformly.

    Pixels from outside the image repeat its border.

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

    def draw(self, n, image_shape, generator):
        """Return random maps for `n` images: a tensor of shape (n, 2, 3).

        Each maps a pixel of the new image to one of the old, in units in which the image reaches
        from -1 to 1.
        """
        draws = torch.rand(6, n, generator=generator, dtype=torch.float32) * 2 - 1
        angle = torch.deg2rad(draws[0] * self.rotation)
        slant = torch.tan(torch.deg2rad(draws[1] * self.shear))
        zoom_x, zoom_y = 1 + draws[2:4] * self.scaling
        shift_x, shift_y = draws[4:] * self.translation * 2  # the image's side is 2 units long
        cos, sin, aspect = angle.cos(), angle.sin(), image_shape[0] / image_shape[1]
        return torch.stack(
            [
                torch.stack([cos / zoom_x, (slant * cos - sin) / zoom_x * aspect, shift_x], 1),
                torch.stack([sin / zoom_y / aspect, (slant * sin + cos) / zoom_y, shift_y], 1),
            ],
            dim=1,
        )

    def __call__(self, images, maps):
        """Return copies of `images`, a floating tensor of shape (n, 1, h, w), mapped by `maps`."""
        height, width = images.shape[2:]
        maps = maps.to(images)
        along_x = _pixel_centres(width, images)[:, None] * maps[:, None, :, 0]  # (n, w, 2)
        along_y = _pixel_centres(height, images)[:, None] * maps[:, None, :, 1]  # (n, h, 2)
        grid = (along_y + maps[:, None, :, 2])[:, :, None] + along_x[:, None]  # (n, h, w, 2)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _pixel_centres(side, like):
    return (2 * torch.arange(side, dtype=like.dtype, device=like.device) + 1) / side - 1
