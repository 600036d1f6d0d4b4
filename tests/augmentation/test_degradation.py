"""Random degradation."""

import pytest
import torch
from torch.nn import functional as F

from skdigits import CNNDigitClassifier, Distortion
from skdigits.augmentation._degradation import RandomDegradation
from skdigits.augmentation._random import RandomDistortion
from skdigits.augmentation._warp import RandomWarp

AMOUNTS = {
    "stroke_width": 2.0,
    "blur": 2.0,
    "contrast": 5.0,
    "shading": 0.6,
    "noise": 0.3,
    "occlusion": 3.0,
    "border": 0.4,
}


def degrade(images, seed=0, **amounts):
    """Degrade images by largest amounts."""
    degradation = RandomDegradation(**dict.fromkeys(AMOUNTS, 0.0) | amounts)
    generator = torch.Generator().manual_seed(seed)
    return degradation(images, degradation.draw(len(images), images.shape[2:], generator))


def ring(n=200):
    """Images of a grey ring on black, softly drawn."""
    steps = torch.arange(28) - 13.5
    radius = torch.hypot(steps[:, None], steps)
    image = (3 - (radius - 8).abs()).clamp(0, 1) * 100
    return image.expand(n, 1, 28, 28).contiguous()


def test_nothing_is_degraded_by_nothing():
    torch.testing.assert_close(degrade(ring()), ring())


@pytest.mark.parametrize("name", AMOUNTS)
def test_each_amount_changes_about_half_of_the_images_each_in_its_own_way(name):
    images = ring()
    degraded = degrade(images, **{name: AMOUNTS[name]})
    changed = ((degraded - images).abs() > 0.01).any(3).any(2)[:, 0]
    share = 1.0 if name == "stroke_width" else 0.5
    assert abs(changed.float().mean() - share) < 0.12
    n_different = len({tuple(image.flatten().tolist()) for image in degraded[changed]})
    assert n_different > 0.9 * changed.sum()


@pytest.mark.parametrize("name", AMOUNTS)
def test_the_range_of_pixels_is_kept(name):
    for images in (ring(), ring() / 255 - 3, torch.full((20, 1, 28, 28), 7.0)):
        degraded = degrade(images, **{name: AMOUNTS[name]})
        assert degraded.min() >= images.min() - 1e-4
        assert degraded.max() <= images.max() + 1e-4


def test_a_seed_gives_the_same_images():
    first, again, other = (degrade(ring(), seed, **AMOUNTS) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_strokes_become_wider_and_thinner():
    mass = degrade(ring(), stroke_width=2.0).sum((1, 2, 3)) / ring(1).sum()
    assert mass.min() < 0.75
    assert mass.max() > 1.25


def test_blur_keeps_the_mass_and_lowers_the_peak():
    blurred = degrade(ring(), blur=2.0)
    torch.testing.assert_close(blurred.sum((1, 2, 3)), ring().sum((1, 2, 3)), rtol=0.02, atol=0)
    assert blurred.amax((1, 2, 3)).min() < 90


@pytest.mark.parametrize("ground", [0.0, 1.0])
def test_lines_cross_the_image(ground):
    """Nearly all are longer than half of the image; none is wider than was said."""
    images = torch.full((200, 1, 28, 28), ground)
    images[:, :, 0, 0] = 1 - ground
    lines = (degrade(images, occlusion=3.0) - images).abs()
    lines[:, :, 0, 0] = 0
    lengths = (lines > 0.1).any(2).sum(2).maximum((lines > 0.1).any(3).sum(2))
    drawn = lengths[lengths > 0]
    assert 15 < len(drawn) < 140
    assert (drawn >= 15).float().mean() > 0.9
    assert lines.sum((1, 2, 3)).max() < 3 * 40


def test_borders_cover_strips_along_the_edges():
    images = torch.full((200, 1, 28, 28), 0.5)
    images[:, :, 14, 14], images[:, :, 14, 15] = 0, 1
    covered = degrade(images, border=0.25)[:, 0] != images[:, 0]
    assert not covered[:, 7:21, 7:21].any()
    edges = covered[:, 0].all(1), covered[:, -1].all(1), covered[:, :, 0].all(1)
    for edge in (*edges, covered[:, :, -1].all(1)):
        assert 0.15 < edge.float().mean() < 0.35
    assert covered[:, 6, :].all(1).any()


def test_in_turn_is_one_after_the_other():
    images = ring(20)
    warp, degradation = RandomWarp(10.0, 0.1, 0.1, 5.0), RandomDegradation(**AMOUNTS)
    both = RandomDistortion((warp, degradation))
    draws = both.draw(20, (28, 28), torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(0)
    maps = warp.draw(20, (28, 28), generator)
    expected = degradation(warp(images, maps), degradation.draw(20, (28, 28), generator))
    torch.testing.assert_close(both(images, draws), expected)
    assert F.mse_loss(expected, images) > 1


@pytest.mark.parametrize("precision", ["float32", "float64", "bfloat16"])
def test_the_classifier_trains_on_degraded_images(precision, small_digits):
    X, y = small_digits
    clf = CNNDigitClassifier(
        filters=(8, 8), max_epochs=2, augment=True, precision=precision, random_state=0
    )
    plain = clf.fit(X, y).decision_function(X)
    for amounts in (AMOUNTS, {"perspective": 0.3}):
        first, again = (
            clf.set_params(augment=Distortion(**amounts)).fit(X, y).decision_function(X)
            for _ in range(2)
        )
        assert (first == again).all()
        assert (first != plain).any()
        assert (abs(first) < 1e3).all()
