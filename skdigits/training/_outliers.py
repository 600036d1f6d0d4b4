"""Images that are none of the classes, made of those that are."""

import torch
from torch.nn import functional as F


def make_outliers(images, generator):
    """Return as many images of shape (n, 1, h, w) that look like nothing in particular.

    A quarter each are two images side by side, the lower half of one above the upper half of
    another, two on top of one another of which one is upside down, and noise of their pixels, every
    fourth of these blank, of the level of one of its pixels.
    """
    n, _, height, width = images.shape
    others = images[torch.randperm(n, generator=generator).to(images.device)]
    parts = zip(images.tensor_split(4), others.tensor_split(4), strict=True)
    (a, b), (c, d), (e, f), (g, _) = parts
    half = F.interpolate(torch.cat([a, b]), (height, -(-width // 2)), mode="area")
    pairs = torch.cat(half.split([len(a), len(b)]), dim=3)[..., :width]
    middle = height // 2
    swapped = torch.cat([c[:, :, middle:], d[:, :, :middle]], dim=2)
    paper = images.mean()
    f = f.flip((2, 3))
    crossed = torch.where((e - paper).abs() > (f - paper).abs(), e, f)
    order = torch.rand(len(g), height * width, generator=generator, dtype=torch.float32).argsort(1)
    noise = g.flatten(1).gather(1, order.to(g.device)).view_as(g)
    noise[::4] = noise[::4, :, :1, :1]
    return torch.cat([pairs, swapped, crossed, noise])
