"""Random degradation of a batch of images: what pens, paper and cameras do to them."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch.nn import functional as F

REACH = 4  # of the blur, in pixels


@dataclass(frozen=True)
class RandomDegradation:
    """Change strokes, blur, sharpen, shade, add noise, lines, borders: each in half of the images.

    The amounts for each image are drawn uniformly. Amounts of brightness are shares of the range of
    the image's pixels, and the result stays within this range.

    Parameters
    ----------
    stroke_width : float
        Largest change of the strokes' width in pixels, either way.
    blur : float
        Largest standard deviation of the blur in pixels, along a random direction; less across it.
    contrast : float
        Largest gain of contrast: 1 doubles it around the middle grey, 10 leaves black and white.
    shading : float
        Largest change of brightness, which differs across the image.
    noise : float
        Largest standard deviation of noise, and twice the largest share of pixels that become
        black or white.
    occlusion : float
        Largest width of a straight line across the image in pixels, as light as ink or paper.
    border : float
        Largest width of a strip along an edge, as a share of the image's side; as light as ink or
        paper. Half of the edges of an image have one.
    """

    stroke_width: float
    blur: float
    contrast: float
    shading: float
    noise: float
    occlusion: float
    border: float
    n_draws: ClassVar[int] = 17

    def draw(self, n, image_shape, generator):
        """Return random numbers for `n` images: a tensor of shape (n, 17), from -1 to 1."""
        return torch.rand(n, self.n_draws, generator=generator, dtype=torch.float32) * 2 - 1

    def __call__(self, images, draws):
        """Return degraded copies of `images`, a floating tensor of shape (n, 1, h, w)."""
        draws = draws.to(images)[:, :, None, None, None]  # (n, 17, 1, 1, 1)
        lowest = images.amin((2, 3), keepdim=True)
        span = (images.amax((2, 3), keepdim=True) - lowest).clamp_min(1e-12)
        x = (images - lowest) / span
        # Noise differs from pixel to pixel; one number of each batch's draws is its seed.
        seed = int(draws[0, 10].double() * 2**31)
        generator = torch.Generator(images.device).manual_seed(seed)
        by, *amounts = draws[:, :6].unbind(1)
        blurring, gain, shading, noise, width = (amount.clamp_min(0) for amount in amounts)
        angle, distance, light, dimming = draws[:, 6:10].unbind(1)
        if self.stroke_width:
            x = change_strokes(x, by * self.stroke_width)
        if self.occlusion:
            x = draw_line(x, width * self.occlusion, angle, distance, light)
        if self.border:
            has_border, light_of_border = draws[:, 11:13].unbind(1)
            shares = draws[:, 13:].clamp_min(0) * (has_border[:, None] > 0)
            x = draw_border(x, shares * self.border, light_of_border)
        if self.blur:
            x = blur(x, blurring * self.blur, angle, distance.abs())
        if self.contrast:
            x = ((x - 0.5) * (1 + gain * self.contrast) + 0.5).clamp(0, 1)
        if self.shading:
            x = shade(x, shading * self.shading, dimming.abs(), generator)
        if self.noise:
            x = add_noise(x, noise * self.noise, generator)
        return x.clamp(0, 1) * span + lowest


def change_strokes(x, by):
    """Make strokes wider by `by` pixels, at most 2, or thinner if it is negative."""
    wider, thinner = F.max_pool2d(x, 3, 1, 1), -F.max_pool2d(-x, 3, 1, 1)
    return torch.lerp(x, torch.where(by > 0, wider, thinner), by.abs().clamp_max(2) / 2)


def draw_line(x, width, angle, distance, light):
    """Draw a straight line across each image whose `width`, in pixels, is above 0."""
    rows, columns = (
        torch.arange(side, dtype=x.dtype, device=x.device) - (side - 1) / 2 for side in x.shape[2:]
    )
    angle = angle * torch.pi
    across = rows[:, None] * angle.cos() + columns * angle.sin()  # (n, 1, h, w)
    off = (across - distance * 0.4 * min(x.shape[2:])).abs()
    cover = ((width - 2 * off) / 2 + 0.5).clamp(0, 1) * width.clamp_max(1)
    return torch.lerp(x, (light > -0.5).to(x).expand_as(x), cover)


def draw_border(x, shares, light):
    """Cover strips along the edges of each image, each a share of the side wide.

    `shares` has shape (n, 4, 1, 1, 1): of the left, the right, the top and the bottom.
    """
    rows, columns = (
        (torch.arange(side, dtype=x.dtype, device=x.device) + 0.5) / side for side in x.shape[2:]
    )
    left, right, top, bottom = shares.unbind(1)
    rows = rows[:, None]
    covered = (columns < left) | (columns > 1 - right) | (rows < top) | (rows > 1 - bottom)
    return torch.where(covered, (light > -0.5).to(x), x)


def blur(x, amount, angle, roundness):
    """Convolve each image with a Gaussian whose standard deviation along `angle` is `amount`."""
    steps = torch.arange(-REACH, REACH + 1, dtype=x.dtype, device=x.device)
    angle = angle * torch.pi
    along = steps[:, None] * angle.cos() + steps * angle.sin()
    across = steps * angle.cos() - steps[:, None] * angle.sin()
    sizes = amount.clamp_min(0.1), (amount * roundness).clamp_min(0.1)
    kernels = torch.exp(-((along / sizes[0]) ** 2 + (across / sizes[1]) ** 2) / 2)
    kernels = kernels / kernels.sum((2, 3), keepdim=True)  # (n, 1, 9, 9)
    padded = F.pad(x, (REACH,) * 4, mode="replicate")
    return F.conv2d(padded.transpose(0, 1), kernels, groups=len(x)).transpose(0, 1)


def shade(x, amount, dimming, generator):
    """Dim the ink and lighten the paper, in patches."""
    field = torch.rand(len(x), 1, 4, 4, generator=generator, dtype=x.dtype, device=x.device)
    field = F.interpolate(field, x.shape[2:], mode="bilinear", align_corners=True)
    return x * (1 - amount * dimming) + amount * field


def add_noise(x, amount, generator):
    """Add normal noise, and set a share of the pixels to black or white."""
    options = {"generator": generator, "dtype": x.dtype, "device": x.device}
    x = x + amount * torch.randn(x.shape, **options)
    chance = torch.rand(x.shape, **options)
    hit = chance < amount / 2
    return torch.where(hit, (chance < amount / 4).to(x), x)
