"""The reader of numbers: an estimator of pictures and strings."""

from math import ceil
from numbers import Integral, Real

from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from skdigits import training
from skdigits._utils.failure import unchanged_on_failure
from skdigits._utils.sklearn import (
    CallbackSupportMixin,
    EcosystemMixin,
    Interval,
    StrOptions,
    _fit_context,
    with_callbacks,
)
from skdigits._utils.warning import warn_user
from skdigits.augmentation import Distortion
from skdigits.normalizer import check_pictures
from skdigits.numbers._predictions import SYMBOLS, ReadingMixin
from skdigits.numbers._samples import encode, find_samples, with_rehearsal
from skdigits.training import NetHolder, learned

ARCHITECTURE = {
    "n_symbols": 1 + len(SYMBOLS),
    "filters": ((32, 32), (64, 64), (96, 96)),
    "context": (128, 128, 128),
}
N_SHOWN = 300_000  # lines that training shows, if max_epochs is "auto"
N_SHOWN_MORE = 20_000  # the same where it continues
MOST = 2**31 - 1  # of anything that is counted


class DigitReader(NetHolder, ReadingMixin, CallbackSupportMixin, EcosystemMixin, BaseEstimator):
    """A reader of handwritten numbers, trained on pictures and strings.

    It finds the line of digits in a picture, and a convolutional network with CTC [1]_ reads it as
    a whole: digits need not be apart. What is known of the number - how long it is, which codes
    there are, a check digit - is used exactly: of all numbers that satisfy it, the reader finds the
    best one and says how probable it is among them.

    Parameters
    ----------
    engine : {"cnn", "rapidocr"}, default="cnn"
        What reads the line. "cnn" is the network that `fit` trains. "rapidocr" is PP-OCRv6 (small),
        a recogniser of any text that the package rapidocr brings: it needs
        ``pip install "skdigits[ocr]"`` and no `fit`. All that follows holds for both.
    length : int or tuple of (int, int), default=None
        Number of digits, or the least and the most. This and the following parameters up to
        `max_error_rate` can be set without fitting anew.
    pattern : str, default=None
        Such as ``"dddd-dd-dd"`` or ``"19dd"``: d stands for any digit and 0 to 9 for itself. Other
        signs are written in the text, whether they are on the paper or not.
    allowed : iterable of str, or path-like, default=None
        The numbers that are possible, or a text file with one on each line. They are returned as
        they are written there.
    checksum : {"luhn", "isbn10", "isbn13", "mod97"} or Automaton, default=None
        What the digits satisfy.
    min_value, max_value : int, default=None
        Least and largest value of the digits as a whole number.
    separators : bool, default=False
        Whether a decimal comma or point between digits is kept in the text, as ".".
    min_probability : float, default=0.5
        A digit that is less probable than this becomes "?" in the text, in [0, 1).
    max_error_rate : float, default=None
        Numbers that are too uncertain to keep the share of wrong ones below this, in (0, 1), are
        rejected. It holds for pictures like the held-out ones of `fit` or `calibrate`;
        ``engine="rapidocr"`` needs the latter.
    max_epochs : int or "auto", default="auto"
        Passes through the pictures. "auto" shows about 300,000, or 20,000 where `fit` continues:
        at least 3 passes and at most 60.
    batch_size : int, default=64
        Largest number of lines in a batch.
    learning_rate : float, default=0.004
        Peak of the one-cycle schedule of AdamW.
    weight_decay : float, default=0.02
        Decoupled weight decay.
    augment : Distortion, default=None
        How training lines are distorted at random, anew in each epoch. None leaves them as they
        are: composed pictures are varied already.
    validation_fraction : float, default=0.05
        Share of the pictures that is held out to measure loss and accuracy after each epoch, to
        calibrate the confidence and for `max_error_rate`; in (0, 1). None holds out nothing, and
        training pictures serve the latter two, which makes the reader too sure.
    early_stopping : bool, default=False
        Whether to stop when the loss on held-out pictures has not fallen for `patience` epochs. The
        weights of the best epoch are then restored.
    patience : int, default=5
        Epochs to wait for a lower validation loss; for `early_stopping` only.
    warm_start : bool, default=False
        Whether a further call of `fit` continues from the weights of the last: so a reader learns
        the hand of your own pictures.
    n_rehearsed : int, default=1000
        Numbers of many hands that are composed and learned beside the pictures when `fit`
        continues, so that it does not forget what it knew. The pictures are repeated until they are
        as many, and the weights become the mean of those before and after [2]_. Half as many
        composed numbers are held out with those of `validation_fraction`. 0 does none of this.
    on_interrupt : {"raise", "keep"}, default="raise"
        What Ctrl-C does during `fit`: "raise" leaves the reader as it was before the call, "keep"
        keeps the network as far as it was trained, with a warning.
    callbacks : list, default=None
        Callbacks of skorch, and functions that are called after each epoch with its row of
        `history_`. scikit-learn's own are given to `set_callbacks`.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the held-out pictures and their order.
    device : str or torch.device, default="auto"
        Where to compute. "auto" means "cuda", else "mps", else "cpu", whichever is available first.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Number format of training. "auto" means bfloat16 where the processor computes it natively.
    verbose : int, default=0
        1 shows a bar with the remaining time in a terminal, and a line for each epoch in a pipe. 2
        shows a line for each epoch everywhere.

    Attributes
    ----------
    net_ : skorch.NeuralNet
        The trained net; ``net_.module_`` is the torch module, which returns logits.
    history_ : list of dict
        A row an epoch: "epoch" (from 1), "train_loss", with held-out pictures "valid_loss" and
        "valid_accuracy" (share of strings read exactly), "learning_rate" and "seconds".
    n_epochs_ : int
        Number of epochs trained.
    interrupted_ : bool
        Whether Ctrl-C ended the last training, whose network was kept.
    held_out_confidence_ : ndarray of shape (n_held_out,)
        Confidence of the readings of held-out pictures, up to 5,000.
    held_out_right_ : ndarray of bool of shape (n_held_out,)
        Whether each is exact.
    ocr_confidence_ : ndarray of shape (n_pictures,)
        With ``engine="rapidocr"``: confidence of the readings of the pictures for `calibrate`. A
        model file does not hold it.
    ocr_right_ : ndarray of bool of shape (n_pictures,)
        Whether each is exact.
    max_epochs_, device_, precision_
        What "auto" chose, or the parameter's own value.

    See Also
    --------
    skdigits.datasets.compose_strings : Makes pictures of numbers to learn from.
    skdigits.read_digits : Reads pictures of single digits.

    References
    ----------
    .. [1] Graves et al., "Connectionist Temporal Classification", ICML 2006.
    .. [2] Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdigits import DigitReader
    >>> from skdigits.datasets import compose_strings
    >>> X, y = load_digits(return_X_y=True)
    >>> pictures, strings = compose_strings(X, y, 100, lengths=3, random_state=0)
    >>> reader = DigitReader(max_epochs=10, batch_size=10, random_state=0)
    >>> reader = reader.fit(pictures, strings)
    >>> reader.set_params(length=3, min_probability=0).predict(pictures[:5]).shape
    (5,)
    """

    _parameter_constraints = {
        "engine": [StrOptions({"cnn", "rapidocr"})],
        "length": [Interval(Integral, 0, None, closed="left"), tuple, None],
        "pattern": [str, None],
        "allowed": "no_validation",
        "checksum": "no_validation",
        "min_value": [Interval(Integral, 0, None, closed="left"), None],
        "max_value": [Interval(Integral, 0, None, closed="left"), None],
        "separators": ["boolean"],
        "min_probability": [Interval(Real, 0, 1, closed="left")],
        "max_error_rate": [Interval(Real, 0, 1, closed="neither"), None],
        "max_epochs": [StrOptions({"auto"}), Interval(Integral, 1, MOST, closed="both")],
        "batch_size": [Interval(Integral, 1, MOST, closed="both")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "augment": [Distortion, None],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "early_stopping": ["boolean"],
        "patience": [Interval(Integral, 1, MOST, closed="both")],
        "warm_start": ["boolean"],
        "n_rehearsed": [Interval(Integral, 0, MOST, closed="both")],
        "on_interrupt": [StrOptions({"raise", "keep"})],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "device": "no_validation",
        "precision": [StrOptions({"auto", "float32", "bfloat16"})],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        engine="cnn",
        length=None,
        pattern=None,
        allowed=None,
        checksum=None,
        min_value=None,
        max_value=None,
        separators=False,
        min_probability=0.5,
        max_error_rate=None,
        max_epochs="auto",
        batch_size=64,
        learning_rate=0.004,
        weight_decay=0.02,
        augment=None,
        validation_fraction=0.05,
        early_stopping=False,
        patience=5,
        warm_start=False,
        n_rehearsed=1000,
        on_interrupt="raise",
        callbacks=None,
        random_state=None,
        device="auto",
        precision="auto",
        verbose=0,
    ):
        self.engine = engine
        self.length = length
        self.pattern = pattern
        self.allowed = allowed
        self.checksum = checksum
        self.min_value = min_value
        self.max_value = max_value
        self.separators = separators
        self.min_probability = min_probability
        self.max_error_rate = max_error_rate
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.augment = augment
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.patience = patience
        self.warm_start = warm_start
        self.n_rehearsed = n_rehearsed
        self.on_interrupt = on_interrupt
        self.callbacks = callbacks
        self.random_state = random_state
        self.device = device
        self.precision = precision
        self.verbose = verbose

    @unchanged_on_failure
    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, pictures, strings, sample_weight=None):
        """Train the network; with ``engine="rapidocr"``, only `calibrate`.

        Parameters
        ----------
        pictures : iterable of pictures
            A picture is what :class:`DigitNormalizer` takes: a path, an open file, a PIL image, an
            array. Each holds one line of digits. They are read one by one, so that a generator
            needs no memory for all of them.
        strings : array-like of str of shape (n_pictures,)
            What stands on each: digits from left to right, and decimal marks, if they are to be
            learned, as "." or ",". A "?" stands for a letter, a sign or a scribble that is no
            digit; an empty string says that there is nothing to read.
        sample_weight : array-like of shape (n_pictures,), default=None
            What each picture counts. None means 1.

        Returns
        -------
        self : DigitReader
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or a string cannot be used, a picture cannot be read, or training
            diverges.
        KeyboardInterrupt
            On Ctrl-C, unless ``on_interrupt="keep"``.

        Warns
        -----
        UserWarning
            If pictures without ink are left out, or held-out ones are too few.
        """
        check_pictures(pictures)
        self._constraint()
        if self.engine != "cnn":
            return self.calibrate(pictures, strings)
        labels = encode(strings)
        if sample_weight is not None:
            sample_weight = training.check_weight(sample_weight, len(labels))
        samples = find_samples(pictures, labels, sample_weight)
        rng = self._random_state()
        train, valid = self._split(samples, rng)
        continued = self.warm_start and hasattr(self, "net_")
        rehearses = continued and self.n_rehearsed > 0
        if rehearses:
            train, valid = with_rehearsal(train, valid, self.n_rehearsed, rng)
        self.device_ = training.find_device(str(self.device))
        self.precision_ = self._choose_precision()
        n_epochs = self.max_epochs
        if isinstance(n_epochs, str):
            n_shown = N_SHOWN_MORE if continued else N_SHOWN
            n_epochs = min(60, max(3, ceil(n_shown / len(train.y))))
        self.max_epochs_ = n_epochs
        recipe = {
            "architecture": ARCHITECTURE,
            "precision": self.precision_,
            "device": self.device_,
            "optimizer": "adamw",
            "weight_decay": self.weight_decay,
        }
        if continued:
            net = training.copy_net(self.net_, recipe)
        else:
            net = training.new_net(recipe, train, seed=rng.randint(2**31))
        history = [*self.history_] if continued else []
        tasks = training.EpochTasks(
            self._init_callback_context(max_subtasks=self.max_epochs_),
            self,
            lambda net: learned(training.copy_net(net, net.recipe), history),
            X=pictures,
            y=strings,
            metadata=None if sample_weight is None else {"sample_weight": sample_weight},
        )
        plan = training.Plan(
            max_epochs=self.max_epochs_,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            schedule="one-cycle",
            label_smoothing=0.0,
            distortion=self.augment and self.augment.for_training(),
            patience=self.patience if self.early_stopping else None,
            history=history,
            callbacks=list(self.callbacks or []),
            tasks=tasks,
            halfway_to=self.net_ if rehearses else None,
            keeps_interrupted=self.on_interrupt == "keep",
            verbose=self.verbose,
        )
        trained = training.fit(net, train, valid, plan)
        self.__dict__.update(learned(trained.net, trained.history, trained.interrupted))
        try:
            self._learn_confidence(train if valid is None else valid)
        except KeyboardInterrupt:
            if self.on_interrupt == "raise":
                raise
            self.interrupted_ = True
            self._keep_confidence([], [])
            warn_user(
                "Interrupted after the training: the network is kept, but max_error_rate needs "
                "a call of calibrate.",
                ConvergenceWarning,
            )
        return self

    @unchanged_on_failure
    def calibrate(self, pictures, strings):
        """Learn how sure the fitted network is of pictures that it was not trained on.

        `fit` does so by itself, on held-out pictures. Do it again with pictures of your own where
        confidences, or `max_error_rate`, are to be right for them.

        Parameters
        ----------
        pictures : iterable of pictures
            As for `fit`; some hundreds or more.
        strings : array-like of str of shape (n_pictures,)
            What stands on each.

        Returns
        -------
        self : DigitReader
            The reader, which reads as before.
        """
        check_is_fitted(self)
        check_pictures(pictures)
        labels = encode(strings)
        if self.engine != "cnn":
            self._learn_ocr_confidence(pictures, strings)
            return self
        samples = find_samples(pictures, labels, None)
        net = training.copy_net(self.net_, self.net_.recipe)
        training.calibrate_lines(net, samples)
        self.net_ = net
        self._learn_confidence(samples)
        return self

    def _choose_precision(self):
        if self.precision != "auto":
            return self.precision
        return "bfloat16" if training.has_bfloat16(self.device_) else "float32"

    def _split(self, samples, rng):
        """Return samples to train on, and those held out or None."""
        n = len(samples.y)
        n_valid = 0 if self.validation_fraction is None else ceil(self.validation_fraction * n)
        if self.early_stopping and not n_valid:
            raise ValueError("early_stopping needs a validation_fraction.")
        if n_valid >= n:
            raise ValueError(
                f"{n} pictures leave none to train on with validation_fraction="
                f"{self.validation_fraction}: give more, or set it to None."
            )
        order = rng.permutation(n)
        valid = samples.take(order[:n_valid]) if n_valid else None
        return samples.take(order[n_valid:]), valid

    def __getstate__(self):
        state = super().__getstate__()
        state.pop("_made", None)
        return state

    def __sklearn_is_fitted__(self):
        return self.engine != "cnn" or hasattr(self, "net_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags
