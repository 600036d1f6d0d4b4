"""The reader of numbers: an estimator that is fitted on pictures and strings."""

from math import ceil
from numbers import Integral, Real

from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from skdigits import training
from skdigits._utils.failure import unchanged_on_failure
from skdigits._utils.sklearn import (
    BOOLEAN,
    VERBOSE,
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
N_SHOWN = 300_000  # lines shown in training over all epochs, if max_epochs is "auto"
N_SHOWN_MORE = 20_000  # the same if fit continues
MOST = 2**31 - 1  # largest value of parameters that are counts


class DigitReader(NetHolder, ReadingMixin, CallbackSupportMixin, EcosystemMixin, BaseEstimator):
    """Reader of handwritten numbers, trained on pictures and strings.

    It finds the line of digits in a picture and reads the whole line with a convolutional network
    that was trained with CTC [1]_, so that digits may touch. Constraints, such as the length, a
    list of codes or a check digit, are used exactly: of all numbers that satisfy them, the reader
    finds the best one and its probability among them.

    Parameters
    ----------
    engine : {"cnn", "rapidocr"}, default="cnn"
        Model that reads the line. "cnn" is the network that `fit` trains. "rapidocr" is PP-OCRv6
        (small), a recogniser for any text from the package rapidocr: it needs
        ``pip install "skdigits[ocr]"``, but no `fit`. The parameters from `length` to
        `max_error_rate` apply to both.
    length : int or tuple of (int, int), default=None
        Number of digits, or the minimum and maximum number. This parameter and those below, up to
        `max_error_rate`, can be changed without fitting again.
    pattern : str, default=None
        Form of the number, such as ``"dddd-dd-dd"`` or ``"19dd"``: d stands for any digit, and 0 to
        9 stand for themselves. Other characters are part of the text, whether or not they are on
        the paper.
    allowed : iterable of str, or path-like, default=None
        All possible numbers, or the path of a text file with one number per line. Numbers are
        returned as written there, including spaces and dashes.
    checksum : {"luhn", "isbn10", "isbn13", "mod97"} or Automaton, default=None
        Check-digit rule that the digits must satisfy.
    min_value, max_value : int, default=None
        Minimum and maximum of the number, its digits taken as a whole number.
    separators : bool, default=False
        Whether the text contains "." for a decimal comma or point between digits.
    min_probability : float, default=0.5
        Digits with a lower probability than this become "?" in the text. In [0, 1).
    max_error_rate : float, default=None
        If given, uncertain numbers are rejected so that at most this share of the others is wrong.
        In (0, 1); 0.01 means 1 %. It holds for pictures like those held out by `fit` or given to
        `calibrate`. With ``engine="rapidocr"``, call `calibrate` first.
    max_epochs : int or "auto", default="auto"
        Number of epochs, that is, of passes over the training pictures. "auto" shows about 300,000
        pictures in total, or 20,000 if `fit` continues: at least 3 epochs and at most 60.
    batch_size : int, default=64
        Maximum number of lines in a batch.
    learning_rate : float, default=0.004
        Highest learning rate of the one-cycle schedule of AdamW.
    weight_decay : float, default=0.02
        Decoupled weight decay.
    augment : Distortion, default=None
        Random distortion of the training lines, different in each epoch. None means no distortion:
        composed pictures already vary.
    validation_fraction : float, default=0.05
        Fraction of the pictures to set aside as a validation set; in (0, 1). It is used to measure
        loss and accuracy after each epoch, to calibrate the confidence, and for `max_error_rate`.
        None means no validation set: the training pictures are used for the confidence and
        `max_error_rate`, which makes the reader overconfident.
    early_stopping : bool, default=False
        Whether to stop training when the validation loss has not fallen for `patience` epochs. The
        network then has the weights of the epoch with the lowest validation loss.
    patience : int, default=5
        Number of epochs to wait for a lower validation loss. Only used if `early_stopping` is True.
    warm_start : bool, default=False
        Whether a further call of `fit` continues from the weights of the previous call. Use it to
        fine-tune a reader to the handwriting in your own pictures.
    n_rehearsed : int, default=1000
        Number of composed numbers, in many handwritings, that are learned together with the
        pictures when `fit` continues, so that the network does not forget what it learned before.
        The pictures are repeated until there are as many of them, and the weights become the mean
        of the weights before and after [2]_. If there is a validation set, half as many composed
        numbers are added to it. 0 turns all of this off.
    on_interrupt : {"raise", "keep"}, default="raise"
        What Ctrl-C does during `fit`. "raise" leaves the reader as it was before the call and
        raises KeyboardInterrupt. "keep" warns and keeps the network as far as it was trained.
    callbacks : list, default=None
        Callbacks of skorch, and functions that are called after each epoch with its row of
        `history_`. Give scikit-learn's own callbacks to `set_callbacks` instead.
    random_state : int, RandomState instance or None, default=None
        Controls the initial weights, the choice of the validation set and the order of the
        pictures. Pass an int for reproducible results.
    device : str or torch.device, default="auto"
        PyTorch device to compute on, such as "cuda:0". "auto" means the first of "cuda", "mps" and
        "cpu" that is available.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Number format of the training. "auto" means bfloat16 if the device supports it natively,
        otherwise float32.
    verbose : int, default=0
        What `fit` prints. 0 prints nothing. 1 shows a progress bar with the remaining time in a
        terminal, and a line per epoch if the output goes to a pipe. 2 prints a line per epoch
        everywhere.

    Attributes
    ----------
    net_ : skorch.NeuralNet
        The trained net; ``net_.module_`` is the torch module, which returns logits.
    history_ : list of dict
        One row per epoch: "epoch" (from 1), "train_loss", "learning_rate", "seconds" and, with a
        validation set, "valid_loss" and "valid_accuracy" (share of strings read exactly).
    n_epochs_ : int
        Number of epochs trained.
    interrupted_ : bool
        Whether the last training was ended by Ctrl-C, with ``on_interrupt="keep"``.
    held_out_confidence_ : ndarray of shape (n_held_out,)
        Confidence of the readings of up to 5,000 held-out pictures.
    held_out_right_ : ndarray of bool of shape (n_held_out,)
        Whether each of these readings is correct.
    ocr_confidence_ : ndarray of shape (n_pictures,)
        With ``engine="rapidocr"``: confidence of the readings of the pictures given to `calibrate`.
        It is not saved in model files.
    ocr_right_ : ndarray of bool of shape (n_pictures,)
        Whether each of these readings is correct.
    max_epochs_, device_, precision_
        The value in use: what "auto" chose, or the parameter itself.

    See Also
    --------
    skdigits.datasets.compose_strings : Composes pictures of numbers to train on.
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
        "separators": [*BOOLEAN],
        "min_probability": [Interval(Real, 0, 1, closed="left")],
        "max_error_rate": [Interval(Real, 0, 1, closed="neither"), None],
        "max_epochs": [StrOptions({"auto"}), Interval(Integral, 1, MOST, closed="both")],
        "batch_size": [Interval(Integral, 1, MOST, closed="both")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "augment": [Distortion, None],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "early_stopping": [*BOOLEAN],
        "patience": [Interval(Integral, 1, MOST, closed="both")],
        "warm_start": [*BOOLEAN],
        "n_rehearsed": [Interval(Integral, 0, MOST, closed="both")],
        "on_interrupt": [StrOptions({"raise", "keep"})],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "device": "no_validation",
        "precision": [StrOptions({"auto", "float32", "bfloat16"})],
        "verbose": [*VERBOSE],
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
        """Train the network; with ``engine="rapidocr"``, only call `calibrate`.

        Parameters
        ----------
        pictures : iterable of pictures
            Each picture shows one line of digits. It is anything that :class:`DigitNormalizer`
            reads, such as a path, an open file, a PIL image or an array. Pictures are read one by
            one, so a generator does not need memory for all of them.
        strings : array-like of str of shape (n_pictures,)
            The text of each picture: digits from left to right, and decimal marks as "." or ",", if
            the network should learn them. "?" stands for a letter, a sign or a scribble that is not
            a digit. An empty string means that there is nothing to read.
        sample_weight : array-like of shape (n_pictures,), default=None
            Weight of each picture. None means 1 for all.

        Returns
        -------
        self : DigitReader
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or a string is invalid, a picture cannot be read, or training diverges.
        KeyboardInterrupt
            On Ctrl-C, unless ``on_interrupt="keep"``.

        Warns
        -----
        UserWarning
            If pictures without ink are left out, or there are too few held-out pictures.
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
                "Interrupted after the training: the network is kept, but call calibrate before "
                "you use max_error_rate.",
                ConvergenceWarning,
            )
        return self

    @unchanged_on_failure
    def calibrate(self, pictures, strings):
        """Calibrate the confidence on pictures that the reader was not trained on.

        `fit` does this on its validation set. Call this method with your own pictures if
        confidences and `max_error_rate` should hold for pictures like them.

        Parameters
        ----------
        pictures : iterable of pictures
            As for `fit`; a few hundred or more.
        strings : array-like of str of shape (n_pictures,)
            The text of each picture, as for `fit`.

        Returns
        -------
        self : DigitReader
            The same reader, with calibrated confidences.
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
        """Return the training set, and the validation set or None."""
        n = len(samples.y)
        n_valid = 0 if self.validation_fraction is None else ceil(self.validation_fraction * n)
        if self.early_stopping and not n_valid:
            raise ValueError(
                "early_stopping needs a validation set: set validation_fraction, such as to 0.05."
            )
        if n_valid >= n:
            raise ValueError(
                f"validation_fraction={self.validation_fraction} of {n} pictures leaves none to "
                "train on: give more pictures, or set it to None."
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
