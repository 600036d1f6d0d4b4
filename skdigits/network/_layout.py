"""The layers of a network, computed from its sizes without PyTorch."""

import math
from numbers import Integral
from typing import NamedTuple

HEIGHT = 32  # pixels of a line
STEP = 2  # columns of a line per step of the output


class Layer(NamedTuple):
    """A convolution.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, padding, pool : tuple of int
        ``(height, width)`` of its filters, of the padding at each edge, and of the pooling window
        after it.
    shape : tuple of int
        ``(height, width)`` of its output, before pooling.
    """

    in_channels: int
    out_channels: int
    kernel_size: tuple
    padding: tuple
    pool: tuple
    shape: tuple


class DigitLayout(NamedTuple):
    """The layers of a `DigitCNN`.

    Parameters
    ----------
    edge : tuple of int
        Rows and columns that are added so that patches cover the image.
    layers : list of Layer
    units : list of int
        Number of inputs of each layer of the head. The first is the number of values that the
        convolutions return.
    """

    edge: tuple
    layers: list
    units: list


def layout_of_digits(image_shape, *, patch_size, filters, kernel_size, hidden_layer_sizes):
    """Return the `DigitLayout` for parameters of a `DigitCNN`."""
    edge = tuple(-side % patch_size for side in image_shape)
    patches = [math.ceil(side / patch_size) for side in image_shape]
    blocks = [(block,) if isinstance(block, Integral) else tuple(block) for block in filters]
    padding = 0
    if min(_sides(patches, blocks, kernel_size - 1)[-1]) < 1:
        padding = kernel_size // 2
    lost = kernel_size - 1 - 2 * padding
    sides = _sides(patches, blocks, lost)
    layers, channels = [], patch_size**2
    for i, block in enumerate(blocks):
        for j, n_filters in enumerate(block, start=1):
            ends = j == len(block) and i + 1 < len(blocks)
            layers.append(
                Layer(
                    channels,
                    n_filters,
                    kernel_size=(kernel_size, kernel_size),
                    padding=(padding, padding),
                    pool=tuple(min(2, side) for side in sides[i]) if ends else (1, 1),
                    shape=tuple(side + lost * (len(block) - j) for side in sides[i]),
                )
            )
            channels = n_filters
    return DigitLayout(edge, layers, [channels * math.prod(sides[-1]), *hidden_layer_sizes])


def _sides(sides, blocks, lost):
    """Return height and width after each block, before pooling; each convolution loses pixels."""
    result = [sides]
    for i, block in enumerate(blocks):
        if i:
            sides = [side // min(2, max(side, 1)) for side in sides]
        sides = [side - lost * len(block) for side in sides]
        result.append(sides)
    return result[1:] or result


def layout_of_lines(n_symbols, filters, context, width):
    """Return the convolutions of a `LineCNN`, for lines of this width; the last is the output.

    Parameters
    ----------
    n_symbols, filters, context
        As for `LineCNN`.
    width : int

    Returns
    -------
    layers : list of Layer
    """
    layers, channels = [], STEP**2
    height, n_steps = HEIGHT // STEP, width // STEP
    for block in filters:
        for j, n_filters in enumerate(block, start=1):
            pool = (2, 1) if j == len(block) else (1, 1)
            layers.append(Layer(channels, n_filters, (3, 3), (1, 1), pool, (height, n_steps)))
            channels = n_filters
        height //= 2
    for n_filters in context:
        size, padding = ((1, 5), (0, 2)) if height == 1 else ((height, 3), (0, 1))
        layers.append(Layer(channels, n_filters, size, padding, (1, 1), (1, n_steps)))
        channels, height = n_filters, 1
    return [*layers, Layer(channels, n_symbols, (height, 1), (0, 0), (1, 1), (1, n_steps))]
