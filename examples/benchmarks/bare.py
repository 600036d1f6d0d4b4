"""A plain loop that computes what the default classifier computes: the least time possible.

With the same seed, it ends with exactly the same weights.
"""

from types import SimpleNamespace

import numpy as np
import torch
from torch.nn import functional as F

from examples.benchmarks.fits import (
    DEVICE,
    Fitted,
    count_weights,
    raw_images,
    settings,
    untrained,
)
from skdigits.training._batches import Batches, ResidentImages
from skdigits.training._callbacks import one_cycle
from skdigits.training._finishing import calibrate, least_temperature, refresh_statistics
from skdigits.training._samples import Samples
from skdigits.training._state import OPTIMIZERS


def bare_loop(X, y, *, seed, max_epochs, after_epoch):
    """Train skdigits' default network with torch alone."""
    chosen = settings(len(X), seed, max_epochs)
    generator = torch.Generator().manual_seed(np.random.RandomState(seed).randint(2**31))
    samples = Samples(X.reshape(-1, 28, 28), y.astype(np.int64), None)
    module = untrained(samples, generator)
    data = ResidentImages(samples, chosen.precision_, DEVICE)
    distort = chosen.augment_.for_training()
    batches = Batches(data, chosen.batch_size_, generator, distort)
    optimizer = OPTIMIZERS[chosen.optimizer](module.parameters(), weight_decay=chosen.weight_decay)
    half = torch.autocast(
        torch.device(DEVICE).type, torch.bfloat16, enabled=chosen.precision_ == "bfloat16"
    )
    smoothing = chosen.label_smoothing_
    step, n_steps = 0, chosen.max_epochs_ * len(batches)
    for _ in range(chosen.max_epochs_):
        module.train()
        for inputs, labels in batches:
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = chosen.learning_rate * one_cycle(step, n_steps)
            optimizer.zero_grad()
            with half:
                logits = module.outputs(**inputs).float()
            F.cross_entropy(logits, labels, label_smoothing=smoothing).backward()
            optimizer.step()
        after_epoch(module)

    # What these two functions use of skorch's net.
    net = SimpleNamespace(module_=module, batch_size=chosen.batch_size_, generator=generator)
    net.infer = half(module.forward)
    refresh_statistics(net, data)
    calibrate(net, data, least_temperature(len(data), 10, smoothing), distort)
    module.eval()

    @torch.inference_mode()
    def predict(X):
        best = [module(batch).argmax(1) for batch in raw_images(X).split(1000)]
        return torch.cat(best).cpu().numpy().astype(str)

    return Fitted(predict, count_weights(module), chosen.max_epochs_, module, raw_images)
