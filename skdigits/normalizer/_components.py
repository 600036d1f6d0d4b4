"""Decide which patches of ink are the digit, and which are ruled lines, dots and specks."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from skdigits.normalizer._ink import WITHIN_IMAGE

DUST = 0.004  # of the digit's mass: a lighter patch is not part of the digit, wherever it is
FILLED = 0.75  # of its box: a patch that fills more is a straight stroke
ALIKE, APART = 1.5, 1.5  # of a display's bars: largest ratio of thickness, largest gap


@dataclass(frozen=True)
class Component:
    """A connected patch of ink.

    Parameters
    ----------
    top, left, bottom, right : int
        Its box; bottom and right are exclusive.
    mass : float
        Sum of its ink.
    mass_at_edge : float
        Sum of its ink within a sixth of the image's side from an edge.
    image_shape : tuple of int
    """

    top: int
    left: int
    bottom: int
    right: int
    mass: float
    mass_at_edge: float
    image_shape: tuple

    @property
    def size(self):
        """The longer side of the box in pixels."""
        return max(self.bottom - self.top, self.right - self.left)

    def is_rule(self):
        """Tell whether this is a ruled line along an edge of the image, or a frame."""
        height, width = self.image_shape
        long = self.bottom - self.top >= 0.5 * height or self.right - self.left >= 0.5 * width
        return long and self.mass_at_edge > 0.9 * self.mass

    def is_bar(self):
        """Tell whether this is a level or upright stroke that does not reach from edge to edge."""
        tall, wide = self.bottom - self.top, self.right - self.left
        spans = tall == self.image_shape[0] or wide == self.image_shape[1]
        return self.mass > FILLED * tall * wide and self.size > 1.5 * min(tall, wide) and not spans

    @property
    def thickness(self):
        """The shorter side of the box in pixels."""
        return min(self.bottom - self.top, self.right - self.left)

    def overlaps(self, other, margin=0):
        """Tell whether two boxes overlap, or have less than a margin between them."""
        rows = min(self.bottom, other.bottom) - max(self.top, other.top)
        columns = min(self.right, other.right) - max(self.left, other.left)
        return min(rows, columns) > -margin


def keep_digits(ink):
    """Erase ruled lines at the edges, dots and specks.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)

    Returns
    -------
    ink : ndarray of shape (n, height, width)
        A copy.
    kept, erased : list of list of Component
        For each image, sorted from heavy to light.
    """
    labels, n_labels = ndimage.label(ink > 0, WITHIN_IMAGE)
    masses = np.bincount(labels.ravel(), ink.ravel(), n_labels + 1)
    edge = np.ones(ink.shape[1:], dtype=bool)
    down, right = (side // 6 for side in edge.shape)
    edge[down : edge.shape[0] - down, right : edge.shape[1] - right] = False
    at_edge = np.bincount(labels[:, edge].ravel(), ink[:, edge].ravel(), n_labels + 1)
    components: list[list] = [[] for _ in ink]
    for label, (images, rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        component = Component(
            rows.start,
            columns.start,
            rows.stop,
            columns.stop,
            masses[label],
            at_edge[label],
            ink.shape[1:],
        )
        components[images.start].append((component, label))
    drop = np.zeros(n_labels + 1, dtype=bool)
    kept, erased = [], []
    for found in components:
        found.sort(key=lambda pair: -pair[0].mass)
        digits = choose([component for component, _ in found])
        for component, label in found:
            drop[label] = component not in digits
        kept.append(digits)
        erased.append([component for component, _ in found if component not in digits])
    return np.where(drop[labels], 0, ink), kept, erased


def choose(components):
    """Return the components of the digit, of those of an image sorted from heavy to light."""
    if len(components) < 2:
        return components
    heavy = [c for c in components if c.mass > 0.1 * components[0].mass]
    if are_segments(heavy):
        return heavy
    written = [c for c in heavy if not c.is_rule()] or components
    digit = [written[0]]
    for component in components:
        if component is digit[0] or component.is_rule():
            continue
        share = component.mass / digit[0].mass
        large = share > 0.08 and component.size > 0.2 * digit[0].size
        if large or (share > DUST and any(component.overlaps(part) for part in digit)):
            digit.append(component)
    return digit


def are_segments(components):
    """Tell whether components are the bars of a display: equally thick, each next to another."""
    thickness = [component.thickness for component in components]
    return (
        len(components) > 1
        and max(thickness) <= ALIKE * min(thickness)
        and all(component.is_bar() for component in components)
        and all(
            any(one.overlaps(two, APART * min(thickness)) for two in components if two is not one)
            for one in components
        )
    )
