"""Batch normalisation of weighted samples."""

import torch
from torch import nn


class BatchNorm(nn.BatchNorm2d):
    """Batch normalisation in which each sample counts as often as its weight says.

    The statistics for prediction are the mean over the first ten batches, then a moving mean.

    References
    ----------
    Ioffe & Szegedy, "Batch Normalization", ICML 2015.
    """

    momentum: float
    running_mean: torch.Tensor
    running_var: torch.Tensor
    num_batches_tracked: torch.Tensor

    def reset_running_stats(self):
        """Forget the statistics."""
        super().reset_running_stats()
        self.momentum = 1.0

    def forward(self, x, sample_weight=None):
        """Normalise `x` of shape (n, c, h, w); `sample_weight` has shape (n,)."""
        if self.training and self.momentum > 0.1:  # later, nothing is read from the device
            self.momentum = max(0.1, 1 / (1 + int(self.num_batches_tracked)))
        if sample_weight is None and self.training and x[:, 0].numel() == 1:
            sample_weight = self.weight.new_ones(1)  # torch refuses to normalise a single value
        if not self.training or sample_weight is None:
            return super().forward(x)
        share = (sample_weight / sample_weight.sum() / x[0, 0].numel()).view(-1, 1, 1, 1)
        mean = (x * share).sum((0, 2, 3), keepdim=True)
        variance = ((x - mean).square() * share).sum((0, 2, 3), keepdim=True)
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean.flatten(), self.momentum)
            self.running_var.lerp_(variance.flatten(), self.momentum)
        scale = self.weight.view(1, -1, 1, 1) * (variance + self.eps).rsqrt()
        return (x - mean) * scale + self.bias.view(1, -1, 1, 1)
