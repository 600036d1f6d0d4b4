"""The convolutional network."""

import torch
from torch import nn
from torch.nn import functional as F


class BatchNorm(nn.BatchNorm2d):
    """Batch normalisation in which a sample counts as often as its weight says.

    The statistics for prediction are the mean of the first ten batches', then a moving mean.

    References
    ----------
    Ioffe & Szegedy, "Batch Normalization", ICML 2015.
    """

    momentum: float
    running_mean: torch.Tensor
    running_var: torch.Tensor
    num_batches_tracked: torch.Tensor

    def forward(self, x, sample_weight=None):
        """Normalise `x` of shape (n, c, h, w); `sample_weight` has shape (n,)."""
        if self.training:
            self.momentum = max(0.1, 1 / (1 + int(self.num_batches_tracked)))
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


class Block(nn.Module):
    """Convolution, max-pooling, batch normalisation, ReLU.

    Pooling comes before normalising: the result is nearly the same and three quarters of the work
    of the two elementwise layers is saved. A side of one pixel is not pooled further.
    """

    def __init__(self, in_channels, out_channels, kernel_size, pool):
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False
        )
        self.pool = nn.MaxPool2d(pool)
        self.norm = BatchNorm(out_channels)

    def forward(self, x, sample_weight=None):
        """Map (n, in_channels, h, w) to (n, out_channels, h // pool, w // pool)."""
        return F.relu(self.norm(self.pool(self.conv(x)), sample_weight))


class DigitCNN(nn.Module):
    """Blocks of convolution and pooling, then a fully connected head; returns logits.

    Parameters
    ----------
    image_shape : tuple of int
        ``(height, width)`` in pixels.
    n_classes : int
        Number of logits.
    filters : sequence of int
        Filters of each block.
    kernel_size : int
        Side of the filters in pixels, odd.
    hidden_layer_sizes : sequence of int
        Units of each hidden layer of the head.
    """

    pixel_mean: torch.Tensor
    pixel_scale: torch.Tensor

    def __init__(self, image_shape, n_classes, *, filters, kernel_size, hidden_layer_sizes):
        super().__init__()
        self.register_buffer("pixel_mean", torch.zeros(()))
        self.register_buffer("pixel_scale", torch.ones(()))
        height, width = image_shape
        blocks, channels = [], 1
        for n_filters in filters:
            pool = (min(2, height), min(2, width))
            blocks.append(Block(channels, n_filters, kernel_size, pool))
            channels, height, width = n_filters, height // pool[0], width // pool[1]
        self.blocks = nn.ModuleList(blocks)
        sizes = [channels * height * width, *hidden_layer_sizes]
        self.hidden = nn.ModuleList(map(nn.Linear, sizes, sizes[1:]))
        self.output = nn.Linear(sizes[-1], n_classes)

    def forward(self, x, sample_weight=None):
        """Map pixels of shape (n, 1, h, w), on any scale, to logits of shape (n, n_classes)."""
        dtype = self.output.weight.dtype
        x = (x.to(dtype) - self.pixel_mean) / self.pixel_scale
        for block in self.blocks:
            x = block(x, sample_weight)  # (n, filters, h / 2, w / 2)
        x = x.flatten(1)  # (n, filters * h * w)
        for layer in self.hidden:
            x = F.relu(layer(x))  # (n, units)
        return self.output(x)  # (n, n_classes)

    @torch.no_grad()
    def initialize(self, generator, pixel_mean, pixel_scale):
        """Draw all weights from `generator`: He-normal, and a small output layer.

        Pixels will be standardised by `pixel_mean` and `pixel_scale`.

        References
        ----------
        He et al., "Delving Deep into Rectifiers", ICCV 2015.
        """
        self.pixel_mean.fill_(pixel_mean)
        self.pixel_scale.fill_(pixel_scale)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.reset_parameters()
            elif isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        self.output.weight.mul_(0.1)
