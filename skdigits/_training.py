"""Training: skorch's loop over whole batches of resident tensors."""

import copy
import functools
import itertools
import math

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from skorch import NeuralNet
from skorch.callbacks import Callback, EarlyStopping, EpochTimer, PrintLog
from skorch.helper import predefined_split
from skorch.utils import noop
from torch.nn import functional as F

from skdigits._batches import DTYPES, Batches, as_tensor
from skdigits._devices import has_bfloat16, is_available
from skdigits._network import BatchNorm, DigitCNN, vote

BETAS = (0.8, 0.95)
"""Adam's memories, shorter than torch's: for trainings of a few hundred batches."""

OPTIMIZERS = {
    "adam": functools.partial(torch.optim.Adam, betas=BETAS, fused=True),
    "adamw": functools.partial(torch.optim.AdamW, betas=BETAS, fused=True),
    "sgd": functools.partial(torch.optim.SGD, fused=True),
}


class DigitNet(NeuralNet):
    """skorch's net, fed by `Batches`, with weighted loss and accuracy.

    Parameters
    ----------
    module : DigitCNN
    precision : {"float32", "bfloat16", "float64"}, default="float32"
        bfloat16 computes the network's products in 16 bits; weights stay in float32.
    **kwargs
        As for `skorch.NeuralNet`.
    """

    def __init__(self, module, precision="float32", **kwargs):
        super().__init__(module, **kwargs)
        self.precision = precision
        # The module that was folded, its tensors, their versions then, and what was made.
        self.folded: tuple = (None, [], None, None)

    @property
    def _default_callbacks(self):
        return [("epoch_timer", EpochTimer()), ("print_log", PrintLog())]

    def infer(self, x, **fit_params):
        """Return the logits of a batch, in the module's own precision."""
        device_type = torch.device(self.device).type
        with torch.autocast(device_type, torch.bfloat16, enabled=self.precision == "bfloat16"):
            return super().infer(x, **fit_params).to(DTYPES[self.precision])

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the weighted mean of the cross-entropy, less the least that smoothing allows."""
        labels, weight = y_true
        if training:  # logits of each network
            labels = labels[:, None].expand(-1, y_pred.shape[2])
            weight = None if weight is None else weight[:, None]
        losses = self.criterion_(y_pred, labels)
        loss = (losses if weight is None else losses * weight).mean()
        return loss - least_loss(y_pred.shape[1], self.criterion_.label_smoothing)

    def train_step_single(self, batch, **fit_params):
        """Compute the gradients on a batch, each network's as if it were alone."""
        inputs, y_true = batch
        y_pred = self.infer(**inputs)
        loss = self.get_loss(y_pred, y_true, training=True)
        (loss * y_pred.shape[2]).backward()
        return {"loss": loss, "y_pred": y_pred}

    def validation_step(self, batch, **fit_params):
        """Return loss, logits and weighted accuracy of a batch."""
        step = super().validation_step(batch, **fit_params)
        labels, weight = batch[1]
        hits = (step["y_pred"].argmax(1) == labels).double()
        step["accuracy"] = (hits if weight is None else hits * weight).mean()
        return step

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run all batches, and read what they gave at the end: the device need not wait."""
        if iterator is None:
            return
        self.module_.train(training)
        totals: dict[str, torch.Tensor | float] = {}
        n_samples = 0
        for batch in iterator:
            self.notify("on_batch_begin", batch=batch, training=training)
            step = step_fn(batch, **fit_params)
            n = len(batch[1][0])
            n_samples += n
            for name in ("loss", "accuracy"):
                if name in step:
                    totals[name] = totals.get(name, 0) + step[name].detach() * n
            self.notify("on_batch_end", batch=batch, training=training, **step)
        for name, total in totals.items():
            self.history.record(f"{prefix}_{name}", float(total) / n_samples)

    def logits(self, images, batch_size=500):
        """Return the logits of an array of images of shape (n, h, w), as an array."""
        dtype, module, parts = DTYPES[self.precision], self._for_prediction(), []
        with torch.inference_mode():
            for start in range(0, len(images), batch_size):
                batch = as_tensor(images[start : start + batch_size], dtype).to(self.device)
                logits = module(batch.contiguous(memory_format=torch.channels_last))
                parts.append(logits.to("cpu", dtype))
            return torch.cat(parts).numpy()

    def best(self, images):
        """Return the position of the largest logit of each image.

        Many images are computed in bfloat16 first, where the device is fast in it. That errs by
        less than 2 % of the logits' range; where the lead is below 10 %, float32 decides.
        """
        n_many = 1000
        if len(images) < n_many or self.precision != "bfloat16" or not has_bfloat16(self.device):
            return self.logits(images).argmax(1)
        with torch.autocast(torch.device(self.device).type, torch.bfloat16):
            logits = self.logits(images, batch_size=1000)
        best, ranked = logits.argmax(1), np.sort(logits)
        second, first = ranked[:, -2:][:, 0], ranked[:, -1]
        close = first - second < 0.1 * (first - ranked[:, 0])
        if close.any():
            best[close] = self.logits(images[close]).argmax(1)
        return best

    def _for_prediction(self):
        """Return the module folded, and fold it anew where a weight has changed since."""
        source, tensors, versions, folded = self.folded
        if source is not self.module_ or versions != [tensor._version for tensor in tensors]:
            folded, tensors = self.module_.folded(), list(self.module_.state_dict().values())
            versions = [tensor._version for tensor in tensors]
            self.folded = self.module_, tensors, versions, folded
        return folded


class OneCycle(Callback):
    """Raise the learning rate from near zero to its peak, then lower it to zero along a cosine.

    Parameters
    ----------
    learning_rate : float
        The peak.
    n_batches : int
        Number of batches in the whole training.
    warm_up : float, default=0.2
        Share of the batches before the peak.

    References
    ----------
    Smith & Topin, "Super-Convergence", 2018.
    """

    def __init__(self, learning_rate, n_batches, warm_up=0.2):
        self.learning_rate = learning_rate
        self.n_batches = n_batches
        self.warm_up = warm_up

    def on_train_begin(self, net, **kwargs):
        """Start a cycle."""
        self.step_ = 0

    def on_batch_begin(self, net, training=False, **kwargs):
        """Set the learning rate of the coming batch."""
        if not training:
            return
        self.step_ += 1
        n_up = max(1, round(self.warm_up * self.n_batches))
        if self.step_ <= n_up:
            factor = self.step_ / n_up
        else:
            done = (self.step_ - n_up) / (self.n_batches - n_up + 1)
            factor = (1 + math.cos(math.pi * done)) / 2
        set_learning_rate(net, self.learning_rate * factor)


class EpochEnd(Callback):
    """Write each epoch's row of the history, or stop where training has diverged.

    Parameters
    ----------
    history : list of dict
        Appended to.
    functions : list of callable
        Each is called with the row.
    """

    def __init__(self, history, functions):
        self.history = history
        self.functions = functions

    def on_epoch_end(self, net, **kwargs):
        """Write the row."""
        record = net.history[-1]
        row = {"epoch": len(self.history) + 1, "train_loss": float(record["train_loss"])}
        if not math.isfinite(row["train_loss"]):
            raise ValueError(
                f"Training diverged: the loss was {row['train_loss']} in epoch {row['epoch']}. "
                "Lower learning_rate, or scale X."
            )
        for name in ("valid_loss", "valid_accuracy"):
            if name in record:
                row[name] = float(record[name])
        row["learning_rate"] = net.optimizer_.param_groups[0]["lr"]
        row["seconds"] = record["dur"]
        self.history.append(row)
        for function in self.functions:
            function(row)


class EpochTasks(Callback):
    """Report each epoch to scikit-learn's callbacks, as a task within fit.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        Of the fit.
    estimator : estimator
        What is being fitted.
    **data
        `X`, `y` and `metadata` of the fit.
    """

    def __init__(self, context, estimator, **data):
        self.context = context
        self.estimator = estimator
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
        """Close the epoch; stop training where a callback asks for it."""
        self.stopped_ = self._close(self.task_, net)
        if self.stopped_:
            raise KeyboardInterrupt

    def on_train_end(self, net, **kwargs):
        """Close the fit."""
        self._close(self.context, net)

    def _close(self, task, net):
        return task.call_on_fit_task_end(
            estimator=self.estimator,
            reconstruction_attributes=lambda: {"net_": net},
            **self.data,
        )


def is_callback(item):
    """Tell whether `item` is a skorch callback, its class, one with a name, or a function."""
    if isinstance(item, tuple) and len(item) == 2:
        item = item[1]
    return callable(item) or isinstance(item, Callback)


def least_loss(n_classes, label_smoothing):
    """Return the least cross-entropy there can be with smoothed labels."""
    spread = label_smoothing / n_classes
    shares = [1 - label_smoothing + spread, *[spread] * (n_classes - 1)]
    return -sum(share * math.log(share) for share in shares if share)


def set_learning_rate(net, learning_rate):
    """Set the learning rate of all parameters."""
    for group in net.optimizer_.param_groups:
        group["lr"] = learning_rate


def new_net(recipe, *, seed, pixel_mean, pixel_scale):
    """Return an untrained net.

    Parameters
    ----------
    recipe : dict
        `architecture` (the parameters of `DigitCNN`), `precision`, `device`, `optimizer` and the
        latter's own parameters.
    seed : int
        Of all that will be random.
    pixel_mean, pixel_scale : float
        Pixels are standardised by them.
    """
    net = _build_net(**recipe)
    net.generator.manual_seed(seed)
    net.module.initialize(net.generator, pixel_mean, pixel_scale)
    return net.initialize()


def _build_net(architecture, *, precision, device, optimizer, **optimizer_parameters):
    with torch.device("meta"):  # drawing no weights here leaves torch's generator alone
        module = DigitCNN(**architecture)
    module = module.to_empty(device="cpu").to(DTYPES[precision])
    # torch's type hints lack this form of `to`
    module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net = DigitNet(
        module,
        precision=precision,
        criterion=torch.nn.CrossEntropyLoss(reduction="none"),
        optimizer=OPTIMIZERS[optimizer],
        iterator_train=Batches,
        iterator_valid=Batches,
        device=device,
        verbose=0,
        **{f"optimizer__{name}": value for name, value in optimizer_parameters.items()},
    )
    net.generator = torch.Generator()
    net.recipe = {
        "architecture": architecture,
        "precision": precision,
        "device": device,
        "optimizer": optimizer,
        **optimizer_parameters,
    }
    return net


def get_state(net):
    """Return all that `from_state` needs, tensors as numpy arrays."""
    return {
        "recipe": net.recipe,
        "weights": _map_leaves(_to_array, net.module_.state_dict()),
        "optimizer": _map_leaves(_to_array, net.optimizer_.state_dict()),
        "generator": net.generator.get_state().numpy(),
    }


def from_state(state):
    """Return the net that `get_state` described; on the CPU where its device is missing."""
    device = state["recipe"]["device"]
    net = _build_net(**{**state["recipe"], "device": device if is_available(device) else "cpu"})
    net.module.load_state_dict(_map_leaves(_to_tensor, state["weights"]))
    net.initialize()
    net.optimizer_.load_state_dict(_map_leaves(_to_tensor, state["optimizer"]))
    net.generator.set_state(torch.tensor(state["generator"]))
    return net


def _map_leaves(function, tree):
    if isinstance(tree, dict):
        return {key: _map_leaves(function, value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_map_leaves(function, value) for value in tree]
    return function(tree)


def _to_array(leaf):
    return leaf.detach().cpu().contiguous().numpy() if isinstance(leaf, torch.Tensor) else leaf


def _to_tensor(leaf):
    return torch.tensor(leaf) if isinstance(leaf, np.ndarray) else leaf


def train(
    net,
    dataset,
    valid_dataset=None,
    *,
    max_epochs,
    batch_size,
    learning_rate,
    schedule,
    label_smoothing,
    distort,
    patience,
    history,
    callbacks,
    tasks,
    verbose,
):
    """Train `net` in place.

    Parameters
    ----------
    net : DigitNet
    dataset, valid_dataset : ResidentImages
    max_epochs, batch_size : int
    learning_rate : float
    schedule : {"one-cycle", "constant"}
    label_smoothing : float
    distort : RandomAffine or None
    patience : int or None
        Stop after so many epochs without a lower validation loss, and go back to the best
        weights; None does neither.
    history : list of dict
        Gets a row an epoch.
    callbacks : list
        skorch callbacks, and functions of a row of the history.
    tasks : EpochTasks or None
    verbose : int

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C; the net is then usable, as far as it got.
    ValueError
        If the loss or a weight is not finite any more.
    """
    plain = [item for item in callbacks if callable(item) and not isinstance(item, type)]
    net.callbacks = [EpochEnd(history, plain)]
    net.callbacks += [copy.deepcopy(item) for item in callbacks if item not in plain]
    n_batches = math.ceil(len(dataset) / batch_size)
    if tasks is not None:
        net.callbacks.append(tasks)
    if schedule == "one-cycle":
        net.callbacks.append(OneCycle(learning_rate, max_epochs * n_batches))
    if patience is not None:
        net.callbacks.append(
            EarlyStopping("valid_loss", patience=patience, load_best=True, sink=noop)
        )
    net.initialize_callbacks()
    net.verbose = verbose
    net.batch_size = batch_size
    net.iterator_train__generator, net.iterator_train__distort = net.generator, distort
    net.train_split = predefined_split(valid_dataset) if valid_dataset is not None else None
    net.criterion_.label_smoothing = label_smoothing
    net.module_.temperature.fill_(1)
    set_learning_rate(net, learning_rate)

    interrupt = None
    net.notify("on_train_begin", X=dataset)
    try:
        net.fit_loop(dataset, epochs=max_epochs)
    except KeyboardInterrupt as error:
        if not _stopped_early(net):
            interrupt = error
    net.notify("on_train_end", X=dataset)
    net.callbacks, net.train_split = None, None  # they hold the data, as tasks do
    net.callbacks_ = [(name, item) for name, item in net.callbacks_ if item is not tasks]
    if not all(weights.isfinite().all() for weights in net.module_.state_dict().values()):
        raise ValueError(
            "Training diverged: a weight of the network is not finite. "
            "Lower learning_rate, or scale X."
        )
    if interrupt is not None:
        raise interrupt


def _stopped_early(net):
    """Tell a callback that ended training, by skorch's own KeyboardInterrupt, from Ctrl-C."""
    return any(
        getattr(callback, "stopped_", False)
        or (isinstance(callback, EarlyStopping) and callback.misses_ == callback.patience)
        for _, callback in net.callbacks_
    )


