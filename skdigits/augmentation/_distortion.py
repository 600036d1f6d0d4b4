"""How much training images are distorted at random."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from skdigits._utils.images import as_rows, find_image_shape, rows_to_images
from skdigits._utils.sklearn import Interval

LARGEST = float(np.finfo(np.float32).max)  # of any amount


class Distortion(BaseEstimator):
    """Random distortion of images, as by pens, paper, cameras and different hands.

    Give it to :class:`~skdigits.CNNDigitClassifier` as ``augment``: each training image is then
    distorted anew in each epoch. Call it on images to look at what it does. Every amount is the
    largest one; how much of it an image gets is drawn at random. With all amounts at 0, images stay
    as they are.

    Parameters
    ----------
    rotation : float, default=8.0
        Angle in degrees, either way.
    translation : float, default=0.06
        Shift as a share of the image's sides, either way.
    scaling : float, default=0.1
        Change of size, either way: 0.1 means 90 % to 110 %.
    shear : float, default=3.0
        Slant in degrees, either way.
    perspective : float, default=0.0
        Change of size from the image's middle to an edge, either way, as by a camera that looks
        from the side.
    elastic : float, default=0.0
        Standard deviation of a smooth displacement that bends the strokes, as a share of the
        image's sides [1]_.
    stroke_width : float, default=0.0
        Change of the strokes' width in pixels, either way; at most 2. This and the following
        parameters each change half of the images.
    blur : float, default=0.0
        Standard deviation of the blur in pixels, along a random direction.
    contrast : float, default=0.0
        Gain of contrast: 1 doubles it, 10 leaves little but ink and paper.
    shading : float, default=0.0
        Change of brightness across the image, as a share of the image's range.
    noise : float, default=0.0
        Standard deviation of noise, as a share of the image's range. Up to half as many pixels
        become black or white.
    occlusion : float, default=0.0
        Width in pixels of a straight line across the image, dark or light.
    border : float, default=0.0
        Width of dark or light strips along the edges, as a share of the image's sides, as where a
        picture shows more than the paper.

    See Also
    --------
    skdigits.CNNDigitClassifier : Takes it as ``augment``.

    References
    ----------
    .. [1] P. Y. Simard, D. Steinkraus and J. C. Platt, "Best practices for convolutional neural
       networks applied to visual document analysis", ICDAR 2003.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import CNNDigitClassifier, Distortion
    >>> images = load_digits().images[:5]
    >>> Distortion(rotation=20)(images, random_state=0).shape
    (5, 8, 8)
    >>> classifier = CNNDigitClassifier(augment=Distortion(rotation=20))
    >>> classifier.set_params(augment__blur=0.5).augment.blur
    0.5
    """

    _parameter_constraints = {
        "rotation": [Interval(Real, 0, 180, closed="both")],
        "translation": [Interval(Real, 0, 1, closed="both")],
        "scaling": [Interval(Real, 0, 1, closed="left")],
        "shear": [Interval(Real, 0, 90, closed="left")],
        "perspective": [Interval(Real, 0, 0.5, closed="left")],
        "elastic": [Interval(Real, 0, 0.2, closed="both")],
        "stroke_width": [Interval(Real, 0, 2, closed="both")],
        "blur": [Interval(Real, 0, LARGEST, closed="both")],
        "contrast": [Interval(Real, 0, LARGEST, closed="both")],
        "shading": [Interval(Real, 0, 1, closed="both")],
        "noise": [Interval(Real, 0, 1, closed="both")],
        "occlusion": [Interval(Real, 0, LARGEST, closed="both")],
        "border": [Interval(Real, 0, 0.5, closed="both")],
    }

    def __init__(
        self,
        *,
        rotation=8.0,
        translation=0.06,
        scaling=0.1,
        shear=3.0,
        perspective=0.0,
        elastic=0.0,
        stroke_width=0.0,
        blur=0.0,
        contrast=0.0,
        shading=0.0,
        noise=0.0,
        occlusion=0.0,
        border=0.0,
    ):
        self.rotation = rotation
        self.translation = translation
        self.scaling = scaling
        self.shear = shear
        self.perspective = perspective
        self.elastic = elastic
        self.stroke_width = stroke_width
        self.blur = blur
        self.contrast = contrast
        self.shading = shading
        self.noise = noise
        self.occlusion = occlusion
        self.border = border

    @classmethod
    def paper(cls):
        """Return the distortion that the pretrained model was trained with.

        It is strong: for digits on photographs and scans of real paper.

        Returns
        -------
        distortion : Distortion
            ``augment="paper"`` means the same.
        """
        return cls(
            rotation=15.0,
            translation=0.08,
            scaling=0.25,
            shear=12.0,
            perspective=0.15,
            elastic=0.03,
            stroke_width=1.5,
            blur=1.2,
            contrast=5.0,
            shading=0.4,
            noise=0.12,
            occlusion=2.0,
            border=0.2,
        )

    def __call__(self, X, random_state=None):
        """Return distorted copies of images.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on any scale of pixels; rows are images as tall as wide.
        random_state : int, RandomState instance or None, default=None
            Seed; an int gives the same distortion each time.

        Returns
        -------
        X_distorted : ndarray of float32 in the shape of X
            The images, with pixels in the range of those of each image.

        Raises
        ------
        ValueError
            If a parameter is out of its range, or X holds no images.
        """
        rows, shape = as_rows(X)
        rows = np.asarray(rows, dtype=np.float32)
        images = rows_to_images(rows, find_image_shape(rows.shape[1], shape))
        seed = check_random_state(random_state).randint(2**31)
        distorted = self.for_training().distorted(images, seed)
        least, most = (limit((1, 2), keepdims=True) for limit in (images.min, images.max))
        distorted = np.clip(distorted, least, most)  # rounding leaves the range
        return distorted.reshape(len(rows), -1)[:, : rows.shape[1]].reshape(np.shape(X))

    def for_training(self):
        """Return what distorts batches of tensors.

        Returns
        -------
        distortion : RandomDistortion
            In PyTorch.

        Raises
        ------
        ValueError
            If a parameter is out of its range.
        """
        from skdigits.augmentation._random import RandomDistortion  # torch takes long to import

        self._validate_params()
        return RandomDistortion.of(self.get_params())
