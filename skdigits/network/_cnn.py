"""The convolutional network."""

import copy

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from skdigits.network._batch_norm import BatchNorm
from skdigits.network._layout import layout_of_digits
from skdigits.network._typicality import ATYPICAL, Typicality


class Convolution(nn.Module):
    """Convolution, max-pooling, batch normalisation, ReLU.

    Pooling comes before normalising: the result is nearly the same and three quarters of the work
    of the two elementwise layers is saved.

    Parameters
    ----------
    layer : Layer
    """

    def __init__(self, layer):
        super().__init__()
        self.conv = nn.Conv2d(
            layer.in_channels,
            layer.out_channels,
            layer.kernel_size,
            padding=layer.padding,
            bias=False,
        )
        self.pool = layer.pool
        self.norm: BatchNorm | None = BatchNorm(layer.out_channels)

    def forward(self, x, sample_weight=None):
        """Map (n, in_channels, h, w) to (n, out_channels, h', w')."""
        x = self.conv(x)
        x = max_pool(x, self.pool)
        x = x if self.norm is None else self.norm(x, sample_weight)
        # Methods of attribution hook into a network in eval mode, with gradients.
        return F.relu(x, inplace=self.training or not torch.is_grad_enabled())

    def fold(self):
        """Merge batch normalisation into the convolution, for prediction."""
        assert self.norm is not None
        # A negative weight would make the largest value of a window the least.
        if self.pool == (1, 1) or (self.norm.weight >= 0).all():
            self.conv, self.norm = fuse_conv_bn_eval(self.conv, self.norm), None


def max_pool(x, size):
    """Pool with a window of 1 or 2 pixels a side; without gradients, twice as fast as torch."""
    if torch.is_grad_enabled():
        return F.max_pool2d(x, size) if size != (1, 1) else x
    if size[0] == 2:
        x = torch.maximum(x[:, :, :-1:2], x[:, :, 1::2])
    if size[1] == 2:
        x = torch.maximum(x[..., :-1:2], x[..., 1::2])
    return x


class Network(nn.Module):
    """Blocks of convolutions with pooling between them, then a fully connected head.

    Parameters
    ----------
    image_shape : tuple of int
        As for `DigitCNN`.
    n_outputs : int
        Number of logits.
    **sizes
        The other parameters of `DigitCNN`.
    """

    def __init__(self, image_shape, n_outputs, **sizes):
        super().__init__()
        self.patch_size = sizes["patch_size"]
        self.edge, layers, units = layout_of_digits(image_shape, **sizes)
        self.convolutions = nn.ModuleList(map(Convolution, layers))
        self.hidden = nn.ModuleList(map(nn.Linear, units, units[1:]))
        self.output = nn.Linear(units[-1], n_outputs)

    def forward(self, x, sample_weight=None):
        """Map standardised pixels of shape (n, 1, h, w) to logits of shape (n, n_outputs)."""
        return self.output(self.features(x, sample_weight))

    def features(self, x, sample_weight=None):
        """Map standardised pixels of shape (n, 1, h, w) to features of shape (n, n_features)."""
        x = self.patches(x)
        for convolution in self.convolutions:
            x = convolution(x, sample_weight)  # (n, filters, h', w')
        x = x.flatten(1)  # (n, filters * h' * w')
        for layer in self.hidden:
            x = F.relu(layer(x))  # (n, units)
        return x

    def feature_maps(self, x):
        """Map standardised pixels of shape (n, 1, h, w) to what each convolution returns."""
        maps = [self.patches(x)]
        for convolution in self.convolutions:
            maps.append(convolution(maps[-1]))  # (n, filters, h', w')
        return maps[1:]

    def patches(self, x):
        """Turn each patch into one pixel with more channels, of shape (n, channels, h', w')."""
        if any(self.edge):
            x = F.pad(x, (0, self.edge[1], 0, self.edge[0]), mode="replicate")
        if self.patch_size == 1:
            return x
        # three times as fast as pixel_unshuffle, and channels_last
        steps = range(self.patch_size)
        pixels = [x[:, 0, i :: self.patch_size, j :: self.patch_size] for i in steps for j in steps]
        return torch.stack(pixels, dim=3).permute(0, 3, 1, 2)


