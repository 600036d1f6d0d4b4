"""Random rotation, shift, size, slant, tilt and wobble of a batch of images."""

from dataclasses import dataclass

import torch
from torch.nn import functional as F

N_KNOTS = 5  # of the elastic displacement, along each side


@dataclass(frozen=True)
class RandomWarp:
    """Rotate, shift, zoom, shear, tilt and bend each image by different amounts.

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
    perspective : float, default=0.0
        Largest change of size from the middle to an edge, either way.
    elastic : float, default=0.0
        Largest standard deviation of a smooth displacement, as a share of the image's side.
    """

    rotation: float
    translation: float
    scaling: float
    shear: float
    perspective: float = 0.0
    elastic: float = 0.0

    @property
    def n_draws(self):
        """How many random numbers an image needs."""
        return 8 + (2 * N_KNOTS**2 if self.elastic else 0)

    def draw(self, n, image_shape, generator):
        """Return random maps for `n` images: a tensor of shape (n, n_draws).

        A map takes each pixel of the new image to one of the old image, in units in which the image
        reaches from -1 to 1. It has six numbers of an affine map, two of the perspective and, with
        `elastic`, the displacements of a grid of points.
        """
        draws = torch.rand(6, n, generator=generator, dtype=torch.float32) * 2 - 1
        angle = torch.deg2rad(draws[0] * self.rotation)
        slant = torch.tan(torch.deg2rad(draws[1] * self.shear))
        zoom_x, zoom_y = 1 + draws[2:4] * self.scaling
        shift_x, shift_y = draws[4:] * self.translation * 2  # the image's side is 2 units long
        cos, sin, aspect = angle.cos(), angle.sin(), image_shape[0] / image_shape[1]
        tilt = torch.zeros(2, n, dtype=torch.float32)
        if self.perspective:
            tilt = self.perspective * (
                torch.rand(2, n, generator=generator, dtype=torch.float32) * 2 - 1
            )
        along_x = (cos / zoom_x, (slant * cos - sin) / zoom_x * aspect, shift_x)
        along_y = (sin / zoom_y / aspect, (slant * sin + cos) / zoom_y, shift_y)
        maps = torch.stack([*along_x, *along_y, *tilt], dim=1)
        if not self.elastic:
            return maps
        amount = 2 * self.elastic * torch.rand(n, 1, generator=generator, dtype=torch.float32)
        wobble = torch.randn(n, 2 * N_KNOTS**2, generator=generator, dtype=torch.float32)
        return torch.cat([maps, amount * wobble], dim=1)

    def __call__(self, images, maps):
        """Return copies of `images`, a floating tensor of shape (n, 1, h, w), mapped by `maps`."""
        height, width = images.shape[2:]
        affine, tilt, wobble = maps.to(images).split([6, 2, self.n_draws - 8], dim=1)
        affine, tilt = affine.view(-1, 2, 3), tilt[:, None]  # (n, 2, 3), (n, 1, 2)
        x, y = _pixel_centres(width, images)[:, None], _pixel_centres(height, images)[:, None]
        along_x, along_y = x * affine[:, None, :, 0], y * affine[:, None, :, 1]
        grid = (along_y + affine[:, None, :, 2])[:, :, None] + along_x[:, None]  # (n, h, w, 2)
        if self.perspective:
            grid = grid / (1 + (y * tilt[..., 1:])[:, :, None] + (x * tilt[..., :1])[:, None])
        if self.elastic:
            wobble = wobble.view(-1, 2, N_KNOTS, N_KNOTS)
            wobble = F.interpolate(wobble, (height, width), mode="bicubic", align_corners=True)
            grid = grid + wobble.permute(0, 2, 3, 1)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _pixel_centres(side, like):
    return (2 * torch.arange(side, dtype=like.dtype, device=like.device) + 1) / side - 1