@torch.no_grad()
def refresh_statistics(net, dataset, n_batches=16):
    """Give batch normalisation the statistics of undistorted images, which are to be predicted."""
    net.module_.train()
    for module in net.module_.modules():
        if isinstance(module, BatchNorm):
            module.reset_running_stats()
    batches = Batches(dataset, net.batch_size, net.generator)
    for inputs, _ in itertools.islice(batches, n_batches):
        net.infer(**inputs)


@torch.no_grad()
def calibrate(net, dataset, distort=None, n_samples=4096):
    """Set the temperature under which the labels of a data set are most likely.

    Smoothed labels teach a network to be unsure; this takes it back. Training images are distorted
    anew by `distort`, so that the network has not seen them in this form.

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    module = net.module_.eval()
    batches = Batches(dataset, net.batch_size, net.generator, distort)
    n_batches = math.ceil(n_samples / net.batch_size)
    parts = [
        (module.each(inputs["x"]), *targets)
        for inputs, targets in itertools.islice(batches, n_batches)
    ]
    logits = torch.cat([logits for logits, _, _ in parts])
    labels = torch.cat([labels for _, labels, _ in parts])
    weight = None if dataset.sample_weight is None else torch.cat([part[2] for part in parts])

    def loss(log_temperature):
        losses = F.cross_entropy(vote(logits / math.exp(log_temperature)), labels, reduction="none")
        return float((losses if weight is None else losses * weight).mean())

    best = minimize_scalar(loss, bounds=(math.log(0.1), math.log(10)), options={"xatol": 1e-6})
    module.temperature.fill_(math.exp(best.x))
