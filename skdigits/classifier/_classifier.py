"""The classifier: validation, labels and what fit learns; the face of training."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets

from skdigits import training
from skdigits._utils.failure import unchanged_on_failure
from skdigits._utils.images import find_image_shape, rows_to_images
from skdigits._utils.sklearn import (
    CallbackSupportMixin,
    Interval,
    StrOptions,
    _fit_context,
    with_callbacks,
)
from skdigits._utils.warning import warn_user
from skdigits.augmentation import Distortion
from skdigits.classifier import _auto
from skdigits.classifier._predictions import PredictionMixin
from skdigits.classifier._representation import ReprMixin
from skdigits.training import OPTIMIZERS, PRECISIONS, NetHolder, learned

MOST = 2**31 - 1  # of anything that is counted
LARGEST = float(np.finfo(np.float32).max)  # of anything that the network computes with


def _is_list(values):
    return isinstance(values, list | tuple | range) or getattr(values, "ndim", 0) > 0


def _are_sizes(values):
    return _is_list(values) and all(
        isinstance(value, Integral) and 0 < int(value) <= MOST for value in values
    )


def _are_blocks(filters):
    return _is_list(filters) and all(
        _are_sizes([block] if isinstance(block, Integral) else block) for block in filters
    )


class CNNDigitClassifier(
    NetHolder, PredictionMixin, CallbackSupportMixin, ReprMixin, BaseEstimator
):
    """A convolutional network for images of digits, as a scikit-learn classifier.

    Blocks of convolution, batch normalisation and ReLU with max-pooling between them, then a fully
    connected head; trained through skorch with cross-entropy. Pixels may be on any scale: the
    network standardises them with the mean and spread of the training images.

    Parameters
    ----------
    image_shape : tuple of int, default=None
        ``(height, width)`` of the images in pixels. None means the shape of the images given, or,
        for rows, the smallest square that holds them. If it is larger, zeros fill it up, with a
        warning.
    patch_size : int or "auto", default="auto"
        Side of the squares of pixels that the network sees as one pixel of ``patch_size ** 2``
        channels. "auto" means 2 where both sides of the image have 20 pixels or more, else 1.
    filters : tuple or "auto", default="auto"
        Filters of each block: an int for a block of one convolution, a tuple of int for one of
        several. Between blocks, the sides are halved. Convolutions are not padded, unless too
        little would be left of the image. Multiples of 16 are fastest. "auto" means
        ``(32, (64, 64))``, or ``(32, 64, 128)`` where no side is above 16 pixels.
    kernel_size : int, default=3
        Side of the filters in pixels; odd.
    hidden_layer_sizes : tuple of int, default=()
        Units of each hidden layer of the head.
    max_epochs : int or "auto", default="auto"
        Largest number of passes through the training images. "auto" means
        ``ceil(1_000 / sqrt(n_samples))``, but 100 up to 40 training images, and from 10,000 on
        ``ceil(200_000 / n_samples)``, at least 5.
    batch_size : int or "auto", default="auto"
        Largest number of images in a batch. "auto" means all of them up to 40 training images, 32
        up to 1,000, 64 below 10,000 and 256 from there on.
    optimizer : {"adamw", "adam", "sgd"}, default="adamw"
        Of `torch.optim`. The first two forget faster than by default, with betas of 0.8 and 0.95.
    learning_rate : float, default=0.01
        Peak of the one-cycle schedule, or the constant rate.
    weight_decay : float, default=0.01
        Decoupled weight decay of "adamw", factor of the L2 penalty of "sgd"; "adam" has none.
    momentum : float, default=0.9
        Nesterov's momentum; for ``optimizer="sgd"`` only.
    schedule : {"one-cycle", "constant"}, default="one-cycle"
        "one-cycle" raises the learning rate from near 0 to its peak in the first fifth of the
        batches and lowers it to 0 along a cosine in the rest [1]_.
    label_smoothing : float or "auto", default="auto"
        Share of the target that is spread evenly over all classes, in [0, 1). Where it is above 0,
        `fit` ends by calibrating the probabilities [2]_, on the held-out images or, without a
        hold-out, on training images. "auto" means 0.1 above 40 training images, else 0.
    augment : Distortion, bool, "auto" or "paper", default="auto"
        How training images are distorted at random, anew in each epoch: a
        :class:`~skdigits.Distortion` says how much, True means ``Distortion()``, "paper" the
        strong one of :meth:`Distortion.paper() <skdigits.Distortion.paper>`, False none. "auto"
        means True above 40 training images, if both sides have 8 pixels or more, else False.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class, by its label as in `y`; classes not listed get 1. "balanced" gives
        all classes the same sum of weights.
    outlier_label : object, default=None
        Label in `y` of images that are none of the classes, such as letters among digits; None
        means that there are none. They are one class more for the network [3]_, so that
        `score_samples` tells them from digits. The label is not among `classes_` and never
        predicted.
    early_stopping : bool, default=False
        Whether to stop when the loss on held-out images has not fallen for `patience` epochs. The
        weights of the best epoch are then restored.
    validation_fraction : float, default=None
        Share of the images that is held out, stratified by class, to measure loss and accuracy
        after each epoch; in (0, 1). None holds out 0.1 with `early_stopping`, else nothing. Of few
        images or a rare class, as many are held out as there can be, with a warning.
    patience : int, default=5
        Epochs to wait for a lower validation loss; for `early_stopping` only.
    warm_start : bool, default=False
        Whether a further call of `fit` continues from the weights and the optimizer's state of the
        last. Classes and architecture must be the same; settings of the training may change.
    on_interrupt : {"raise", "keep"}, default="raise"
        What Ctrl-C does during `fit`: "raise" leaves the estimator as it was before the call and
        raises KeyboardInterrupt, which ends a search as a whole. "keep" warns and keeps the
        network: from the epoch with the least validation loss if there is a validation set,
        otherwise as far as it was trained. Before the end of the first epoch, it raises, too.
    callbacks : list, default=None
        Callbacks of skorch, and functions that are called after each epoch with its row of
        `history_`; ``[print]`` is the simplest. scikit-learn's own callbacks, from version 1.9 on,
        are given to `set_callbacks`.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the hold-out, the order of the images and their distortion.
        With an int, the same machine gives the same weights to the last bit. None draws a fresh
        seed from the operating system.
    device : str or torch.device, default="auto"
        Where to compute: a PyTorch device such as "cuda:0". "auto" means "cuda", else "mps", else
        "cpu", whichever is available first.
    precision : {"auto", "float32", "bfloat16", "float64"}, default="auto"
        Number format of training. "auto" means float64 up to 40 training images, bfloat16 from
        10,000 on where the processor computes it natively, else float32. Under bfloat16 the
        weights are kept, and predictions computed, in float32.
    verbose : int, default=0
        1 shows a bar with the remaining time in a terminal or a notebook, a line for each epoch in
        a pipe, and a line for each fit in the workers of a search. 2 shows a line for each epoch
        everywhere. All of it goes to stderr, and to the logger "skdigits".

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted.
    n_features_in_ : int
        Number of pixels of an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where `X` had names that are all strings.
    image_shape_ : tuple of int
        ``(height, width)`` of the images that the network sees.
    net_ : skorch.NeuralNet
        The trained net; ``net_.module_`` is the torch module, which returns logits.
    history_ : list of dict
        A row an epoch: "epoch" (from 1), "train_loss", with a hold-out "valid_loss" and
        "valid_accuracy", "learning_rate" (of the last batch) and "seconds".
    n_epochs_, n_iter_ : int
        Number of epochs trained.
    interrupted_ : bool
        Whether Ctrl-C ended the last training, whose network was kept.
    pixel_scale_ : float
        Standard deviation of the pixels of the training images, by which they are standardised.
    n_weights_ : int
        Number of weights of the network, biases included.
    patch_size_, filters_, max_epochs_, batch_size_, label_smoothing_, augment_, device_, precision_
        What "auto" chose, or the parameter's own value. They stand in the repr, too.
    loss_ : float
        Training loss of the last epoch.
    best_loss_ : float or None
        Least training loss of an epoch; None with `early_stopping`.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_scores_ : list of float or None
        Validation accuracy of each epoch; None without a hold-out.
    best_validation_score_ : float or None
        Highest of them.

    See Also
    --------
    skdigits.PixelScaler : Scales pixels to [0, 1], for the pipeline before it.
    sklearn.neural_network.MLPClassifier : A network without convolution.

    Notes
    -----
    Up to 40 training images, "auto" means an exact fit: float64, full batches, no distortion, and
    batch normalisation whose statistics count weights. A sample of weight 2 is then the same as
    two samples, and the order of samples does not matter, to about 1e-10. Above that, training is
    by mini-batches, and weights act on the loss.

    numpy's and torch's global generators, thread counts and defaults are neither used nor changed.

    References
    ----------
    .. [1] Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
       Learning Rates", 2018.
    .. [2] Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    .. [3] Zhang & LeCun, "Universum Prescription: Regularization Using Unlabeled Data", AAAI 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from skdigits import CNNDigitClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> clf = CNNDigitClassifier(max_epochs=10, random_state=0).fit(X_train, y_train)
    >>> bool(clf.score(X_test, y_test) > 0.95)
    True
    """

    _parameter_constraints = {
        "image_shape": ["array-like", None],
        "patch_size": [Interval(Integral, 1, MOST, closed="both"), StrOptions({"auto"})],
        "filters": ["array-like", StrOptions({"auto"})],
        "kernel_size": [Interval(Integral, 1, MOST, closed="both")],
        "hidden_layer_sizes": ["array-like"],
        "max_epochs": [Interval(Integral, 1, MOST, closed="both"), StrOptions({"auto"})],
        "batch_size": [Interval(Integral, 1, MOST, closed="both"), StrOptions({"auto"})],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "learning_rate": [Interval(Real, 0, LARGEST, closed="right")],
        "weight_decay": [Interval(Real, 0, LARGEST, closed="both")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "schedule": [StrOptions({"one-cycle", "constant"})],
        "label_smoothing": [Interval(Real, 0, 1, closed="left"), StrOptions({"auto"})],
        "augment": ["boolean", StrOptions({"auto", "paper"}), Distortion],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "outlier_label": "no_validation",
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "patience": [Interval(Integral, 1, MOST, closed="both")],
        "warm_start": ["boolean"],
        "on_interrupt": [StrOptions({"raise", "keep"})],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "device": "no_validation",
        "precision": [StrOptions({"auto", *PRECISIONS})],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        image_shape=None,
        patch_size="auto",
        filters="auto",
        kernel_size=3,
        hidden_layer_sizes=(),
        max_epochs="auto",
        batch_size="auto",
        optimizer="adamw",
        learning_rate=0.01,
        weight_decay=0.01,
        momentum=0.9,
        schedule="one-cycle",
        label_smoothing="auto",
        augment="auto",
        class_weight=None,
        outlier_label=None,
        early_stopping=False,
        validation_fraction=None,
        patience=5,
        warm_start=False,
        on_interrupt="raise",
        callbacks=None,
        random_state=None,
        device="auto",
        precision="auto",
        verbose=0,
    ):
        self.image_shape = image_shape
        self.patch_size = patch_size
        self.filters = filters
        self.kernel_size = kernel_size
        self.hidden_layer_sizes = hidden_layer_sizes
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.momentum = momentum
        self.schedule = schedule
        self.label_smoothing = label_smoothing
        self.augment = augment
        self.class_weight = class_weight
        self.outlier_label = outlier_label
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.on_interrupt = on_interrupt
        self.callbacks = callbacks
        self.random_state = random_state
        self.device = device
        self.precision = precision
        self.verbose = verbose

    @unchanged_on_failure
    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on any scale of pixels.
        y : array-like of shape (n_samples,)
            Labels of any kind.
        sample_weight : array-like of shape (n_samples,), default=None
            What each sample counts, in the training and the validation loss. None means 1.

        Returns
        -------
        self : CNNDigitClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or the data cannot be used, or training diverges.
        KeyboardInterrupt
            On Ctrl-C, unless ``on_interrupt="keep"``.
        """
        continued = self.warm_start and hasattr(self, "net_")
        images, y = self._check_data(X, y, reset=not continued)
        classes = np.unique(y[~training.find_outliers(y, self.outlier_label)])
        if not len(classes):
            raise ValueError(
                f"y holds nothing but outlier_label, {self.outlier_label!r}: there is no class to "
                "learn."
            )
        if continued and not np.array_equal(classes, self.classes_):
            raise ValueError(
                "With warm_start=True, y must have the classes of the previous fit: "
                f"{self.classes_}, got {classes}."
            )
        rng = self._random_state()
        train, outliers = self._encode(images, y, classes, sample_weight).split()
        if not len(train.y):
            raise ValueError(
                "All weights but those of outlier_label are zero: sample_weight and class_weight "
                "leave no class to learn."
            )
        valid = None
        if self.early_stopping or self.validation_fraction is not None:
            fraction = self.validation_fraction or 0.1
            train, valid = training.hold_out(train, fraction, classes, rng)
        self._choose(len(train.y), continued)
        knows_outliers = outliers is not None
        if continued:
            net = self._continued(knows_outliers)
        else:
            net = self._started(train, classes, knows_outliers, rng)
        if outliers is not None:
            train = train.joined(outliers)
        history = [*self.history_] if continued else []
        tasks = training.EpochTasks(
            self._init_callback_context(max_subtasks=self.max_epochs_),
            self,
            lambda net: learned(training.copy_net(net, net.recipe), history),
            X=X,
            y=y,
            metadata=None if sample_weight is None else {"sample_weight": sample_weight},
        )
        plan = self._plan(
            history=history,
            max_epochs=self.max_epochs_,
            schedule=self.schedule,
            patience=self.patience if self.early_stopping else None,
            tasks=tasks,
        )
        return self._learn(net, train, valid, plan)

    @unchanged_on_failure
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch on these samples, from the present weights on.

        The learning rate is constant and nothing is held out. The scale of the pixels and the
        image shape are those of the first call.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on any scale of pixels.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever occur. Needed in the first call, checked in later ones.
        sample_weight : array-like of shape (n_samples,), default=None
            What each sample counts. None means 1.

        Returns
        -------
        self : CNNDigitClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or the data cannot be used, or training diverges.
        """
        if self.early_stopping or self.class_weight == "balanced":
            name = "early_stopping" if self.early_stopping else 'class_weight="balanced"'
            raise ValueError(f"partial_fit sees only a part of the data: {name} needs fit.")
        first = not hasattr(self, "net_")
        if first and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        images, y = self._check_data(X, y, reset=first)
        classes = self.classes_ if classes is None else np.unique(classes)
        if not first and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"classes={classes} is not the same as on the first call to partial_fit: "
                f"{self.classes_}."
            )
        train = self._encode(images, y, classes, sample_weight)
        self._choose(max(len(train.y), _auto.EXACT_SAMPLES + 1), not first)
        if _auto.is_text(self.label_smoothing, "auto"):
            self.label_smoothing_ = 0.0  # a part of the data is too little to calibrate by
        if first:
            knows_outliers = self.outlier_label is not None  # they may come in later calls
            net = self._started(train, classes, knows_outliers, self._random_state())
        else:
            net = self._continued(train.is_outlier.any())
        plan = self._plan(
            history=[] if first else [*self.history_],
            max_epochs=1,
            schedule="constant",
            is_whole=False,
        )
        return self._learn(net, train, None, plan)

    def _check_data(self, X, y, *, reset):
        """Return checked images and labels."""
        self._check_parameters()
        X, y, shape = self._check_rows(X, y, reset=reset)
        check_classification_targets(y)
        if reset:
            stated = shape if self.image_shape is None else self.image_shape
            self.image_shape_ = find_image_shape(X.shape[1], stated)
            missing = self.image_shape_[0] * self.image_shape_[1] - X.shape[1]
            if missing:
                warn_user(
                    f"X has {X.shape[1]} features, which make no square: rows are taken for images "
                    f"of {self.image_shape_[0]} x {self.image_shape_[1]} pixels, the last "
                    f"{missing} of them empty. Leave out columns that are no pixels, such as "
                    "labels, or set image_shape."
                )
        self._check_image_shape(shape)
        return rows_to_images(X, self.image_shape_), y

    def _encode(self, images, y, classes, sample_weight):
        return training.encode(
            images, y, classes, sample_weight, self.class_weight, self.outlier_label
        )

    def _check_parameters(self):
        """Check what `_parameter_constraints` cannot say."""
        if not _auto.is_text(self.filters, "auto") and not _are_blocks(self.filters):
            raise ValueError(
                f"filters must hold positive integers, or tuples of them, got {self.filters!r}."
            )
        if not _are_sizes(self.hidden_layer_sizes):
            raise ValueError(
                f"hidden_layer_sizes must hold positive integers, got {self.hidden_layer_sizes!r}."
            )
        if self.image_shape is not None and not (
            _are_sizes(self.image_shape) and len(self.image_shape) == 2
        ):
            raise ValueError(
                f"image_shape must be (height, width) in pixels, got {self.image_shape!r}."
            )
        for callback in self.callbacks or []:
            if not training.is_callback(callback):
                raise ValueError(
                    "callbacks must hold skorch callbacks or functions; those of scikit-learn are "
                    f"given to set_callbacks. Got {callback!r}."
                )
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {self.kernel_size}.")

    def set_params(self, **params):
        """Set parameters of this estimator, or ``augment__`` amounts of its Distortion.

        Parameters
        ----------
        **params : dict
            Parameters by name.

        Returns
        -------
        self : CNNDigitClassifier
            The estimator.

        Raises
        ------
        ValueError
            If there is no such parameter, or an amount is set where `augment` is no Distortion.
        """
        augment = params.get("augment", self.augment)
        nested = [name for name in params if name.startswith("augment__")]
        if nested and not isinstance(augment, Distortion):
            raise ValueError(
                f"{nested[0]} is an amount of a Distortion, but augment is {augment!r}: set "
                "augment=Distortion() first."
            )
        return super().set_params(**params)

    def _choose(self, n_samples, continued):
        """Set what each parameter that may be "auto" means for so many samples.

        A network that is trained on keeps its architecture, and what "auto" meant for where and how
        it computes.
        """
        situation = _auto.Situation(n_samples, self.image_shape_)
        for name in _auto.RULES:
            value = getattr(self, name)
            is_kept = name in ("patch_size", "filters", "device", "precision")
            if not (continued and is_kept and _auto.is_text(value, "auto")):
                setattr(self, f"{name}_", _auto.choose(name, value, situation))
            if name == "device":
                situation.device = self.device_

    def _recipe(self, n_classes, knows_outliers):
        """Return what a net is made by."""
        recipe = {
            "architecture": {
                "image_shape": self.image_shape_,
                "n_classes": n_classes,
                "patch_size": self.patch_size_,
                "filters": self.filters_,
                "kernel_size": self.kernel_size,
                "hidden_layer_sizes": tuple(map(int, self.hidden_layer_sizes)),
                "knows_outliers": knows_outliers,
            },
            "precision": self.precision_,
            "device": self.device_,
            "optimizer": self.optimizer,
        }
        if self.optimizer != "adam":
            recipe["weight_decay"] = float(self.weight_decay)
        if self.optimizer == "sgd":
            recipe.update(momentum=float(self.momentum), nesterov=bool(self.momentum > 0))
        return recipe

    def _started(self, train, classes, knows_outliers, rng):
        """Return a new net for some classes."""
        side = max(self.image_shape_)
        sizes = (
            ("patch_size", self.patch_size_, side),
            ("kernel_size", self.kernel_size, 2 * side + 1),
        )
        for name, size, most in sizes:
            if size > most:
                raise ValueError(
                    f"{name}={size} is too large for images of {self.image_shape_[0]} x "
                    f"{self.image_shape_[1]} pixels: give {most} or less."
                )
        self.classes_ = classes
        recipe = self._recipe(len(classes), knows_outliers)
        return training.new_net(recipe, train, seed=rng.randint(2**31))

    def _continued(self, sees_outliers):
        """Return a copy of the net to train on, with the present settings of the training."""
        before = self.net_.recipe["architecture"]
        if sees_outliers and not before["knows_outliers"]:
            raise ValueError(
                f"y has outlier_label, {self.outlier_label!r}, but this network was first trained "
                "without outliers: fit a new one, with warm_start=False."
            )
        recipe = self._recipe(len(self.classes_), before["knows_outliers"])
        for name, value in recipe["architecture"].items():
            if value != before[name]:
                raise ValueError(
                    f"{name}={value!r} cannot continue a network of {name}={before[name]!r}: set "
                    "it back, or fit anew with warm_start=False."
                )
        if self.image_shape is not None and tuple(self.image_shape) != self.image_shape_:
            raise ValueError(
                f"image_shape={self.image_shape!r} cannot continue a network of "
                f"image_shape={self.image_shape_!r}: set it back, or fit anew with "
                "warm_start=False."
            )
        return training.copy_net(self.net_, recipe)

    def _plan(self, **how):
        return training.Plan(
            batch_size=self.batch_size_,
            learning_rate=float(self.learning_rate),
            label_smoothing=self.label_smoothing_,
            distortion=self.augment_ and self.augment_.for_training(),
            callbacks=list(self.callbacks or []),
            keeps_interrupted=self.on_interrupt == "keep",
            verbose=self.verbose,
            **how,
        )

    def _learn(self, net, train, valid, plan):
        trained = training.fit(net, train, valid, plan)
        self.__dict__.update(learned(trained.net, trained.history, trained.interrupted))
        return self

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
