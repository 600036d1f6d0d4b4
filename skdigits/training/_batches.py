"""Images on the device, and batches of them."""

import copy
import math

import numpy as np
import torch
from skorch.dataset import Dataset

from skdigits.training._samples import OUTLIER

DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.float32}
"""Dtype of weights and pixels, by precision."""

DISTORTED_TOGETHER = 2**18
"""About how many pixels are distorted at once: several small batches take the time of one."""


def as_tensor(images, dtype):
    """Copy an array of shape (n, h, w) to a tensor of shape (n, 1, h, w); bytes stay bytes."""
    kept = "uint8" if images.dtype.name in ("uint8", "bool") else str(dtype).removeprefix("torch.")
    images = np.ascontiguousarray(images.astype(kept, copy=False))  # no negative strides
    return torch.tensor(images).unsqueeze(1)


class ResidentImages(Dataset):
    """Images, labels and, if they differ, weights, all on the device.

    `X`, which the net predicts, and `y` are for skorch's callbacks.

    Parameters
    ----------
    samples : Samples
        Weights are scaled to a mean of 1, so that the mean loss is the weighted mean.
    precision, device : str
    """

    def __init__(self, samples, precision, device):
        dtype, weight = DTYPES[precision], samples.weight
        if weight is None and precision == "float64":
            weight = np.ones(len(samples.y))  # the same arithmetic, weighted or not
        self.images = as_tensor(samples.images, dtype).to(device)
        self.labels = torch.tensor(samples.y, dtype=torch.int64, device=device)
        self.sample_weight = None
        if weight is not None:
            weight = weight / weight.mean()
            self.sample_weight = torch.tensor(weight, dtype=dtype, device=device)
        self.is_outlier = self.labels == OUTLIER if samples.is_outlier.any() else None

    def __len__(self):
        return len(self.labels)

    def known(self):
        """Return the images of the classes, without outliers."""
        if self.is_outlier is None:
            return self
        known, rows = copy.copy(self), ~self.is_outlier
        known.images, known.labels, known.is_outlier = self.images[rows], self.labels[rows], None
        if self.sample_weight is not None:
            known.sample_weight = self.sample_weight[rows]
        return known

    @property
    def X(self):
        """The input of predictions: the whole data set."""
        return self

    @property
    def y(self):
        """The labels as an array."""
        return self.labels.cpu().numpy()


class Batches:
    """Batches of nearly equal size, in a new order for each iteration.

    Parameters
    ----------
    dataset : ResidentImages
    batch_size : int
        Largest number of images in a batch.
    generator : torch.Generator or None, default=None
        Source of order and distortion; None keeps the order.
    distort : RandomDistortion or None, default=None
        Draws how the images of an epoch are distorted.
    """

    def __init__(self, dataset, batch_size, generator=None, distort=None):
        self.dataset = dataset
        self.n_batches = math.ceil(len(dataset) / batch_size)
        self.generator = generator
        self.distort = distort

    def __len__(self):
        return self.n_batches

    def __iter__(self):
        data, device = self.dataset, self.dataset.labels.device
        order = torch.arange(len(data))
        if self.generator is not None and self.n_batches > 1:
            order = torch.randperm(len(data), generator=self.generator)
        parts = order.to(device).tensor_split(self.n_batches)
        for rows, images in zip(parts, self._images(parts), strict=True):
            inputs = {"x": images.contiguous(memory_format=torch.channels_last)}
            if data.sample_weight is not None:
                inputs["sample_weight"] = data.sample_weight.index_select(0, rows)
            if data.is_outlier is not None:
                inputs["is_outlier"] = data.is_outlier.index_select(0, rows)
            yield inputs, data.labels.index_select(0, rows)

    def _images(self, parts):
        """Yield the images of each batch, distorted."""
        images = self.dataset.images
        if self.distort is None:
            yield from (images.index_select(0, rows) for rows in parts)
            return
        dtype = images.dtype if images.is_floating_point() else torch.float32
        draws = self.distort.draw(len(images), images.shape[2:], self.generator).to(images.device)
        draws = draws.tensor_split(self.n_batches)
        n_together = max(1, DISTORTED_TOGETHER // (len(parts[0]) * images[0].numel()))
        for start in range(0, self.n_batches, n_together):
            some = slice(start, start + n_together)
            pixels = images.index_select(0, torch.cat(parts[some])).to(dtype)
            distorted = self.distort(pixels, torch.cat(draws[some]))
            yield from distorted.split([len(rows) for rows in parts[some]])
