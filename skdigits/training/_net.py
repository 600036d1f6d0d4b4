"""The skorch nets: their base, and the net of a `DigitCNN`."""

import functools
from collections.abc import Mapping

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from skorch import NeuralNet
from skorch.callbacks import EpochTimer

from skdigits.network import DigitCNN
from skdigits.training._batches import DTYPES, Batches, ResidentImages, as_tensor
from skdigits.training._devices import has_bfloat16, undisturbed
from skdigits.training._finishing import finish
from skdigits.training._samples import guessing_loss, least_loss, pixel_statistics


class Net(NeuralNet):
    """skorch's net, which trains on whole batches of resident tensors.

    Parameters
    ----------
    module : nn.Module
        It has `folded`, which returns a copy for prediction.
    precision : {"float32", "bfloat16", "float64"}, default="float32"
        bfloat16 computes the network's products in 16 bits; weights stay in float32.
    **kwargs
        As for `skorch.NeuralNet`.
    """

    def __init__(self, module, precision="float32", **kwargs):
        super().__init__(module, **kwargs)
        self.precision = precision
        # The module that was folded, its tensors, their versions at that time, and the result.
        self.folded: tuple = (None, [], None, None)

    @property
    def _default_callbacks(self):
        return [("epoch_timer", EpochTimer())]

    @property
    def state(self):
        """All that is needed to rebuild the net, with tensors as numpy arrays."""
        return {
            "recipe": self.recipe,
            "weights": map_leaves(_to_array, self.module_.state_dict()),
            "optimizer": {
                "name": self.recipe["optimizer"],
                "memories": map_leaves(_to_array, self.optimizer_.state_dict()["state"]),
            },
            "generator": self.generator.get_state().numpy(),
        }

    def autocast(self):
        """Return the context in which products are computed."""
        enabled = self.precision == "bfloat16"
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=enabled)

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run all batches, and read the results only at the end: the device need not wait."""
        if iterator is None:
            return
        self.module_.train(training)
        totals: dict[str, torch.Tensor | float] = {}
        n_samples = 0
        for batch in iterator:
            self.notify("on_batch_begin", batch=batch, training=training)
            step = step_fn(batch, **fit_params)
            n = len(batch[1])
            n_samples += n
            self.history.record_batch(f"{prefix}_batch_size", n)
            for name in ("loss", "acc"):
                if name in step:
                    totals[name] = totals.get(name, 0) + step[name].detach() * n
            self.notify("on_batch_end", batch=batch, training=training, **step)
        for name, total in totals.items():
            self._record(f"{prefix}_{name}", float(total) / n_samples, rises=name == "acc")

    def _record(self, name, value, *, rises):
        """Record a figure of the epoch, and whether it is the best one, as skorch's own nets do."""
        before = [row[name] for row in self.history[:-1] if name in row]
        is_best = not before or (value > max(before) if rises else value < min(before))
        self.history.record(name, value)
        self.history.record(f"{name}_best", is_best)

    def _for_prediction(self):
        """Return the folded module; fold it again if a weight has changed."""
        source, tensors, versions, folded = self.folded
        if source is not self.module_ or versions != [tensor._version for tensor in tensors]:
            folded, tensors = self.module_.folded(), list(self.module_.state_dict().values())
            versions = [tensor._version for tensor in tensors]
            self.folded = self.module_, tensors, versions, folded
        return folded


def map_leaves(function, tree):
    """Return a tree of dicts with a function applied to its leaves."""
    if isinstance(tree, dict):
        return {key: map_leaves(function, value) for key, value in tree.items()}
    return function(tree)


def _to_array(leaf):
    """Return an array in row-major order, whose hash does not depend on the tensor's strides."""
    if not isinstance(leaf, torch.Tensor):
        return leaf
    return np.array(leaf.detach().cpu().numpy(), order="C")


