"""Training of a net: skorch's loop over whole batches of resident tensors."""

import copy
import itertools
import math

import torch
from scipy.optimize import minimize_scalar
from skorch.callbacks import EarlyStopping
from skorch.helper import predefined_split
from skorch.utils import noop
from torch.nn import functional as F

from skdigits.network import BatchNorm, vote
from skdigits.training._batches import Batches
from skdigits.training._callbacks import BestEpoch, EpochEnd, OneCycle, set_learning_rate


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
    progress,
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
    distort : RandomWarp or None
    patience : int or None
        Stop after so many epochs without a lower validation loss, and go back to the best
        weights; None does neither.
    history : list of dict
        Gets a row an epoch.
    callbacks : list
        skorch callbacks, and functions of a row of the history.
    tasks : EpochTasks or None
    progress : Progress

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C; the net is then that of the best epoch, or without a hold-out as far as it got.
    ValueError
        If the loss or a weight is not finite any more.
    """
    plain = [item for item in callbacks if callable(item) and not isinstance(item, type)]
    ended, best = EpochEnd(history, progress, plain), BestEpoch()
    net.callbacks = [ended, best]
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
    net.batch_size = batch_size
    net.iterator_train__generator, net.iterator_train__distort = net.generator, distort
    net.train_split = predefined_split(valid_dataset) if valid_dataset is not None else None
    net.criterion_.label_smoothing = label_smoothing
    net.module_.temperature.fill_(1)
    net.module_.forget_typical()
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
    net.callbacks_ = [item for item in net.callbacks_ if item[1] not in (ended, best, tasks)]
    if not all(weights.isfinite().all() for weights in net.module_.state_dict().values()):
        raise ValueError(
            "Training diverged: a weight of the network is not finite. "
            "Lower learning_rate, or scale X."
        )
    if interrupt is not None:
        best.restore(net)
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
def calibrate(net, dataset, lowest, distort=None, n_samples=4096):
    """Set the temperature, `lowest` or above, under which the labels of a data set are most likely.

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

    bounds = math.log(lowest), math.log(10)
    best = minimize_scalar(loss, bounds=bounds, options={"xatol": 1e-6})
    module.temperature.fill_(math.exp(best.x))


def least_temperature(n_images, n_classes, label_smoothing):
    """Return the temperature under which a smoothed label has the probability ``1 - 1 / n_images``.

    It is 1 at most. A network may know a few images by heart, distorted or not; that is no reason
    to be surer of new ones than so many images allow.
    """
    smoothed = math.log1p(n_classes * (1 - label_smoothing) / label_smoothing)
    wanted = math.log(max(1, (n_images - 1) * (n_classes - 1)))
    return smoothed / max(smoothed, wanted)


@torch.no_grad()
def learn_typical(net, dataset, n_samples=4096):
    """Learn what is typical from some images of a data set, undistorted."""
    rows = torch.randperm(len(dataset), generator=net.generator)[:n_samples].to(net.device)
    weight = dataset.sample_weight
    weight = torch.ones(len(dataset), device=net.device) if weight is None else weight
    images = dataset.images[rows].contiguous(memory_format=torch.channels_last)
    net.module_.eval().learn_typical(images, dataset.labels[rows], weight[rows])
