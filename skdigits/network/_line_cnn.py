"""The convolutional network that reads a line of digits."""

import copy
from typing import cast

import torch
from torch import nn

from skdigits.network._batch_norm import BatchNorm
from skdigits.network._cnn import Convolution
from skdigits.network._layout import STEP, layout_of_lines


class LineCNN(nn.Module):
    """Convolutions over a line of handwriting, with the logits of one step per two columns.

    Parameters
    ----------
    n_symbols : int
        Number of logits. The first is that of CTC's blank, which stands for no symbol.
    filters : tuple of tuple of int
        Filters of each of three blocks. After each, the height is halved.
    context : tuple of int
        Filters of the convolutions along the line, after the blocks.

    References
    ----------
    Graves et al., "Connectionist Temporal Classification", ICML 2006.
    """

    temperature: torch.Tensor

    def __init__(self, n_symbols, filters, context):
        super().__init__()
        self.register_buffer("temperature", torch.ones(()))
        *layers, output = layout_of_lines(n_symbols, filters, context, STEP)
        self.convolutions = nn.ModuleList(map(Convolution, layers))
        self.output = nn.Conv2d(output.in_channels, n_symbols, output.kernel_size)

    def forward(self, x):
        """Map bytes of shape (n, 1, 32, w), w even, to logits of shape (n, w / 2, n_symbols)."""
        x = x.to(self.temperature.dtype) / 128 - 0.5
        pixels = [x[:, 0, i::STEP, j::STEP] for i in range(STEP) for j in range(STEP)]
        x = torch.stack(pixels, dim=3).permute(0, 3, 1, 2)  # (n, 4, 16, w / 2)
        for convolution in self.convolutions:
            x = convolution(x)
        return self.output(x)[:, :, 0].transpose(1, 2) / self.temperature

    def folded(self):
        """Return a copy for prediction: faster, and the same up to rounding."""
        network = copy.deepcopy(self).eval()
        for module in network.modules():
            if isinstance(module, Convolution):
                module.fold()
        return network.requires_grad_(False)

    @torch.no_grad()
    def initialize(self, generator):
        """Draw all weights from `generator`: He-normal, and a small output layer."""
        self.temperature.fill_(1)
        for module in self.modules():
            if isinstance(module, BatchNorm):
                module.reset_parameters()
            elif isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
        cast(torch.Tensor, self.output.bias).zero_()
        self.output.weight.mul_(0.1)
