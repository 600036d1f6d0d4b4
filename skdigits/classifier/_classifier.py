"""The classifier: validation, labels and what fit learns; the face of training."""

import functools
import math
import warnings
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from skdigits import training
from skdigits._utils.images import as_rows, find_image_shape, rows_to_images
from skdigits._utils.sklearn import (
    CallbackSupportMixin,
    Interval,
    StrOptions,
    _fit_context,
    with_callbacks,
)
from skdigits.augmentation import Distortion
from skdigits.classifier import _auto
from skdigits.classifier._predictions import PredictionMixin
from skdigits.classifier._representation import ReprMixin
from skdigits.training import (
    DTYPES,
    OPTIMIZERS,
    EpochTasks,
    Progress,
    ResidentImages,
    encode,
    from_state,
    get_state,
    guessing_loss,
    hold_out,
    is_callback,
    least_loss,
    new_net,
    pixel_statistics,
)


def unchanged_on_failure(method):
    """Give the estimator its former state back where `method` raises, also on Ctrl-C."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        before = vars(self).copy()
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return wrapper


def _learned(net, history):
    """Return the attributes that training has given to the estimator."""
    return {"net_": net, "history_": [*history], "n_epochs_": len(history)}


def _are_sizes(values):
    return all(isinstance(value, Integral) and int(value) > 0 for value in values)


class CNNDigitClassifier(PredictionMixin, CallbackSupportMixin, ReprMixin, BaseEstimator):
    """A convolutional network for images of digits, as a scikit-learn classifier.

    Blocks of convolution, batch normalisation and ReLU with max-pooling between them, then a fully
    connected head; trained through skorch with cross-entropy. Pixels may be on any scale: the
    network standardises them with the mean and spread of the training images.

    Parameters
    ----------
    image_shape : tuple of int, default=None
        ``(height, width)`` of the images in pixels. None means the shape of the images given, or,
        for rows, the smallest square that holds them, filled up with zeros.
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
    n_estimators : int, default=1
        Number of networks, alike but for their initial weights, that are trained side by side and
        whose probabilities are averaged.
    max_epochs : int or "auto", default="auto"
        Largest number of passes through the training images. "auto" shows about 300,000 images:
        ``ceil(300_000 / n_samples)``, at least 5 and at most 100.
    batch_size : int or "auto", default="auto"
        Largest number of images in a batch. "auto" means all of them up to 512 training images,
        64 below 10,000 and 256 from there on.
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
        hold-out, on training images. "auto" means 0.1 above 512 training images, else 0.
    augment : Distortion, bool, "auto" or "paper", default="auto"
        How training images are distorted at random, anew in each epoch: a
        :class:`~skdigits.Distortion` says how much, True means ``Distortion()``, "paper" the
        strong one of :meth:`Distortion.paper() <skdigits.Distortion.paper>`, False none. "auto"
        means True above 512 training images, if both sides have 8 pixels or more, else False.
    class_weight : dict, "balanced" or None, default=None
        What a sample of each class counts, by label; labels not named count 1. "balanced" gives
        all classes the same sum of weights.
    early_stopping : bool, default=False
        Whether to stop when the loss on held-out images has not fallen for `patience` epochs. The
        weights of the best epoch are then restored.
    validation_fraction : float, default=None
        Share of the images that is held out, stratified by class, to measure loss and accuracy
        after each epoch; in (0, 1). None holds out 0.1 with `early_stopping`, else nothing.
    patience : int, default=5
        Epochs to wait for a lower validation loss; for `early_stopping` only.
    warm_start : bool, default=False
        Whether a further call of `fit` goes on from the weights and the optimizer's state of the
        last.
    on_interrupt : {"raise", "keep"}, default="raise"
        What Ctrl-C does during `fit`: "raise" leaves the estimator as it was before the call and
        raises KeyboardInterrupt, which ends a search as a whole. "keep" warns and keeps the
        network: with a hold-out that of the epoch with the least validation loss, else as far as it
        was trained. Before the end of the first epoch, it raises, too.
    callbacks : list, default=None
        Callbacks of skorch, and functions that are called after each epoch with its row of
        `history_`; ``[print]`` is the simplest. scikit-learn's own callbacks, from version 1.9 on,
        are given to `set_callbacks`.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the hold-out, the order of the images and their distortion.
        With an int, the same machine gives the same weights to the last bit. None draws a fresh
        seed from the operating system.
    device : str, default="auto"
        Where to compute, in torch's words. "auto" means "cuda", else "mps", else "cpu", whichever
        is available first.
    precision : {"auto", "float32", "bfloat16", "float64"}, default="auto"
        Number format of training. "auto" means float64 up to 512 training images, bfloat16 from
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
    n_weights_ : int
        Number of weights of the network, or of all networks together, biases included.
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
    Up to 512 training images, "auto" means an exact fit: float64, full batches, no distortion, and
    batch normalisation whose statistics count weights. A sample of weight 2 is then the same as
    two samples, and the order of samples does not matter, to about 1e-10. Above that, training is
    by mini-batches, and weights act on the loss.

    numpy's and torch's global generators, thread counts and defaults are neither used nor changed.

    References
    ----------
    .. [1] Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
       Learning Rates", 2018.
    .. [2] Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.

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
        "patch_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "filters": ["array-like", StrOptions({"auto"})],
        "kernel_size": [Interval(Integral, 1, None, closed="left")],
        "hidden_layer_sizes": ["array-like"],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "batch_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "schedule": [StrOptions({"one-cycle", "constant"})],
        "label_smoothing": [Interval(Real, 0, 1, closed="left"), StrOptions({"auto"})],
        "augment": ["boolean", StrOptions({"auto", "paper"}), Distortion],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "on_interrupt": [StrOptions({"raise", "keep"})],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "device": [str],
        "precision": [StrOptions({"auto", *DTYPES})],
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
        n_estimators=1,
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
        self.n_estimators = n_estimators
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
        X, y = self._check_data(X, y, reset=not continued)
        classes = np.unique(y)
        if continued and not np.array_equal(classes, self.classes_):
            raise ValueError(
                "With warm_start=True, y must have the classes of the previous fit: "
                f"{self.classes_}, got {classes}."
            )
        rng = self._random_state()
        train, valid = encode(X, y, classes, sample_weight, self.class_weight), None
        if self.early_stopping or self.validation_fraction is not None:
            train, valid = hold_out(train, self.validation_fraction or 0.1, rng)
        self._choose(len(train.y), continued)
        if not continued:
            self._start(train, classes, rng)
        context = self._init_callback_context(max_subtasks=self.max_epochs_)
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        return self._train(
            train,
            valid,
            max_epochs=self.max_epochs_,
            schedule=self.schedule,
            tasks=functools.partial(EpochTasks, context, self, X=X, y=y, metadata=metadata),
        )

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
        X, y = self._check_data(X, y, reset=first)
        classes = self.classes_ if classes is None else np.unique(classes)
        if not first and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"classes={classes} is not the same as on the first call to partial_fit: "
                f"{self.classes_}."
            )
        train = encode(X, y, classes, sample_weight, self.class_weight)
        self._choose(max(len(train.y), _auto.EXACT_SAMPLES + 1), not first)
        if self.label_smoothing == "auto":
            self.label_smoothing_ = 0.0  # a part of the data is too little to calibrate by
        if first:
            self._start(train, classes, self._random_state())
        return self._train(train, None, max_epochs=1, schedule="constant")

    def _check_data(self, X, y, *, reset):
        self._check_sizes()
        X, shape = as_rows(X)
        X, y = validate_data(self, X, y, reset=reset, dtype="numeric")
        check_classification_targets(y)
        if reset:
            stated = shape if self.image_shape is None else self.image_shape
            self.image_shape_ = find_image_shape(X.shape[1], stated)
        self._check_image_shape(shape)
        return X, y

    def _check_sizes(self):
        """Check what `_parameter_constraints` cannot say."""
        if self.filters != "auto":
            blocks = [[block] if isinstance(block, Integral) else block for block in self.filters]
            if not all(isinstance(block, list | tuple) and _are_sizes(block) for block in blocks):
                raise ValueError(
                    f"filters must hold positive integers, or tuples of them, got {self.filters}."
                )
        if not _are_sizes(self.hidden_layer_sizes):
            raise ValueError(
                f"hidden_layer_sizes must hold positive integers, got {self.hidden_layer_sizes}."
            )
        if not all(map(is_callback, self.callbacks or [])):
            raise ValueError(
                f"callbacks must hold skorch callbacks or functions, got {self.callbacks}."
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

    def _random_state(self):
        """Return the generator; for None a fresh one, as numpy's global one is not ours."""
        if self.random_state is None:
            return np.random.RandomState()
        return check_random_state(self.random_state)

    def _choose(self, n_samples, continued):
        """Set what each parameter that may be "auto" means for so many samples."""
        situation = _auto.Situation(n_samples, self.image_shape_)
        for name in _auto.RULES:
            if not (continued and name in ("patch_size", "filters", "device", "precision")):
                setattr(self, f"{name}_", _auto.choose(name, getattr(self, name), situation))
            if name == "device":
                situation.device = self.device_

    def _start(self, train, classes, rng):
        """Set all that a first fit sets and a further one keeps."""
        self.classes_ = classes
        mean, scale = pixel_statistics(train.X, train.weight)
        recipe = {
            "architecture": {
                "image_shape": self.image_shape_,
                "n_classes": len(classes),
                "patch_size": self.patch_size_,
                "filters": tuple(self.filters_),
                "kernel_size": self.kernel_size,
                "hidden_layer_sizes": tuple(self.hidden_layer_sizes),
                "n_estimators": self.n_estimators,
            },
            "precision": self.precision_,
            "device": self.device_,
            "optimizer": self.optimizer,
        }
        if self.optimizer != "adam":
            recipe["weight_decay"] = self.weight_decay
        if self.optimizer == "sgd":
            recipe.update(momentum=self.momentum, nesterov=self.momentum > 0)
        self.net_ = new_net(recipe, seed=rng.randint(2**31), pixel_mean=mean, pixel_scale=scale)
        self.history_ = []

    def _train(self, train, valid, *, max_epochs, schedule, tasks=None):
        net, history = from_state(get_state(self.net_)), [*self.history_]
        distort = self.augment_ and self.augment_.for_training()
        dataset = self._resident(train)
        held_out = None if valid is None else self._resident(valid)
        n_batches = max_epochs * math.ceil(len(dataset) / self.batch_size_)
        if tasks is not None:
            tasks = tasks(learned=lambda net: _learned(from_state(get_state(net)), history))
        try:
            with Progress(self.verbose, len(history) + max_epochs, n_batches) as progress:
                training.train(
                    net,
                    dataset,
                    held_out,
                    max_epochs=max_epochs,
                    batch_size=self.batch_size_,
                    learning_rate=self.learning_rate,
                    schedule=schedule,
                    label_smoothing=self.label_smoothing_,
                    distort=distort,
                    patience=self.patience if self.early_stopping else None,
                    history=history,
                    callbacks=self.callbacks or [],
                    tasks=tasks,
                    progress=progress,
                )
        except KeyboardInterrupt:
            if self.on_interrupt == "raise" or len(history) == len(self.history_):
                raise
            self._warn_of_interrupt(history[len(self.history_) :], max_epochs)
        self.__dict__.update(_learned(net, history))
        if tasks is not None:
            self._finish(dataset, held_out, distort)
            tasks.close(net)
        self._warn_if_no_better_than_guessing(train)
        return self

    def _finish(self, dataset, held_out, distort):
        """Learn what takes a whole training: statistics, temperature and what is typical."""
        if self.augment_:
            training.refresh_statistics(self.net_, dataset)
        if self.label_smoothing_:
            n_images = len(dataset) + (0 if held_out is None else len(held_out))
            lowest = training.least_temperature(n_images, len(self.classes_), self.label_smoothing_)
            if held_out is None:
                training.calibrate(self.net_, dataset, lowest, distort)
            else:
                training.calibrate(self.net_, held_out, lowest)
        training.learn_typical(self.net_, dataset)

    @staticmethod
    def _warn_of_interrupt(rows, max_epochs):
        if "valid_loss" in rows[-1]:
            best = min(rows, key=lambda row: row["valid_loss"])
            kept = f"that of epoch {best['epoch']}, the best by its validation loss"
        else:
            kept = "as far as it was trained"
        warnings.warn(
            f"Interrupted after {len(rows)} of {max_epochs} epochs; the network is kept, {kept}. "
            "With warm_start=True, fit goes on from it.",
            ConvergenceWarning,
            stacklevel=4,
        )

    def _resident(self, samples):
        weight = samples.weight
        if weight is None and self.precision_ == "float64":
            weight = np.ones(len(samples.y))  # weighted or not, the same arithmetic
        return ResidentImages(
            rows_to_images(samples.X, self.image_shape_),
            samples.y,
            weight,
            precision=self.precision_,
            device=self.device_,
        )

    def _warn_if_no_better_than_guessing(self, train):
        targets = len(self.classes_), self.label_smoothing_
        guess = guessing_loss(train, *targets) - least_loss(*targets)
        if self.history_ and 0 < guess <= self.history_[-1]["train_loss"]:
            warnings.warn(
                f"The training loss, {self.history_[-1]['train_loss']:.3g}, is not below that of "
                f"always answering with the classes' shares, {guess:.3g}: lower learning_rate, or "
                "train longer.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "net_" in state:
            state["net_"] = get_state(self.net_)
        return state

    def __setstate__(self, state):
        if "net_" in state:
            state = {**state, "net_": from_state(state["net_"])}
        super().__setstate__(state)
