"""The skorch net of a `DigitCNN`: its loss, its predictions, its state."""

import functools
import math

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import EpochTimer

from skdigits.network import DigitCNN
from skdigits.training._batches import DTYPES, Batches, as_tensor
from skdigits.training._devices import has_bfloat16, is_available

TYPICAL = ("least_typical", "typicality.")
"""How the tensors begin that say what is typical."""

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
        return [("epoch_timer", EpochTimer())]

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
        return self._compute(DigitCNN.forward, images, batch_size)

    def typical(self, images):
        """Return how typical each image of an array of shape (n, h, w) is, as an array."""
        return self._compute(DigitCNN.typical, images)

    def features(self, images):
        """Return the features of each image of an array of shape (n, h, w), as an array."""
        return self._compute(DigitCNN.features, images)

    def feature_maps(self, images):
        """Return what each convolution makes of images of shape (n, h, w), as arrays."""
        module = self._for_prediction()
        with torch.inference_mode():
            parts = [
                [maps.to("cpu") for maps in module.feature_maps(batch)]
                for batch in self._batches(images)
            ]
        return [torch.cat(layer).numpy() for layer in zip(*parts, strict=True)]

    def gradients(self, images, directions, batch_size=500):
        """Return how fast logits rise with each pixel, as an array of shape (n, h, w).

        `directions`, of shape (n, n_classes), says how much each logit counts.
        """
        module, dtype, parts = self._for_prediction(), DTYPES[self.precision], []
        directions = torch.tensor(directions, dtype=dtype, device=self.device)
        with torch.enable_grad():
            batches = self._batches(images, batch_size)
            for batch, counted in zip(batches, directions.split(batch_size), strict=True):
                pixels = batch.to(dtype).requires_grad_()
                (gradient,) = torch.autograd.grad(module(pixels), pixels, counted)
                parts.append(gradient[:, 0].to("cpu"))
        return torch.cat(parts).numpy()

    def _compute(self, method, images, batch_size=500):
        dtype, module = DTYPES[self.precision], self._for_prediction()
        with torch.inference_mode():
            parts = [
                method(module, batch).to("cpu", dtype)
                for batch in self._batches(images, batch_size)
            ]
            return torch.cat(parts).numpy()

    def _batches(self, images, batch_size=500):
        for start in range(0, len(images), batch_size):
            part = images[start : start + batch_size]
            batch = as_tensor(part, DTYPES[self.precision]).to(self.device)
            yield batch.contiguous(memory_format=torch.channels_last)

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


@functools.cache
def least_loss(n_classes, label_smoothing):
    """Return the least cross-entropy there can be with smoothed labels."""
    spread = label_smoothing / n_classes
    shares = [1 - label_smoothing + spread, *[spread] * (n_classes - 1)]
    return -sum(share * math.log(share) for share in shares if share)


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
    module = _empty_module(recipe).to_empty(device="cpu")
    net = _as_net(module, **recipe)
    net.generator.manual_seed(seed)
    net.module.initialize(net.generator, pixel_mean, pixel_scale)
    return net.initialize()


def _empty_module(recipe):
    with torch.device("meta"):  # drawing no weights here leaves torch's generator alone
        return DigitCNN(**recipe["architecture"])


def _as_net(module, architecture, *, precision, device, optimizer, **optimizer_parameters):
    module = module.to(DTYPES[precision]).to(memory_format=torch.channels_last)
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
    """Return the net that `get_state` described; on the CPU where its device is missing.

    The states of the optimizer and of the generator may be missing: they start anew then. So may
    what is typical: energy alone says it then.
    """
    recipe = state["recipe"]
    if not is_available(recipe["device"]):
        recipe = {**recipe, "device": "cpu"}
    module = _empty_module(recipe)
    weights = state["weights"]
    if "least_typical" not in weights:
        weights = {**weights, **_nothing_typical(module)}
    # Wrong shapes are found before anything is allocated by what the recipe says.
    module.load_state_dict(_map_leaves(_to_tensor, weights), assign=True)
    net = _as_net(module, **recipe).initialize()
    if "optimizer" in state:
        net.optimizer_.load_state_dict(_map_leaves(_to_tensor, state["optimizer"]))
        net.generator.set_state(torch.tensor(state["generator"]))
    return net


def _nothing_typical(module):
    return {
        name: np.zeros(tensor.shape, dtype=str(tensor.dtype).removeprefix("torch."))
        for name, tensor in module.state_dict().items()
        if name.startswith(TYPICAL)
    }


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