class DigitCNN(nn.Module):
    """A network for pixels on any scale, with a temperature and a score of how typical images are.

    Parameters
    ----------
    image_shape : tuple of int
        ``(height, width)`` in pixels.
    n_classes : int
        Number of classes.
    knows_outliers : bool
        Whether there is an additional, last output for images that belong to no class.
    patch_size : int
        Side of the square patches, each of which becomes one pixel with more channels.
    filters : sequence of int or of sequences of int
        Number of filters of each convolution in each block; an int is a block of one convolution.
    kernel_size : int
        Side of the filters; odd.
    hidden_layer_sizes : sequence of int
        Units of each hidden layer of the head.
    """

    pixel_mean: torch.Tensor
    pixel_scale: torch.Tensor
    temperature: torch.Tensor
    least_typical: torch.Tensor

    def __init__(self, image_shape, n_classes, *, knows_outliers, **sizes):
        super().__init__()
        self.n_classes = n_classes
        self.register_buffer("pixel_mean", torch.zeros(()))
        self.register_buffer("pixel_scale", torch.ones(()))
        self.register_buffer("temperature", torch.ones(()))
        self.register_buffer("least_typical", torch.zeros(()))
        self.network = Network(image_shape, n_classes + knows_outliers, **sizes)
        self.typicality = Typicality(self.network.output.in_features, n_classes)

    def forward(self, x, sample_weight=None):
        """Map pixels of shape (n, 1, h, w), on any scale, to logits of shape (n, n_classes)."""
        return self.logits(self.outputs(x, sample_weight))

    def outputs(self, x, sample_weight=None):
        """Map pixels of shape (n, 1, h, w) to all outputs, as trained, of shape (n, n_outputs)."""
        return self.network(self.standardize(x), sample_weight)

    def standardize(self, x):
        """Standardise pixels on any scale, as the network needs them."""
        return (x - self.pixel_mean).to(self.pixel_mean.dtype).div_(self.pixel_scale)

    def logits(self, outputs):
        """Return the logits of the classes, divided by the temperature, of shape (n, n_classes)."""
        return outputs[:, : self.n_classes] / self.temperature

    def energy(self, outputs):
        """Return the logarithm of the odds of all classes together, against outliers.

        If the network knows no outliers, their logit counts as 0.
        """
        of_outliers = outputs[:, self.n_classes :] / self.temperature
        return self.logits(outputs).logsumexp(1) - of_outliers.sum(1)

    def features(self, x):
        """Map pixels of shape (n, 1, h, w) to features of shape (n, n_features)."""
        return self.network.features(self.standardize(x))

    def feature_maps(self, x):
        """Map pixels of shape (n, 1, h, w) to what each convolution returns."""
        return self.network.feature_maps(self.standardize(x))

    def typical(self, x):
        """Map pixels of shape (n, 1, h, w) to how typical they are, of shape (n,).

        This is their energy minus their distance from the nearest class.
        """
        return self.logits_and_typical(x)[1]

    def logits_and_typical(self, x):
        """Map pixels of shape (n, 1, h, w) to what `forward` and `typical` return, in one pass."""
        features = self.features(x)
        outputs = self.network.output(features)
        typical = self.energy(outputs) - self.typicality(features) - self.least_typical
        return self.logits(outputs), typical

    @torch.no_grad()
    def learn_typical(self, x, labels, weight, shown, outliers=None):
        """Learn what is typical from images of shape (n, 1, h, w).

        Energy and distance are scaled to the same spread, and then both together and the direction
        away from `outliers`. Scores are shifted so that 1 % of the images `shown`, which are the
        same images or distorted ones, are below 0. If there are outliers, half of the images are
        kept for this.
        """
        to_learn, to_judge = slice(None), slice(None)
        if outliers is not None:
            to_learn, to_judge = slice(0, None, 2), slice(1, None, 2)
        features, energy = self._features_and_energy(x[to_learn])
        learned_weight = weight[to_learn]
        self.typicality.learn(features, labels[to_learn], learned_weight)
        if (spread := spread_of(self.typicality(features), learned_weight)) > 0:
            self.typicality.scale_by(spread_of(energy, learned_weight) / spread)
        if outliers is not None:
            self._learn_direction(learned_weight, shown[to_learn], outliers)
        self.least_typical.zero_()
        scores = torch.cat([self.typical(part) for part in shown[to_judge].split(500)])
        ordered, order = scores.sort()
        judging = weight[to_judge]
        typical = judging[order].cumsum(0) / judging.sum() > ATYPICAL
        self.least_typical.copy_(ordered[typical][0])

    def _learn_direction(self, weight, shown, outliers):
        features, energy = self._features_and_energy(shown)
        before = self.typicality(features)
        self.typicality.learn_direction(features, weight, self._features_and_energy(outliers)[0])
        if (spread := spread_of(before - self.typicality(features), weight)) > 0:
            self.typicality.direction.mul_(spread_of(energy - before, weight) / spread)

    def _features_and_energy(self, x):
        features = torch.cat([self.features(part) for part in x.split(500)])
        return features, self.energy(self.network.output(features))

    def forget_typical(self):
        """Forget what is typical; only the energy remains."""
        self.least_typical.zero_()
        self.typicality.reset()

    def folded(self):
        """Return a copy for prediction: faster, and the same up to rounding."""
        network = copy.deepcopy(self).eval()
        for module in network.modules():
            if isinstance(module, Convolution):
                module.fold()
        return network.requires_grad_(False)

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
        self.temperature.fill_(1)
        self.forget_typical()
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.reset_parameters()
            elif isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        self.network.output.weight.mul_(0.1)
        self.network.output.weight[self.n_classes :] = 0


def spread_of(values, weight):
    """Return the weighted standard deviation of values."""
    share = weight / weight.sum()
    return (share * (values - share @ values).square()).sum().sqrt()
