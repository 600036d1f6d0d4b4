"""How much training images are distorted at random."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from skdigits._utils.images import as_rows, find_image_shape, rows_to_images
from skdigits._utils.sklearn import Interval

LARGEST = float(np.finfo(np.float32).max)  # value of any parameter


class Distortion(BaseEstimator):
    """Random distortion of images, as by pens, paper, cameras and different hands.

    Give it to :class:`~skdigits.CNNDigitClassifier` as ``augment``: each training image is then
    distorted differently in each epoch. Call it on images to see what it does. Each parameter is
    the largest amount; the amount for each image is drawn at random. If all parameters are 0,
    images stay unchanged.

    Parameters
    ----------
    rotation : float, default=8.0
        Angle in degrees, in either direction; in [0, 180].
    translation : float, default=0.06
        Shift in either direction, as a share of the image's sides; in [0, 1].
    scaling : float, default=0.1
        Change of size, in [0, 1): 0.1 means 90 % to 110 %.
    shear : float, default=3.0
        Slant in degrees, in either direction; in [0, 90).
    perspective : float, default=0.0
        Change of size from the middle of the image to an edge, as if a camera looked from the side;
        in [0, 0.5).
    elastic : float, default=0.0
        Standard deviation of a smooth displacement that bends the strokes [1]_, as a share of the
        image's sides; in [0, 0.2].
    stroke_width : float, default=0.0
        Change of the width of the strokes in pixels, wider or thinner; in [0, 2].
    blur : float, default=0.0
        Standard deviation of the blur in pixels, along a random direction; 0 or more. This and the
        following parameters each change half of the images.
    contrast : float, default=0.0
        Gain of contrast, 0 or more: 1 doubles the contrast, 10 leaves little but black and white.
    shading : float, default=0.0
        Change of brightness across the image, as a share of the range of its pixels; in [0, 1].
    noise : float, default=0.0
        Standard deviation of the noise, as a share of the range of the image's pixels; in [0, 1].
        In addition, up to half this share of the pixels become black or white.
    occlusion : float, default=0.0
        Width in pixels of a straight line across the image, dark or light; 0 or more.
    border : float, default=0.0
        Width of dark or light strips along the edges, as if the picture showed more than the paper,
        as a share of the image's sides; in [0, 0.5].

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
            The same as ``augment="paper"``.
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
            Images, on any scale of pixels; rows are read as square images.
        random_state : int, RandomState instance or None, default=None
            Controls the distortion. Pass an int to get the same distortion in each call.

        Returns
        -------
        X_distorted : ndarray of float32 in the shape of X
            Distorted images. The pixels of each image stay within their range.

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
        distorted = np.clip(distorted, least, most)  # rounding may leave the range
        return distorted.reshape(len(rows), -1)[:, : rows.shape[1]].reshape(np.shape(X))

    def for_training(self):
        """Return this distortion in the form that a training uses.

        Returns
        -------
        distortion : RandomDistortion
            Distorts batches of PyTorch tensors.

        Raises
        ------
        ValueError
            If a parameter is out of its range.
        """
        from skdigits.augmentation._random import RandomDistortion  # torch takes long to import

        self._validate_params()
        return RandomDistortion.of(self.get_params())
