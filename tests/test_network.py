"""The network: shapes, weights, and batch normalisation that counts them."""

import pytest
import torch

from skdigits._network import BatchNorm, DigitCNN


@pytest.mark.parametrize("image_shape", [(28, 28), (8, 8), (1, 1), (2, 2), (1, 50), (31, 7)])
@pytest.mark.parametrize("filters", [(), (4,), (4, 4, 4, 4, 4, 4)])
@pytest.mark.parametrize("hidden_layer_sizes", [(), (5, 6)])
def test_any_image_shape_and_size_gives_logits(image_shape, filters, hidden_layer_sizes):
    network = DigitCNN(
        image_shape, 3, filters=filters, kernel_size=5, hidden_layer_sizes=hidden_layer_sizes
    )
    assert network(torch.zeros(2, 1, *image_shape)).shape == (2, 3)


def test_initial_weights_come_from_the_generator():
    states = []
    for seed in (0, 0, 1):
        network = DigitCNN((8, 8), 3, filters=(4,), kernel_size=3, hidden_layer_sizes=(5,))
        network.initialize(torch.Generator().manual_seed(seed), 0.5, 2.0)
        states.append(
            torch.cat([value.flatten().double() for value in network.state_dict().values()])
        )
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


def test_pixels_are_standardised():
    network = DigitCNN((8, 8), 3, filters=(4,), kernel_size=3, hidden_layer_sizes=(5,)).eval()
    network.initialize(torch.Generator().manual_seed(0), 0.0, 1.0)
    pixels = torch.rand(2, 1, 8, 8)
    expected = network(pixels)
    network.initialize(torch.Generator().manual_seed(0), 100.0, 50.0)
    torch.testing.assert_close(network(pixels * 50 + 100), expected, atol=1e-4, rtol=1e-4)


def test_batch_normalisation_counts_weights():
    x = torch.arange(48, dtype=torch.float64).view(4, 3, 2, 2).sin()
    weight = torch.tensor([1, 3, 0, 2])
    weighted, repeated = BatchNorm(3).double(), BatchNorm(3).double()
    result = weighted(x, weight.double())
    expected = repeated(x.repeat_interleave(weight, 0))
    torch.testing.assert_close(result.repeat_interleave(weight, 0), expected)
    torch.testing.assert_close(weighted.running_mean, repeated.running_mean)


def test_the_first_batches_statistics_count_in_full():
    norm = BatchNorm(1)
    norm(torch.tensor([2.0, 4.0]).view(2, 1, 1, 1))
    assert norm.running_mean.item() == 3
    norm(torch.tensor([6.0, 8.0]).view(2, 1, 1, 1))
    assert norm.running_mean.item() == 5
