"""The skorch callbacks of a training."""

import copy
import math

from skorch.callbacks import Callback, EarlyStopping


def one_cycle(step, n_steps, warm_up=0.2):
    """Return the learning rate of a step, as a share of its peak.

    It rises from near zero to 1, then falls to zero along a cosine.

    Parameters
    ----------
    step : int
        From 1 to `n_steps`.
    n_steps : int
        Number of batches in the whole training.
    warm_up : float, default=0.2
        Share of the steps before the peak.

    References
    ----------
    Smith & Topin, "Super-Convergence", 2018.
    """
    n_up = max(1, round(warm_up * n_steps))
    if step <= n_up:
        return step / n_up
    done = (step - n_up) / (n_steps - n_up + 1)
    return (1 + math.cos(math.pi * done)) / 2


class OneCycle(Callback):
    """Let the learning rate follow `one_cycle`.

    Parameters
    ----------
    learning_rate : float
        The peak.
    n_batches : int
        Number of batches in the whole training.
    """

    def __init__(self, learning_rate, n_batches):
        self.learning_rate = learning_rate
        self.n_batches = n_batches

    def on_train_begin(self, net, **kwargs):
        """Start a cycle."""
        self.step_ = 0

    def on_batch_begin(self, net, training=False, **kwargs):
        """Set the learning rate of the coming batch."""
        if training:
            self.step_ += 1
            set_learning_rate(net, self.learning_rate * one_cycle(self.step_, self.n_batches))


class EpochEnd(Callback):
    """Write the row of each epoch to the history; raise an error if training has diverged.

    Parameters
    ----------
    history : list of dict
        Appended to.
    progress : Progress
        Told of each batch and row.
    functions : list of callable
        Each is called with the row.
    """

    def __init__(self, history, progress, functions):
        self.history = history
        self.progress = progress
        self.functions = functions

    def on_batch_end(self, net, training=False, **kwargs):
        """Count the batch."""
        if training:
            self.progress.batch()

    def on_epoch_end(self, net, **kwargs):
        """Write the row."""
        record = net.history[-1]
        row = {"epoch": len(self.history) + 1, "train_loss": float(record["train_loss"])}
        if not math.isfinite(row["train_loss"]):
            raise ValueError(
                f"Training diverged: the loss was {row['train_loss']} in epoch {row['epoch']}. "
                "Lower learning_rate, or scale X."
            )
        for ours, name in (("valid_loss", "valid_loss"), ("valid_accuracy", "valid_acc")):
            if name in record:
                row[ours] = float(record[name])
        row["learning_rate"] = net.optimizer_.param_groups[0]["lr"]
        row["seconds"] = record["dur"]
        self.history.append(row)
        self.progress.epoch(row)
        for function in self.functions:
            function(row)


class BestEpoch(Callback):
    """Keep the weights of the epoch with the lowest validation loss, if there is one."""

    def on_train_begin(self, net, **kwargs):
        """Forget earlier trainings."""
        self.loss_, self.weights_, self.n_worse_ = math.inf, None, 0

    def on_epoch_end(self, net, **kwargs):
        """Keep the weights if the loss is lower."""
        loss = net.history[-1].get("valid_loss", math.inf)
        self.n_worse_ += 1
        if loss < self.loss_:
            self.loss_, self.weights_ = loss, copy.deepcopy(net.module_.state_dict())
            self.n_worse_ = 0

    def restore(self, net):
        """Give the best weights to the network."""
        if self.weights_ is not None:
            net.module_.load_state_dict(self.weights_)


class StopEarly(Callback):
    """Stop when the validation loss has not fallen for some epochs.

    Parameters
    ----------
    best : BestEpoch
    patience : int
    """

    def __init__(self, best, patience):
        self.best = best
        self.patience = patience

    def on_train_begin(self, net, **kwargs):
        """Reset."""
        self.stopped_ = False

    def on_epoch_end(self, net, **kwargs):
        """Stop in the way of skorch's own callbacks."""
        self.stopped_ = self.best.weights_ is not None and self.best.n_worse_ >= self.patience
        if self.stopped_:
            raise KeyboardInterrupt


class EpochTasks(Callback):
    """Report a fit and its epochs to scikit-learn's callbacks.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        Of the fit.
    estimator : estimator
        What is being fitted.
    learned : callable
        Given the net, returns the attributes that the estimator has learned so far.
    **data
        `X`, `y` and `metadata` of the fit.
    """

    def __init__(self, context, estimator, learned, **data):
        self.context = context
        self.estimator = estimator
        self.learned = learned
        self.data = data

    def on_train_begin(self, net, **kwargs):
        """Open the fit."""
        self.stopped_ = False
        self.context.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def on_epoch_begin(self, net, **kwargs):
        """Open the epoch."""
        self.task_ = self.context.subcontext(task_name="epoch")
        self.task_.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def on_epoch_end(self, net, **kwargs):
        """Close the epoch; stop training if a callback asks for it."""
        self.stopped_ = self._close(self.task_, net)
        if self.stopped_:
            raise KeyboardInterrupt

    def close(self, net):
        """Close the fit."""
        self._close(self.context, net)

    def _close(self, task, net):
        return task.call_on_fit_task_end(
            estimator=self.estimator,
            reconstruction_attributes=lambda: self.learned(net),
            **self.data,
        )


def stopped_early(net):
    """Tell whether a callback ended training, by skorch's KeyboardInterrupt, and not Ctrl-C."""
    return any(
        getattr(callback, "stopped_", False)
        or (isinstance(callback, EarlyStopping) and callback.misses_ == callback.patience)
        for _, callback in net.callbacks_
    )


def is_callback(item):
    """Tell whether `item` is a function, a skorch callback, its class, or (name, callback)."""
    if isinstance(item, tuple) and len(item) == 2:
        item = item[1]
    if isinstance(item, type):
        return issubclass(item, Callback)
    return callable(item) or isinstance(item, Callback)


def set_learning_rate(net, learning_rate):
    """Set the learning rate of all parameters."""
    for group in net.optimizer_.param_groups:
        group["lr"] = learning_rate
