"""The classifier: its parameters, checks of the data, and `fit`."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets

from skdigits import training
from skdigits._utils.failure import unchanged_on_failure
from skdigits._utils.images import find_image_shape, rows_to_images
from skdigits._utils.sklearn import (
    BOOLEAN,
    VERBOSE,
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

MOST = 2**31 - 1  # largest value of a parameter that counts something
LARGEST = float(np.finfo(np.float32).max)  # largest number that the network computes with


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

    The network consists of blocks of convolution, batch normalisation and ReLU, with max-pooling
    between the blocks, and a fully connected head. It is trained with cross-entropy, through
    skorch. Pixels may be on any scale: the network standardises them with the mean and standard
    deviation of the training images.

    Parameters
    ----------
    image_shape : tuple of int, default=None
        ``(height, width)`` of the images in pixels. None means the shape of the images in `X` or,
        if `X` holds rows, the smallest square that holds a row. If a row does not fill the square,
        zeros are appended, with a warning.
    patch_size : int or "auto", default="auto"
        Side of the square patches in pixels. The network sees each patch as one pixel with
        ``patch_size ** 2`` channels. "auto" means 2 if both sides of the image have 20 pixels or
        more, otherwise 1.
    filters : tuple or "auto", default="auto"
        Number of filters in each block: an int for a block with one convolution, a tuple of int
        for a block with several. Height and width are halved between blocks. Convolutions are
        padded only if the image would otherwise become too small. Multiples of 16 are fastest.
        "auto" means ``(32, (64, 64))``, or ``(32, 64, 128)`` if no side has more than 16 pixels.
    kernel_size : int, default=3
        Side of the filters in pixels; must be odd.
    hidden_layer_sizes : tuple of int, default=()
        Number of units in each hidden layer of the head.
    max_epochs : int or "auto", default="auto"
        Maximum number of epochs, that is, of passes over the training images. "auto" means 100 for
        up to 40 training images, ``ceil(1_000 / sqrt(n_samples))`` for fewer than 10,000, and
        ``max(5, ceil(200_000 / n_samples))`` for 10,000 or more.
    batch_size : int or "auto", default="auto"
        Maximum number of images in a batch. "auto" means all images if there are up to 40 training
        images, 32 for up to 1,000, 64 for fewer than 10,000, and 256 for 10,000 or more.
    optimizer : {"adamw", "adam", "sgd"}, default="adamw"
        Optimizer from `torch.optim`. "adamw" and "adam" use ``betas=(0.8, 0.95)``, which are lower
        than PyTorch's defaults.
    learning_rate : float, default=0.01
        Highest learning rate of the one-cycle schedule, or the constant learning rate.
    weight_decay : float, default=0.01
        Decoupled weight decay of "adamw", or factor of the L2 penalty of "sgd"; "adam" ignores it.
    momentum : float, default=0.9
        Nesterov momentum, in [0, 1). Only used if ``optimizer="sgd"``.
    schedule : {"one-cycle", "constant"}, default="one-cycle"
        How the learning rate changes. "one-cycle" raises it from near 0 to its peak in the first
        fifth of the batches, then lowers it to 0 along a cosine [1]_. "constant" keeps it the same.
    label_smoothing : float or "auto", default="auto"
        Share of the target that is spread evenly over all classes, in [0, 1). If it is above 0,
        `fit` ends by calibrating the probabilities [2]_, on the validation set if there is one,
        otherwise on training images. "auto" means 0.1 for more than 40 training images, otherwise
        0.
    augment : Distortion, bool, "auto" or "paper", default="auto"
        Random distortion of the training images, different in each epoch. A
        :class:`~skdigits.Distortion` sets its strength, True means ``Distortion()``, "paper" means
        the strong :meth:`Distortion.paper() <skdigits.Distortion.paper>`, and False means none.
        "auto" means True for more than 40 training images if both sides have 8 pixels or more,
        otherwise False.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes in the form ``{label: weight}``; classes not listed get 1.
        "balanced" gives all classes the same sum of weights. None gives all classes the weight 1.
    outlier_label : object, default=None
        Label in `y` that marks outliers: images that belong to no class, such as letters among
        digits. The network learns them as an additional class [3]_, so that `score_samples` can
        tell them from digits. The label is not in `classes_` and is never predicted. None means
        that `y` marks no outliers.
    early_stopping : bool, default=False
        Whether to stop training when the validation loss has not fallen for `patience` epochs. The
        network then has the weights of the epoch with the lowest validation loss.
    validation_fraction : float, default=None
        Fraction of the images to set aside as a validation set, stratified by class; in (0, 1).
        Loss and accuracy on it are measured after each epoch. None means 0.1 if `early_stopping` is
        True, otherwise no validation set. If there are too few images to hold out this fraction of
        each class, the validation set comes as close to it as possible, with a warning.
    patience : int, default=5
        Number of epochs to wait for a lower validation loss. Only used if `early_stopping` is True.
    warm_start : bool, default=False
        Whether a further call of `fit` continues from the weights and the optimizer's state of the
        previous call, instead of training a new network. Classes and architecture must stay the
        same; parameters of the training may change.
    on_interrupt : {"raise", "keep"}, default="raise"
        What Ctrl-C does during `fit`. "raise" leaves the estimator as it was before the call and
        raises KeyboardInterrupt, which also ends a whole search. "keep" warns and keeps the
        network: from the epoch with the lowest validation loss if there is a validation set,
        otherwise as far as it was trained. Before the end of the first epoch, "keep" raises, too.
    callbacks : list, default=None
        Callbacks of skorch, and functions that are called after each epoch with its row of
        `history_`, for example ``[print]``. Give scikit-learn's own callbacks, of version 1.9 or
        later, to `set_callbacks` instead.
    random_state : int, RandomState instance or None, default=None
        Controls the initial weights, the choice of the validation set, the order of the images and
        their distortion. Pass an int for reproducible results: on the same machine, the weights are
        then the same to the last bit. None draws a new seed from the operating system.
    device : str or torch.device, default="auto"
        PyTorch device to compute on, such as "cuda:0". "auto" means the first of "cuda", "mps" and
        "cpu" that is available.
    precision : {"auto", "float32", "bfloat16", "float64"}, default="auto"
        Number format of the training. "auto" means float64 for up to 40 training images, bfloat16
        for 10,000 or more if the device supports it natively, otherwise float32. With bfloat16,
        weights are stored and predictions are computed in float32.
    verbose : int, default=0
        What `fit` prints. 0 prints nothing. 1 shows a progress bar with the remaining time in a
        terminal or a notebook, a line per epoch if the output goes to a pipe, and a line per fit in
        the workers of a search. 2 prints a line per epoch everywhere. All of it goes to stderr and
        to the logger "skdigits".

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted.
    n_features_in_ : int
        Number of pixels of an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns of `X`. Only defined if they are all strings.
    image_shape_ : tuple of int
        ``(height, width)`` of the images that the network sees.
    net_ : skorch.NeuralNet
        The trained net; ``net_.module_`` is the torch module, which returns logits.
    history_ : list of dict
        One row per epoch: "epoch" (from 1), "train_loss", "learning_rate" (of the last batch),
        "seconds" and, with a validation set, "valid_loss" and "valid_accuracy".
    n_epochs_, n_iter_ : int
        Number of epochs trained.
    interrupted_ : bool
        Whether the last training was ended by Ctrl-C, with ``on_interrupt="keep"``.
    pixel_scale_ : float
        Standard deviation of the pixels of the training images, by which they are standardised.
    n_weights_ : int
        Number of weights of the network, biases included.
    patch_size_, filters_, max_epochs_, batch_size_, label_smoothing_, augment_, device_, precision_
        The value in use: what "auto" chose, which the repr shows too, or the parameter itself.
    loss_ : float
        Training loss of the last epoch.
    best_loss_ : float or None
        Lowest training loss of any epoch; None if `early_stopping` is True.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_scores_ : list of float or None
        Validation accuracy of each epoch; None without a validation set.
    best_validation_score_ : float or None
        Highest validation accuracy of any epoch; None without a validation set.

    See Also
    --------
    skdigits.PixelScaler : Scales pixels to [0, 1], as an earlier step of a pipeline.
    sklearn.neural_network.MLPClassifier : A network without convolution.

    Notes
    -----
    For up to 40 training images, "auto" means an exact fit: float64, full batches, no distortion,
    and batch normalisation with weighted statistics. A sample of weight 2 is then the same as two
    samples, and the order of the samples does not matter, to about 1e-10. With more images,
    training uses mini-batches, and weights act on the loss.

    The global random generators, thread counts and defaults of numpy and torch are neither used nor
    changed.

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
        "augment": [*BOOLEAN, StrOptions({"auto", "paper"}), Distortion],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "outlier_label": "no_validation",
        "early_stopping": [*BOOLEAN],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "patience": [Interval(Integral, 1, MOST, closed="both")],
        "warm_start": [*BOOLEAN],
        "on_interrupt": [StrOptions({"raise", "keep"})],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "device": "no_validation",
        "precision": [StrOptions({"auto", *PRECISIONS})],
        "verbose": [*VERBOSE],
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
            Weight of each sample in the training and the validation loss. None means 1 for all.

        Returns
        -------
        self : CNNDigitClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or the data is invalid, or training diverges.
        KeyboardInterrupt
            On Ctrl-C, unless ``on_interrupt="keep"``.
        """
        continued = self.warm_start and hasattr(self, "net_")
        images, y = self._check_data(X, y, reset=not continued)
        classes = np.unique(y[~training.find_outliers(y, self.outlier_label)])
        if not len(classes):
            raise ValueError(
                f"All labels in y are outlier_label, {self.outlier_label!r}: give images of at "
                "least one class, too."
            )
        if continued and not np.array_equal(classes, self.classes_):
            raise ValueError(
                "With warm_start=True, y must have the same classes as in the previous fit: "
                f"{self.classes_}, got {classes}."
            )
        rng = self._random_state()
        train, outliers = self._encode(images, y, classes, sample_weight).split()
        if not len(train.y):
            raise ValueError(
                "All samples that are not outliers have the weight zero: give some of them a "
                "weight above zero in sample_weight and class_weight."
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
        """Train for one epoch on these samples, starting from the current weights.

        The learning rate is constant, and there is no validation set. The scale of the pixels and
        the image shape are those of the first call.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), (n_samples, height, width) or \
                (n_samples, 1, height, width)
            Images, on any scale of pixels.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            All classes that occur in any call. Required in the first call; in later calls, it may
            be omitted, and must not change.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. None means 1 for all.

        Returns
        -------
        self : CNNDigitClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or the data is invalid, or training diverges.
        """
        if self.early_stopping or self.class_weight == "balanced":
            name = "early_stopping" if self.early_stopping else 'class_weight="balanced"'
            raise ValueError(
                f"{name} needs all of the data, but partial_fit gets only a part of it: use fit."
            )
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
            self.label_smoothing_ = 0.0  # a part of the data is too little for calibration
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
                    f"X has {X.shape[1]} features, which is not a square number: rows are read "
                    f"as images of {self.image_shape_[0]} x {self.image_shape_[1]} pixels, the "
                    f"last {missing} of them empty. Remove columns that are not pixels, such as "
                    "labels, or set image_shape."
                )
        self._check_image_shape(shape)
        return rows_to_images(X, self.image_shape_), y

    def _encode(self, images, y, classes, sample_weight):
        return training.encode(
            images, y, classes, sample_weight, self.class_weight, self.outlier_label
        )

    def _check_parameters(self):
        """Check what `_parameter_constraints` cannot express."""
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
                    f"callbacks must hold skorch callbacks or functions, got {callback!r}. Give "
                    "scikit-learn's callbacks to set_callbacks."
                )
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {self.kernel_size}.")

    def set_params(self, **params):
        """Set parameters of this estimator, or of its Distortion as ``augment__<parameter>``.

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
            If there is no such parameter, or it is one of a Distortion and `augment` is not one.
        """
        augment = params.get("augment", self.augment)
        nested = [name for name in params if name.startswith("augment__")]
        if nested and not isinstance(augment, Distortion):
            raise ValueError(
                f"{nested[0]} is a parameter of a Distortion, but augment is {augment!r}: set "
                "augment=Distortion() first."
            )
        return super().set_params(**params)

    def _choose(self, n_samples, continued):
        """Set the value in use of each parameter that may be "auto", for so many samples.

        A network whose training continues keeps the architecture, device and precision that "auto"
        chose for it.
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
        """Return the recipe of a net, as for `training.new_net`."""
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
        """Return a new net for these classes."""
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
        """Return a copy of the net for more training, with the current parameters."""
        before = self.net_.recipe["architecture"]
        if sees_outliers and not before["knows_outliers"]:
            raise ValueError(
                f"y has outlier_label, {self.outlier_label!r}, but this network was first trained "
                "without outliers: train a new one with warm_start=False."
            )
        recipe = self._recipe(len(self.classes_), before["knows_outliers"])
        for name, value in recipe["architecture"].items():
            if value != before[name]:
                raise ValueError(
                    f"{name}={value!r} cannot continue a network with {name}={before[name]!r}: set "
                    "it back, or train a new network with warm_start=False."
                )
        if self.image_shape is not None and tuple(self.image_shape) != self.image_shape_:
            raise ValueError(
                f"image_shape={self.image_shape!r} cannot continue a network with "
                f"image_shape={self.image_shape_!r}: set it back, or train a new network with "
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
