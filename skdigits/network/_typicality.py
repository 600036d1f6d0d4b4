"""How typical an image is of those that a network was trained on."""

import torch
from torch import nn
from torch.nn import functional as F

from skdigits.network._cost import N_AXES

SHRINKAGE = 0.1
N_EXACT = 512  # features; with more, the axes are found by a search
ATYPICAL = 0.01


class Typicality(nn.Module):
    """Distance of a network's features, scaled to length 1, from typical ones.

    It is the Mahalanobis distance from the nearest class, with the variance within the classes:
    that of each axis for the axes along which they vary most, and the mean variance for all others.
    The position along the direction that separates features from those of outliers is subtracted.
    Before `learn`, all distances are 0.

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
    direction: torch.Tensor

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.register_buffer("means", torch.zeros(n_classes, n_features))
        self.register_buffer("axes", torch.zeros(n_features, min(N_AXES, n_features)))
        self.register_buffer("tightness", torch.zeros(()))
        self.register_buffer("direction", torch.zeros(n_features))

    def forward(self, features):
        """Map features of shape (n, n_features) to distances of shape (n,)."""
        unit = F.normalize(features)
        squared = torch.stack([self._squared_length(unit - mean) for mean in self.means])
        return squared.amin(0).clamp_min(0).sqrt() - unit @ self.direction

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
        n_features, n_axes = self.axes.shape
        along, axes = principal_axes(within, n_axes)
        total = within.square().sum()  # of the variances along all axes
        least = SHRINKAGE * total / n_features
        n_others = n_features - n_axes
        others = (total - along.sum()).clamp_min(0) / n_others if n_others else along[-1]
        if others + least <= 1e-12:
            return
        along = along.clamp_min(others) + least
        self.means.copy_(means)
        self.tightness.fill_(1 / (others + least))
        self.axes.copy_(axes * (1 / (others + least) - 1 / along).sqrt())

    @torch.no_grad()
    def learn_direction(self, features, weight, outliers):
        """Learn what separates features (n, n_features) from outliers, by ridge regression.

        The targets are 1 for the features and -1 for the outliers; both have the same total weight.
        """
        self.direction.zero_()
        unit = F.normalize(torch.cat([features, outliers]).cpu().double())
        share = torch.cat(
            [weight / weight.sum(), weight.new_full((len(outliers),), 1 / len(outliers))]
        )
        share = share.cpu().to(unit)
        sides = torch.where(torch.arange(len(unit)) < len(features), 1, -1).to(unit)
        roots = share.sqrt()
        rows, targets = (unit - (share / 2) @ unit) * roots[:, None], sides * roots
        is_wide = rows.shape[1] > len(rows)
        products = rows @ rows.T if is_wide else rows.T @ rows  # the smaller of the two
        shrinkage = SHRINKAGE * products.trace() / rows.shape[1]
        if shrinkage <= 1e-12:
            return
        products.diagonal().add_(shrinkage)
        if is_wide:
            direction = rows.T @ torch.linalg.solve(products, targets)
        else:
            direction = torch.linalg.solve(products, rows.T @ targets)
        self.direction.copy_(direction)

    def scale_by(self, factor):
        """Multiply the distances from the classes by a factor."""
        self.tightness.mul_(factor**2)
        self.axes.mul_(factor)

    def reset(self):
        """Make all distances 0."""
        for buffer in self.buffers():
            buffer.zero_()


def principal_axes(rows, n_axes, n_extra=16, n_rounds=4):
    """Return the largest variances of rows around 0, summed over the rows, and their axes.

    For few features, they are exact. For many, a randomised search finds them: its cost grows with
    the number of features, not with its cube.

    Parameters
    ----------
    rows : Tensor of shape (n, n_features)
    n_axes : int
    n_extra, n_rounds : int
        Number of additional axes in the search, and of its rounds.

    Returns
    -------
    variances : Tensor of shape (n_axes,)
        The largest first.
    axes : Tensor of shape (n_features, n_axes)

    References
    ----------
    Halko, Martinsson & Tropp, "Finding Structure with Randomness", SIAM Review 2011.
    """
    n_features = rows.shape[1]
    if n_features <= N_EXACT:
        variances, axes = torch.linalg.eigh(rows.T @ rows)  # the largest last
        return variances.flip(0)[:n_axes], axes.flip(1)[:, :n_axes]
    generator = torch.Generator().manual_seed(0)
    search = torch.randn(n_features, n_axes + n_extra, generator=generator, dtype=rows.dtype)
    for _ in range(n_rounds):
        search, _ = torch.linalg.qr(rows.T @ (rows @ search))
    variances, within = torch.linalg.eigh((rows @ search).T @ (rows @ search))
    return variances.flip(0)[:n_axes], search @ within.flip(1)[:, :n_axes]
