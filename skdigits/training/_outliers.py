"""Images that belong to no class, made of images that do."""

import torch
from torch.nn import functional as F


def make_outliers(images, generator):
    """Return one outlier for each of the images of shape (n, 1, h, w).

    There are four kinds, a quarter each: two images side by side; the lower half of one above the
    upper half of another; two on top of each other, one of them upside down; and the pixels of an
    image in random order. Every fourth of the last kind is blank instead, with the value of one
    pixel.
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
