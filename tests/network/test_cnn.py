"""The network: shapes, weights, and batch normalisation that counts them."""

import pytest
import torch

from skdigits.network._cnn import BatchNorm, DigitCNN

SIZES = {
    "patch_size": 1,
    "filters": (4,),
    "kernel_size": 3,
    "hidden_layer_sizes": (5,),
    "knows_outliers": False,
}


def digit_cnn(image_shape=(8, 8), n_classes=3, **sizes):
    """Return an untrained network."""
    network = DigitCNN(image_shape, n_classes, **SIZES | sizes)
    network.initialize(torch.Generator().manual_seed(0), 0.5, 2.0)
    return network


@pytest.mark.parametrize("image_shape", [(28, 28), (8, 8), (1, 1), (2, 2), (1, 50), (31, 7)])
@pytest.mark.parametrize("filters", [(), (4,), (4, 4, 4, 4, 4, 4), ((4, 4), 4, (4, 4, 4))])
@pytest.mark.parametrize("patch_size", [1, 2, 3])
@pytest.mark.parametrize("hidden_layer_sizes", [(), (5, 6)])
def test_any_image_shape_and_size_gives_logits(
    image_shape, filters, patch_size, hidden_layer_sizes
):
    network = digit_cnn(
        image_shape,
        filters=filters,
        patch_size=patch_size,
        kernel_size=5,
        hidden_layer_sizes=hidden_layer_sizes,
    )
    pixels = torch.zeros(2, 1, *image_shape)
    assert network.outputs(pixels).shape == (2, 3)
    assert network(pixels).shape == network.eval()(pixels).shape == (2, 3)


def test_the_logit_of_outliers_is_taken_off_the_energy_of_the_classes():
    network = digit_cnn(knows_outliers=True).eval()
    pixels = torch.rand(2, 1, 8, 8)
    with torch.no_grad():
        network.network.output.bias.copy_(torch.tensor([0.0, 1.0, 2.0, 3.0]))
        logits = network.outputs(pixels)
        assert network(pixels).shape == (2, 3)
        torch.testing.assert_close(network(pixels), logits[:, :3])
        torch.testing.assert_close(network.typical(pixels), logits[:, :3].logsumexp(1) - 3)


@pytest.mark.parametrize(
    ("sizes", "n_inputs"),
    [
        ({"patch_size": 2, "filters": (32, (64, 64))}, 64 * 2 * 2),  # 14, 12, 6, 4, 2
        ({"patch_size": 1, "filters": ((8, 8), (8, 8), 8)}, 8 * 2 * 2),  # 26, 24, 12, 10, 8, 4, 2
        ({"patch_size": 1, "filters": (8, 8, 8, 8)}, 8 * 3 * 3),  # padded: 28, 14, 7, 3
    ],
)
def test_convolutions_are_padded_only_where_nothing_would_be_left(sizes, n_inputs):
    network = digit_cnn((28, 28), **sizes).network
    assert network.hidden[0].in_features == n_inputs


def test_patches_see_every_pixel():
    network = digit_cnn((7, 5), patch_size=3, filters=(4,)).eval()
    pixels = torch.rand(9, 1, 7, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    network(pixels).sum().backward()
    assert (pixels.grad != 0).any(0).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_folded_is_the_same(sign):
    network = digit_cnn((12, 12), filters=((4, 4), 4))
    for seed in range(3):
        network(torch.rand(9, 1, 12, 12, generator=torch.Generator().manual_seed(seed)))
    for module in network.modules():
        if isinstance(module, BatchNorm):
            torch.nn.init.constant_(module.weight[1:], sign * 0.7)
            torch.nn.init.constant_(module.bias, 0.1)
    pixels = torch.rand(5, 1, 12, 12, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(network.folded()(pixels), network.eval()(pixels))


def test_initial_weights_come_from_the_generator():
    states = []
    network = digit_cnn()
    for seed in (0, 0, 1):
        network.initialize(torch.Generator().manual_seed(seed), 0.5, 2.0)
        states.append(
            torch.cat([value.flatten().double() for value in network.state_dict().values()])
        )
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


def test_pixels_are_standardised():
    network = digit_cnn().eval()
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


def test_logits_and_typical_are_both_from_one_pass():
    network = digit_cnn().eval()
    pixels = torch.rand(5, 1, 8, 8)
    passes = []
    network.network.convolutions[0].register_forward_hook(lambda *_: passes.append(1))
    logits, typical = network.logits_and_typical(pixels)
    assert len(passes) == 1
    assert torch.equal(logits, network(pixels))
    assert torch.equal(typical, network.typical(pixels))


def test_a_single_value_is_normalised_to_the_bias():
    norm = BatchNorm(2)
    norm.bias.data = torch.tensor([1.0, -1.0])
    result = norm(torch.tensor([[[[5.0]], [[7.0]]]]))
    assert result.flatten().tolist() == [1, -1]
