"""Random distortion."""

import pytest
import torch

from skdigits.augmentation._warp import RandomWarp


def generator(seed=0):
    """Return a seeded generator."""
    return torch.Generator().manual_seed(seed)


def distort(images, *amounts, seed=0):
    """Distort images by largest amounts of rotation, translation, scaling, shear and so on."""
    warp = RandomWarp(*map(float, amounts))
    return warp(images, warp.draw(len(images), images.shape[2:], generator(seed)))


def square(height=21, width=21):
    """Return ten images of a square in the middle."""
    images = torch.zeros(10, 1, height, width)
    images[:, :, height // 2 - 3 : height // 2 + 4, width // 2 - 3 : width // 2 + 4] = 1
    return images


def test_nothing_is_distorted_by_nothing():
    images = torch.rand(5, 1, 9, 7)
    torch.testing.assert_close(distort(images, 0, 0, 0, 0), images)


@pytest.mark.parametrize(
    "amounts",
    [
        (20, 0, 0, 0),
        (0, 0.2, 0, 0),
        (0, 0, 0.3, 0),
        (0, 0, 0, 20),
        (0, 0, 0, 0, 0.4),
        (0, 0, 0, 0, 0, 0.05),
    ],
)
def test_each_amount_changes_each_image_in_a_way_of_its_own(amounts):
    images = square()
    distorted = distort(images, *amounts)
    assert all(not torch.equal(new, old) for new, old in zip(distorted, images, strict=True))
    assert len({tuple(image.flatten().tolist()) for image in distorted}) == len(images)


def test_a_seed_gives_the_same_images():
    first, again, other = (distort(square(), 10, 0.1, 0.1, 5, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("shape", [(21, 21), (21, 41)])
def test_translation_is_a_share_of_the_side(shape):
    images = square(*shape)
    distorted = distort(images, 0, 0.2, 0, 0)
    for axis, side in ((2, shape[0]), (3, shape[1])):
        position = torch.arange(side).float()
        centre = distorted.sum(5 - axis)[:, 0] @ position / distorted.sum((1, 2, 3))
        assert (centre - side // 2).abs().max() <= 0.2 * side + 0.5
        assert (centre - side // 2).abs().max() > 0.05 * side


def test_rotation_keeps_right_angles_in_a_wide_image():
    images = square(21, 41)
    distorted = distort(images, 45, 0, 0, 0)
    torch.testing.assert_close(distorted.sum((1, 2, 3)), images.sum((1, 2, 3)), rtol=0.05, atol=0)


def test_pixels_from_outside_repeat_the_border():
    light = torch.full((10, 1, 9, 9), 7.0)
    torch.testing.assert_close(distort(light, 30, 0.3, 0.3, 10), light)


def test_perspective_makes_one_side_larger_and_keeps_the_middle():
    image = torch.zeros(1, 1, 41, 41)
    image[:, :, 10:31, 10:31] = 1  # a square reaches half-way to the edges
    tilt = torch.tensor([[1.0, 0, 0, 0, 1, 0, 0.2, 0]])
    tilted = RandomWarp(0.0, 0.0, 0.0, 0.0, 0.3)(image, tilt)[0, 0]
    left, right = (tilted[:, column].sum() for column in (11, 29))
    assert left < 20 < 22 < right
    assert tilted[20, 20] == 1


def test_elastic_moves_pixels_smoothly_by_a_share_of_the_side():
    height, width = 40, 80
    rows, columns = torch.meshgrid(torch.arange(40.0), torch.arange(80.0), indexing="ij")
    images = torch.stack([rows, columns]).expand(300, 2, height, width).reshape(600, 1, height, -1)
    warp = RandomWarp(0.0, 0.0, 0.0, 0.0, elastic=0.05)
    maps = warp.draw(300, (height, width), generator())
    assert maps.shape == (300, warp.n_draws)
    moved = warp(images, maps.repeat_interleave(2, dim=0)) - images
    inner = moved[:, 0, 10:-10, 20:-20].view(300, 2, 20, 40)
    spread = inner.flatten(2).std(2, correction=0).square() + inner.flatten(2).mean(2).square()
    # Amounts are uniform from 0 to 0.05: their mean square is a third; between knots it is less.
    expected = torch.tensor([height, width]) * 0.05 / 3**0.5
    assert (spread.mean(0).sqrt() / expected > 0.6).all()
    assert (spread.mean(0).sqrt() / expected < 1.1).all()
    assert inner.diff(dim=3).abs().max() < 3
    assert inner.diff(dim=2).abs().max() < 3
