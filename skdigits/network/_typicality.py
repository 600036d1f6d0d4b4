"""How typical an image is of those that a network was trained on."""

import torch
from torch import nn
from torch.nn import functional as F

N_AXES = 16  # model files hold so many
SHRINKAGE = 0.1
ATYPICAL = 0.01


class Typicality(nn.Module):
    """Distance from the nearest class, among a network's features of length 1.

    It is Mahalanobis's, under what varies within the classes: along the axes in which they vary
    most, and by the mean variance in all others. Before `learn` all distances are 0.

    Parameters
    ----------
    n_features, n_classes : int

    References
    ----------
    Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples and
    Adversarial Attacks", NeurIPS 2018; Mueller & Hein, "Mahalanobis++: Improving OOD Detection via
    Feature Normalization", ICML 2025.
    """

    means: torch.Tensor
    axes: torch.Tensor
    tightness: torch.Tensor

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.register_buffer("means", torch.zeros(n_classes, n_features))
        self.register_buffer("axes", torch.zeros(n_features, min(N_AXES, n_features)))
        self.register_buffer("tightness", torch.zeros(()))

    def forward(self, features):
        """Map features of shape (n, n_features) to distances of shape (n,)."""
        unit = F.normalize(features)
        squared = torch.stack([self._squared_length(unit - mean) for mean in self.means])
        return squared.amin(0).clamp_min(0).sqrt()

    def _squared_length(self, offsets):
        return self.tightness * offsets.square().sum(1) - (offsets @ self.axes).square().sum(1)

    @torch.no_grad()
    def learn(self, features, labels, weight):
        """Learn from features of shape (n, n_features); labels and weight have shape (n,)."""
        self.reset()
        unit = F.normalize(features.cpu().double())  # not every device has float64
        labels, share = labels.cpu(), (weight / weight.sum()).to(unit)
        members = F.one_hot(labels, len(self.means)) * share[:, None]
        means = members.T @ unit / members.sum(0).clamp_min(1e-12)[:, None]
        within = (unit - means[labels]) * share.sqrt()[:, None]
        variances, axes = torch.linalg.eigh(within.T @ within)  # the largest last
        least = SHRINKAGE * variances.mean()
        n_axes = self.axes.shape[1]
        others = variances[:-n_axes].mean() if len(variances) > n_axes else variances[0]
        if others + least <= 1e-12:
            return
        along = variances[-n_axes:].clamp_min(others) + least
        self.means.copy_(means)
        self.tightness.fill_(1 / (others + least))
        self.axes.copy_(axes[:, -n_axes:] * (1 / (others + least) - 1 / along).sqrt())

    def scale_by(self, factor):
        """Multiply all distances by a factor."""
        self.tightness.mul_(factor**2)
        self.axes.mul_(factor)

    def reset(self):
        """Make all distances 0."""
        for buffer in self.buffers():
            buffer.zero_()
