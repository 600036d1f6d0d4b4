"""The skorch net of a `LineCNN`: its batches, its loss and its predictions."""

import math

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch.nn import functional as F
from torch.utils.data import Dataset

from skdigits.network import LineCNN
from skdigits.training._batches import Batches
from skdigits.training._devices import undisturbed
from skdigits.training._net import Net

BLANK = 0
POOL = 32  # batches, within which lines are sorted by width
LARGEST_GRADIENT = 2.0


class ResidentLines(Dataset):
    """Lines of several widths, their symbols and, if they differ, weights.

    Parameters
    ----------
    samples : Samples
        Lines are arrays of bytes of shape (32, width), labels arrays of positions of symbols.
    """

    def __init__(self, samples):
        self.lines = samples.images
        self.widths = np.array([line.shape[1] for line in samples.images])
        self.labels = samples.y
        self.weight = None if samples.weight is None else samples.weight / samples.weight.mean()

    def __len__(self):
        return len(self.lines)


class LineBatches(Batches):
    """Batches of lines of similar width, in a new order for each iteration.

    Parameters
    ----------
    dataset : ResidentLines
    batch_size : int
        Largest number of lines in a batch.
    generator : torch.Generator or None, default=None
        Source of order and distortion; None keeps the order.
    distort : RandomDistortion or None, default=None
        Distorts the lines.
    """

    def __iter__(self):
        data, order = self.dataset, np.arange(len(self.dataset))
        if self.generator is not None:
            order = torch.randperm(len(data), generator=self.generator).numpy()
        pools = np.array_split(order, math.ceil(self.n_batches / POOL))
        order = np.concatenate([pool[np.argsort(data.widths[pool])] for pool in pools])
        batches = np.array_split(order, self.n_batches)
        if self.generator is not None:
            turns = torch.randperm(self.n_batches, generator=self.generator)
            batches = [batches[turn] for turn in turns]
        for rows in batches:
            inputs = {"x": stack([data.lines[row] for row in rows])}
            if self.distort is not None:
                draws = self.distort.draw(len(rows), inputs["x"].shape[2:], self.generator)
                inputs["x"] = self.distort(inputs["x"].float(), draws)
            inputs["n_steps"] = torch.tensor(data.widths[rows] // 2)
            if data.weight is not None:
                inputs["sample_weight"] = torch.tensor(data.weight[rows], dtype=torch.float32)
            labels = [data.labels[row] for row in rows]
            longest = max(map(len, labels), default=0)
            padded = np.zeros((len(labels), max(longest, 1)), dtype=np.int64)
            for row, label in zip(padded, labels, strict=True):
                row[: len(label)] = label
            yield inputs, torch.tensor(padded)


def stack(lines):
    """Return lines as one tensor of shape (n, 1, 32, w), padded with paper on the right."""
    width = max(line.shape[1] for line in lines)
    stacked = np.zeros((len(lines), 1, len(lines[0]), width), dtype=np.uint8)
    for row, line in zip(stacked, lines, strict=True):
        row[0, :, : line.shape[1]] = line
    return torch.from_numpy(stacked)


class LineNet(Net):
    """The net of a `LineCNN`; its loss is CTC's per symbol, its accuracy that of whole lines."""

    network, loss, batches = LineCNN, torch.nn.CTCLoss, LineBatches

    def draw_weights(self, samples):
        """Draw initial weights; they do not depend on the samples."""
        self.module.initialize(self.generator)

    def resident(self, samples):
        """Return samples ready for batches."""
        return ResidentLines(samples)

    def prepare(self, plan):
        """Prepare the net for a training."""
        self.iterator_train__distort = plan.distortion
        self.module_.temperature.fill_(1)

    def conclude(self, train_set, valid_set, plan):
        """Calibrate the probabilities, on held-out lines if there are any."""
        _calibrate(self, train_set if valid_set is None else valid_set)

    def guessing_loss(self, samples, plan):
        """Return the loss of guessing each symbol."""
        return math.log(self.recipe["architecture"]["n_symbols"] - 1)

    def infer(self, x, **inputs):
        """Return the logits of a batch, given as `LineBatches` does."""
        lines = x["x"].to(self.device).contiguous(memory_format=torch.channels_last)
        with self.autocast():
            return self.module_(lines).float()

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the weighted mean of CTC's loss per symbol."""
        losses = ctc_losses(y_pred, y_true, X["n_steps"])
        if "sample_weight" in X:
            losses = losses * X["sample_weight"].to(losses)
        return losses.mean()

    def train_step_single(self, batch, **fit_params):
        """Compute the gradients on a batch, and clip them: those of a bad line may be huge."""
        inputs, labels = batch
        y_pred = self.infer(inputs)
        loss = self.get_loss(y_pred, labels, X=inputs)
        loss.backward()
        length = torch.nn.utils.clip_grad_norm_(self.module_.parameters(), LARGEST_GRADIENT)
        if not length.isfinite():  # one step with it would spoil all weights
            self.optimizer_.zero_grad()
        return {"loss": loss, "y_pred": y_pred.detach()}

    def validation_step(self, batch, **fit_params):
        """Return loss, logits and the share of lines read exactly of a batch."""
        step = super().validation_step(batch, **fit_params)
        inputs, labels = batch
        read = best_symbols(step["y_pred"], inputs["n_steps"])
        known = [label[label > 0].tolist() for label in labels]
        hits = torch.tensor([a == b for a, b in zip(read, known, strict=True)]).double()
        weight = inputs.get("sample_weight")
        step["acc"] = (hits if weight is None else hits * weight).mean()
        return step

    @undisturbed
    def log_probabilities(self, lines, batch_size=32):
        """Return the log-probabilities of the symbols at each step, one array per line.

        Those of a line do not depend on the other lines, up to rounding.
        """
        widths = np.array([-(-line.shape[1] // 32) * 32 for line in lines])
        module, result = self._for_prediction(), [None] * len(lines)
        with torch.inference_mode():
            for width in np.unique(widths):
                (same,) = np.nonzero(widths == width)
                for rows in np.array_split(same, math.ceil(len(same) / batch_size)):
                    x = stack([_padded(lines[row], width) for row in rows]).to(self.device)
                    logits = module(x.contiguous(memory_format=torch.channels_last))
                    found = logits.float().log_softmax(2).to("cpu").numpy()
                    for row, steps in zip(rows, found, strict=True):
                        result[row] = steps[: lines[row].shape[1] // 2]
        return result


def _padded(line, width):
    return np.pad(line, ((0, 0), (0, width - line.shape[1])))


def ctc_losses(logits, labels, n_steps):
    """Return CTC's loss of each line, divided by its number of symbols plus one."""
    log_probabilities = logits.log_softmax(2).transpose(0, 1)
    n_symbols = (labels > 0).sum(1)
    losses = F.ctc_loss(
        log_probabilities, labels, n_steps, n_symbols, reduction="none", zero_infinity=True
    )
    return losses / (1 + n_symbols.to(losses))


def best_symbols(logits, n_steps):
    """Return the symbols of the best alignment of each line, as lists of positions."""
    best = logits.argmax(2).cpu().numpy()
    return [_collapse(row[:n]) for row, n in zip(best, n_steps.tolist(), strict=True)]


def _collapse(steps):
    """Return the symbols of steps: each run of one symbol once, without blanks."""
    first = np.append(True, steps[1:] != steps[:-1])
    return steps[first & (steps != BLANK)].tolist()


@undisturbed
def calibrate_lines(net, samples):
    """Calibrate a net on some lines."""
    _calibrate(net, net.resident(samples))


@torch.no_grad()
def _calibrate(net, dataset, n_lines=4096):
    """Set the temperature at which the strings of a data set are most likely.

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    module = net.module_.eval()
    module.temperature.fill_(1)
    batches, parts, n_seen = LineBatches(dataset, 64, net.generator), [], 0
    for inputs, labels in batches:
        parts.append((net.infer(inputs), labels, inputs["n_steps"]))
        n_seen += len(labels)
        if n_seen >= n_lines:
            break

    def loss(log_temperature):
        scale = math.exp(-log_temperature)
        losses = [ctc_losses(logits * scale, labels, n_steps) for logits, labels, n_steps in parts]
        return float(torch.cat(losses).mean())

    best = minimize_scalar(loss, bounds=(math.log(0.2), math.log(10)), options={"xatol": 1e-3})
    module.temperature.fill_(math.exp(best.x))
