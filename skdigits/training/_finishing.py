"""The end of a whole training: statistics, temperature, and what is typical."""

import copy
import itertools
import math

import torch
from scipy.optimize import minimize_scalar
from torch.nn import functional as F

from skdigits.network import BatchNorm
from skdigits.training._batches import Batches
from skdigits.training._outliers import make_outliers

N_CALIBRATING = 4096  # images, at most
N_TYPICAL = 4096  # images, at most; fewer if they have many features
MOST_FEATURES = 2**23  # of these images together


def finish(net, train_set, valid_set, plan):
    """Refresh statistics, calibrate and learn what is typical; on Ctrl-C, undo all three.

    Parameters
    ----------
    net : DigitNet
    train_set, valid_set : ResidentImages
        The second may be None.
    plan : Plan
    """
    trained, known = copy.deepcopy(net.module_.state_dict()), train_set.known()
    try:
        if plan.distortion is not None:
            refresh_statistics(net, known)
        if plan.label_smoothing:
            n_images = len(known) + (0 if valid_set is None else len(valid_set))
            n_classes = net.recipe["architecture"]["n_classes"]
            lowest = least_temperature(n_images, n_classes, plan.label_smoothing)
            if valid_set is None:
                calibrate(net, known, lowest, plan.distortion)
            else:
                calibrate(net, valid_set, lowest)
        is_exact = plan.batch_size >= len(train_set)
        labelled = None if known is train_set else train_set.images[train_set.is_outlier]
        learn_typical(net, known, labelled, plan.distortion, is_exact)
    except KeyboardInterrupt:
        net.module_.load_state_dict(trained)
        raise


@torch.no_grad()
def average_weights(net, others):
    """Set the weights of a net to the mean of its own and those of others.

    The mean with the net before its further training keeps most of what that training added, and
    most of what it would have lost [1]_. The mean of several nets that were trained further from
    the same weights is more accurate than each of them [2]_.

    References
    ----------
    .. [1] Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.
    .. [2] Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves
       accuracy without increasing inference time", ICML 2022.
    """
    mean = net.module_.state_dict()
    for n_nets, other in enumerate(others, start=2):
        for name, weights in other.module_.state_dict().items():
            if weights.is_floating_point():
                mean[name].lerp_(weights.to(mean[name]), 1 / n_nets)


@torch.no_grad()
def refresh_statistics(net, dataset, n_batches=16):
    """Give batch normalisation the statistics of undistorted images, as in prediction."""
    net.module_.train()
    for module in net.module_.modules():
        if isinstance(module, BatchNorm):
            module.reset_running_stats()
    batches = Batches(dataset, net.batch_size, net.generator)
    for inputs, _ in itertools.islice(batches, n_batches):
        net.infer(**inputs)


@torch.no_grad()
def calibrate(net, dataset, lowest, distort=None):
    """Set the temperature, at least `lowest`, at which the labels of a data set are most likely.

    Label smoothing makes a network underconfident; this corrects it. Training images are distorted
    anew by `distort`, so that the network has not seen them in this form.

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    module = net.module_.eval()
    batches = Batches(dataset, net.batch_size, net.generator, distort)
    n_batches = math.ceil(N_CALIBRATING / net.batch_size)
    parts = [
        (
            module.outputs(inputs["x"])[:, : module.n_classes],
            labels,
            inputs.get("sample_weight"),
        )
        for inputs, labels in itertools.islice(batches, n_batches)
    ]
    logits = torch.cat([logits for logits, _, _ in parts])
    labels = torch.cat([labels for _, labels, _ in parts])
    weight = None if dataset.sample_weight is None else torch.cat([part[2] for part in parts])

    def loss(log_temperature):
        losses = F.cross_entropy(logits / math.exp(log_temperature), labels, reduction="none")
        return float((losses if weight is None else losses * weight).mean())

    bounds = math.log(lowest), math.log(10)
    best = minimize_scalar(loss, bounds=bounds, options={"xatol": 1e-6})
    module.temperature.fill_(math.exp(best.x))


def least_temperature(n_images, n_classes, label_smoothing):
    """Return the temperature at which a smoothed label has the probability ``1 - 1 / n_images``.

    It is at most 1. A network can memorise a few images, even if they are distorted. It must not
    become more confident of new images than this number of images allows.
    """
    smoothed = math.log1p(min(n_classes * (1 - label_smoothing) / label_smoothing, 1e300))
    wanted = math.log(max(1, (n_images - 1) * (n_classes - 1)))
    return smoothed / max(smoothed, wanted)


@torch.no_grad()
def learn_typical(net, dataset, labelled, distort, is_exact):
    """Learn what is typical from some images, and what is not from outliers made of them.

    How typical an image must be is learned from images distorted half as much as in training. So
    it may be less clean than the originals, but not as bad as the worst images of the training.

    Parameters
    ----------
    net : DigitNet
    dataset : ResidentImages
        Without outliers.
    labelled : Tensor or None
        Images labelled as outliers, which are learned from, too.
    distort : RandomDistortion or None
    is_exact : bool
        Whether nothing may be random; then, no outliers are made.
    """
    n_features = net.module_.network.output.in_features
    n_samples = max(2, min(N_TYPICAL, MOST_FEATURES // n_features))

    def some(images):
        rows = torch.randperm(len(images), generator=net.generator)[:n_samples].to(net.device)
        return rows, images[rows].contiguous(memory_format=torch.channels_last)

    rows, images = some(dataset.images)
    weight = torch.ones(len(rows), dtype=torch.float32, device=net.device)
    if dataset.sample_weight is not None:
        weight = dataset.sample_weight[rows]
    floating = images if images.is_floating_point() else images.float()
    shown, outliers = images, None
    if distort is not None:
        distort = distort.times(0.5)
        draws = distort.draw(len(images), images.shape[2:], net.generator).to(net.device)
        parts = zip(floating.split(500), draws.split(500), strict=True)
        shown = torch.cat([distort(*part) for part in parts])
    if not is_exact:
        outliers = make_outliers(floating, net.generator)
        if labelled is not None:
            outliers = torch.cat([outliers, some(labelled)[1].to(outliers)])
    net.module_.eval().learn_typical(images, dataset.labels[rows], weight, shown, outliers)
