"""Training of a net: skorch's loop over batches of tensors on the device."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sklearn.exceptions import ConvergenceWarning
from skorch.exceptions import SkorchException
from skorch.helper import predefined_split

from skdigits._utils.warning import warn_user
from skdigits.training._callbacks import (
    BestEpoch,
    EpochEnd,
    EpochTasks,
    OneCycle,
    StopEarly,
    set_learning_rate,
    stopped_early,
)
from skdigits.training._devices import undisturbed
from skdigits.training._finishing import average_weights
from skdigits.training._net import Net
from skdigits.training._progress import Progress


@dataclass(frozen=True)
class Plan:
    """How a net is trained.

    Parameters
    ----------
    max_epochs, batch_size : int
    learning_rate : float
    schedule : {"one-cycle", "constant"}
    label_smoothing : float
    distortion : RandomDistortion or None
        What distorts training images.
    patience : int or None, default=None
        Number of epochs without a lower validation loss after which to stop. The best weights are
        then restored. None does neither.
    history : list of dict, default=[]
        Rows of earlier trainings; those of this one are appended.
    callbacks : list, default=[]
        skorch callbacks, and functions that are called with each row of the history.
    tasks : EpochTasks or None, default=None
        Reports to scikit-learn's callbacks.
    is_whole : bool, default=True
        Whether this is a whole training, at the end of which the network is calibrated and learns
        what is typical, or only a part of one.
    halfway_to : Net or None, default=None
        A net whose weights are averaged with the trained ones, before calibration.
    keeps_interrupted : bool, default=False
        Whether Ctrl-C keeps the network, after the first epoch.
    verbose : int, default=0
    """

    max_epochs: int
    batch_size: int
    learning_rate: float
    schedule: str
    label_smoothing: float
    distortion: Callable | None
    patience: int | None = None
    history: list = field(default_factory=list)
    callbacks: list = field(default_factory=list)
    tasks: EpochTasks | None = None
    is_whole: bool = True
    halfway_to: Net | None = None
    keeps_interrupted: bool = False
    verbose: int = 0


class Trained(NamedTuple):
    """Result of a training: the net in eval mode, all rows of its history, and how it ended."""

    net: Net
    history: list
    interrupted: bool


@undisturbed
def fit(net, train, valid, plan):
    """Train a net.

    Parameters
    ----------
    net : Net
        It is changed.
    train : Samples
    valid : Samples or None
        Held out.
    plan : Plan

    Returns
    -------
    trained : Trained

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, unless the plan keeps the network.
    ValueError
        If the loss or a weight is no longer finite, or a callback needs a validation set and there
        is none.

    Warns
    -----
    ConvergenceWarning
        If the network is kept after Ctrl-C, or a whole training has learned nothing.
    """
    n_before = len(plan.history)
    train_set = net.resident(train)
    valid_set = valid and net.resident(valid)
    n_batches = plan.max_epochs * math.ceil(len(train_set) / plan.batch_size)
    note = None
    with Progress(plan.verbose, n_before + plan.max_epochs, n_batches) as progress:
        try:
            _run(net, train_set, valid_set, plan, progress, n_batches)
        except KeyboardInterrupt:
            if not plan.keeps_interrupted or len(plan.history) == n_before:
                raise
            note = _note_of_interrupt(plan.history[n_before:], plan.max_epochs)
        if plan.halfway_to is not None:
            average_weights(net, [plan.halfway_to])
        if plan.is_whole:
            try:
                net.conclude(train_set, valid_set, plan)
            except KeyboardInterrupt:
                if not plan.keeps_interrupted:
                    raise
                note = note or "Interrupted at the end of the training; the network is kept"
                note += ", but its probabilities are not calibrated"
    net.module_.eval()
    if plan.tasks is not None:
        plan.tasks.close(net)
    if note:
        text = f"{note}. With warm_start=True, fit continues from it."
        warn_user(text, ConvergenceWarning)
    if plan.is_whole:
        _warn_if_no_better_than_guessing(net, train, plan)
    return Trained(net, plan.history, interrupted=note is not None)


def _run(net, train_set, valid_set, plan, progress, n_batches):
    """Run the epochs; on Ctrl-C, keep the weights of the best epoch or else the last ones."""
    functions = [item for item in plan.callbacks if callable(item) and not isinstance(item, type)]
    others = [copy.deepcopy(item) for item in plan.callbacks if item not in functions]
    best = BestEpoch()
    ours = [best, EpochEnd(plan.history, progress, functions)]
    if plan.tasks is not None:
        ours.append(plan.tasks)
    if plan.schedule == "one-cycle":
        ours.append(OneCycle(plan.learning_rate, n_batches))
    last = [] if plan.patience is None else [StopEarly(best, plan.patience)]
    net.callbacks = [*ours, *others, *last]
    net.initialize_callbacks()
    net.batch_size = plan.batch_size
    net.iterator_train__generator = net.generator
    net.train_split = predefined_split(valid_set) if valid_set is not None else None
    net.prepare(plan)
    set_learning_rate(net, plan.learning_rate)

    interrupt = None
    try:
        net.notify("on_train_begin", X=train_set, y=train_set.labels)
        net.fit_loop(train_set, epochs=plan.max_epochs)
    except KeyboardInterrupt as error:
        if not stopped_early(net):
            interrupt = error
    except (KeyError, SkorchException) as error:
        if valid_set is not None or "valid_" not in str(error):
            raise
        raise ValueError(
            "A callback needs a figure of the validation set, but there is none: set "
            f"validation_fraction ({error})."
        ) from error
    net.notify("on_train_end", X=train_set, y=train_set.labels)
    net.callbacks, net.train_split = None, None  # they hold the data, and so do tasks
    net.callbacks_ = [item for item in net.callbacks_ if item[1] not in (*ours, *last)]
    if not all(weights.isfinite().all() for weights in net.module_.state_dict().values()):
        raise ValueError(
            "Training diverged: a weight of the network is not finite. "
            "Lower learning_rate, or scale X."
        )
    if interrupt is not None or plan.patience is not None:
        best.restore(net)
    if interrupt is not None:
        raise interrupt


def _note_of_interrupt(rows, max_epochs):
    if "valid_loss" in rows[-1]:
        best = min(rows, key=lambda row: row["valid_loss"])
        kept = f"from epoch {best['epoch']}, the best by its validation loss"
    else:
        kept = "as far as it was trained"
    return f"Interrupted after {len(rows)} of {max_epochs} epochs; the network is kept, {kept}"


def _warn_if_no_better_than_guessing(net, train, plan):
    guess, loss = net.guessing_loss(train, plan), plan.history[-1]
    if 0 < guess <= loss["train_loss"]:
        warn_user(
            f"The training loss, {loss['train_loss']:.3g}, is not below the loss of guessing, "
            f"{guess:.3g}: lower learning_rate, or train longer.",
            ConvergenceWarning,
        )