class DigitNet(ClassifierMixin, Net):
    """The net of a `DigitCNN`, with weighted loss and accuracy."""

    network, loss, batches = DigitCNN, torch.nn.CrossEntropyLoss, Batches

    def draw_weights(self, samples):
        """Draw initial weights for a training on some samples."""
        self.module.initialize(self.generator, *pixel_statistics(samples))

    def resident(self, samples):
        """Return samples on the device."""
        return ResidentImages(samples, self.precision, self.device)

    def prepare(self, plan):
        """Prepare the net for a training."""
        self.iterator_train__distort = plan.distortion
        self.criterion_.label_smoothing = plan.label_smoothing
        self.module_.temperature.fill_(1)
        self.module_.forget_typical()

    def conclude(self, train_set, valid_set, plan):
        """End a whole training."""
        finish(self, train_set, valid_set, plan)

    def guessing_loss(self, samples, plan):
        """Return the loss of always predicting the shares of the classes."""
        n_classes = self.recipe["architecture"]["n_classes"]
        return guessing_loss(samples, n_classes, plan.label_smoothing)

    def infer(self, x, **inputs):
        """Return the logits of a batch, or all outputs in training, as precise as the weights."""
        inputs |= x if isinstance(x, Mapping) else {"x": x}
        inputs.pop("is_outlier", None)  # only the loss needs it
        compute = self.module_.outputs if self.module_.training else self.module_
        with self.autocast():
            return compute(**inputs).to(DTYPES[self.precision])

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the weighted mean of the cross-entropy, minus the least that smoothing allows.

        Outliers, if there are any, are an additional class.

        References
        ----------
        Zhang & LeCun, "Universum Prescription: Regularization Using Unlabeled Data", AAAI 2017.
        """
        weight, is_outlier = ((X or {}).get(name) for name in ("sample_weight", "is_outlier"))
        n_classes = self.module_.n_classes
        if is_outlier is None:
            y_pred = y_pred[:, :n_classes]
        else:
            y_true = torch.where(is_outlier, n_classes, y_true)
        least = self._least_loss(y_pred.shape[1], self.criterion_.label_smoothing)
        losses = self.criterion_(y_pred, y_true)
        loss = (losses if weight is None else losses * weight).mean()
        return loss - least

    # It is needed for each batch.
    _least_loss = staticmethod(functools.cache(least_loss))

    def train_step_single(self, batch, **fit_params):
        """Compute the gradients on a batch, and return loss and logits."""
        step = super().train_step_single(batch, **fit_params)
        return step | {"y_pred": self.module_.logits(step["y_pred"].detach())}

    def validation_step(self, batch, **fit_params):
        """Return loss, logits and weighted accuracy of a batch."""
        step = super().validation_step(batch, **fit_params)
        inputs, labels = batch
        hits, weight = (step["y_pred"].argmax(1) == labels).double(), inputs.get("sample_weight")
        step["acc"] = (hits if weight is None else hits * weight).mean()
        return step

    # What scorers in skorch's callbacks need of a classifier.

    @property
    def classes_(self):
        """The positions of the classes."""
        return np.arange(self.recipe["architecture"]["n_classes"])

    def get_dataset(self, X, y=None):
        """Return one of our data sets unchanged, and refuse anything else."""
        if not isinstance(X, ResidentImages):
            raise ValueError(
                "The net can only predict a whole training or validation set: set use_caching=True "
                "in callbacks that score."
            )
        return X

    def predict(self, X):
        """Return the positions of the most probable classes."""
        return self.predict_proba(X).argmax(axis=1)

    @property
    def pixel_mean(self):
        """The mean, which is subtracted from pixels."""
        return float(self.module_.pixel_mean)

    @property
    def pixel_scale(self):
        """The standard deviation, by which pixels are then divided."""
        return float(self.module_.pixel_scale)

    def logits(self, images, batch_size=500):
        """Return the logits of an array of images of shape (n, h, w), as an array."""
        return self._compute(DigitCNN.forward, images, batch_size)

    def typical(self, images):
        """Return how typical each image of an array of shape (n, h, w) is, as an array."""
        return self._compute(DigitCNN.typical, images)

    def logits_and_typical(self, images):
        """Return what `logits` and `typical` return, in one pass."""
        both = self._compute(DigitCNN.logits_and_typical, images)
        return both[:, :-1], both[:, -1]

    def features(self, images):
        """Return the features of each image of an array of shape (n, h, w), as an array."""
        return self._compute(DigitCNN.features, images)

    @undisturbed
    def feature_maps(self, images):
        """Return the output of each convolution for images of shape (n, h, w), as arrays."""
        module = self._for_prediction()
        with torch.inference_mode():
            parts = [
                [maps.to("cpu") for maps in module.feature_maps(batch)]
                for batch in self._batches(images)
            ]
        return [torch.cat(layer).numpy() for layer in zip(*parts, strict=True)]

    @undisturbed
    def gradients(self, images, directions, batch_size=500):
        """Return the gradient of logits with respect to each pixel, of shape (n, h, w).

        `directions`, of shape (n, n_classes), is the factor of each logit.
        """
        module, dtype, parts = self._for_prediction(), DTYPES[self.precision], []
        directions = torch.tensor(directions, dtype=dtype, device=self.device)
        batches = self._batches(images, batch_size)
        for batch, counted in zip(batches, directions.split(batch_size), strict=True):
            pixels = batch.to(dtype).requires_grad_()
            (gradient,) = torch.autograd.grad(module(pixels), pixels, counted)
            parts.append(gradient[:, 0].to("cpu"))
        return torch.cat(parts).numpy()

    @undisturbed
    def _compute(self, method, images, batch_size=500):
        dtype, module = DTYPES[self.precision], self._for_prediction()
        with torch.inference_mode():
            parts = [
                _as_columns(method(module, batch)).to("cpu", dtype)
                for batch in self._batches(images, batch_size)
            ]
            return torch.cat(parts).numpy()

    def _batches(self, images, batch_size=500):
        for start in range(0, len(images), batch_size):
            part = images[start : start + batch_size]
            batch = as_tensor(part, DTYPES[self.precision]).to(self.device)
            yield batch.contiguous(memory_format=torch.channels_last)

    @undisturbed
    def best(self, images):
        """Return the position of the largest logit of each image.

        Many images are computed in bfloat16 first, if the device is fast in it. Its error is less
        than 2 % of the logits' range; if the lead is below 10 %, float32 decides.
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


def _as_columns(result):
    """Return the output of a network as one tensor, with the parts of a pair side by side."""
    return torch.column_stack(result) if isinstance(result, tuple) else result
