"""Random distortion."""

import pytest
import torch

from skdigits.augmentation._warp import RandomWarp


def generator(seed=0):
    """Return a seeded generator."""
    return torch.Generator().manual_seed(seed)


def distort(images, *amounts, seed=0):
    """Distort images by largest amounts of rotation, translation, scaling, shear, perspective."""
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
    [(20, 0, 0, 0), (0, 0.2, 0, 0), (0, 0, 0.3, 0), (0, 0, 0, 20), (0, 0, 0, 0, 0.4)],
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
