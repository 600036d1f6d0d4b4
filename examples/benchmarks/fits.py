"""How each peer, and skdigits itself, is trained.

Every function takes rows of bytes and labels as `fetch_mnist` returns them, the seed, the largest
number of epochs (None means no limit) and `after_epoch`, which is called with the torch module
after each epoch. It returns a `Fitted`.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, LRScheduler
from torch import nn
from torch.nn import functional as F

from skdigits import CNNDigitClassifier
from skdigits.network import DigitCNN
from skdigits.training._devices import find_device
from skdigits.training._samples import Samples, pixel_statistics
from skdigits.training._state import BETAS

DEVICE = find_device("auto")


class Fitted(NamedTuple):
    """A trained model.

    `predict` returns the labels of rows of bytes; `inputs` converts them to the input of `module`.
    """

    predict: Callable
    n_weights: int
    n_epochs: int | None
    module: nn.Module | None = None
    inputs: Callable | None = None


def count_weights(module):
    """Return the number of weights that are trained."""
    return sum(weights.numel() for weights in module.parameters())


def raw_images(X):
    """Return rows of bytes as a tensor of images."""
    return torch.tensor(X, device=DEVICE).view(-1, 1, 28, 28)


def settings(n_samples, seed, max_epochs, parameters=None):
    """Return a classifier for so many images of MNIST, with what "auto" means for them.

    `max_epochs` is a limit here; if it is None, the classifier keeps its own number of epochs.
    """
    classifier = CNNDigitClassifier(**(parameters or {}), random_state=seed)
    classifier.image_shape_ = (28, 28)
    classifier._choose(n_samples, continued=False)
    if max_epochs is not None:
        classifier.max_epochs = classifier.max_epochs_ = min(max_epochs, classifier.max_epochs_)
    return classifier


class AfterEpoch(Callback):
    """Call a function with the module after each epoch."""

    def __init__(self, function):
        self.function = function

    def on_epoch_end(self, net, **kwargs):
        """Call it."""
        self.function(net.module_)


def skdigits(X, y, *, seed, max_epochs, after_epoch, parameters=None):
    """Fit this package's classifier."""
    classifier = settings(len(X), seed, max_epochs, parameters)
    classifier.set_params(callbacks=[AfterEpoch(after_epoch)])
    classifier.fit(X, y)
    module = classifier.net_.module_
    return Fitted(
        classifier.predict, count_weights(module), classifier.n_epochs_, module, raw_images
    )


class RecipeNet(nn.Sequential):
    """The network of pytorch/examples `mnist`."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 32, 3),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(0.25),
            nn.Flatten(),
            nn.Linear(9216, 128),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(128, 10),
            nn.LogSoftmax(dim=1),
        )


def recipe_inputs(X):
    """Return rows of bytes, standardised as in the recipe."""
    return (raw_images(X) / 255 - 0.1307) / 0.3081


def recipe(X, y, *, seed, max_epochs, after_epoch):
    """Train as pytorch/examples `mnist` does, with its data in memory."""
    torch.manual_seed(seed)
    images, labels = recipe_inputs(X), torch.tensor(y.astype(np.int64), device=DEVICE)
    module = RecipeNet().to(DEVICE)
    optimizer = torch.optim.Adadelta(module.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    for _ in range(max_epochs):
        module.train()
        for rows in torch.randperm(len(images)).to(DEVICE).split(64):
            optimizer.zero_grad()
            F.nll_loss(module(images[rows]), labels[rows]).backward()
            optimizer.step()
        schedule.step()
        after_epoch(module)
    module.eval()

    @torch.inference_mode()
    def predict(X):
        best = [module(batch).argmax(1) for batch in recipe_inputs(X).split(1000)]
        return torch.cat(best).cpu().numpy().astype(str)

    return Fitted(predict, count_weights(module), max_epochs, module, recipe_inputs)


@functools.cache
def default_architecture():
    """Return the sizes of the default network for MNIST."""
    return settings(60_000, 0, None)._recipe(n_classes=10, knows_outliers=False)["architecture"]


def untrained(samples, generator):
    """Return the network that the default classifier starts from, with random weights."""
    module = DigitCNN(**default_architecture()).to(memory_format=torch.channels_last)
    module.initialize(generator, *pixel_statistics(samples))
    return module.to(DEVICE)


def plain_skorch(X, y, *, seed, max_epochs, after_epoch):
    """Train skdigits' default network with plain skorch."""
    torch.manual_seed(seed)
    chosen = settings(len(X), seed, max_epochs)
    images, labels = X.reshape(-1, 28, 28), y.astype(np.int64)
    start = untrained(Samples(images, labels, None), torch.Generator().manual_seed(seed))
    schedule = LRScheduler(
        torch.optim.lr_scheduler.OneCycleLR,
        step_every="batch",
        max_lr=chosen.learning_rate,
        total_steps=chosen.max_epochs_ * -(-len(X) // chosen.batch_size_),
        cycle_momentum=False,
    )
    net = NeuralNetClassifier(
        start,
        criterion=nn.CrossEntropyLoss,
        criterion__label_smoothing=chosen.label_smoothing_,
        optimizer=torch.optim.AdamW,
        optimizer__betas=BETAS,
        optimizer__weight_decay=chosen.weight_decay,
        lr=chosen.learning_rate,
        max_epochs=chosen.max_epochs_,
        batch_size=chosen.batch_size_,
        iterator_train__shuffle=True,
        train_split=None,
        callbacks=[("schedule", schedule), ("after_epoch", AfterEpoch(after_epoch))],
        device=DEVICE,
        verbose=0,
    )
    net.fit(images[:, None], labels)

    def predict(X):
        return net.predict(X.reshape(-1, 1, 28, 28)).astype(str)

    n_weights = count_weights(net.module_)
    return Fitted(predict, n_weights, chosen.max_epochs_, net.module_, raw_images)


def mlp(X, y, *, seed, max_epochs, after_epoch):
    """Fit scikit-learn's multi-layer perceptron; it does not call `after_epoch`."""
    limit = {} if max_epochs is None else {"max_iter": max_epochs}
    model = MLPClassifier(random_state=seed, **limit).fit(X / 255, y)
    n_weights = sum(weights.size for weights in [*model.coefs_, *model.intercepts_])
    return Fitted(lambda X: model.predict(X / 255), n_weights, model.n_iter_)


def svc(X, y, *, seed, max_epochs, after_epoch):
    """Fit scikit-learn's support vector machine; its weights are those of the support vectors."""
    model = SVC().fit(X / 255, y)
    n_weights = model.support_vectors_.size + model.dual_coef_.size
    return Fitted(lambda X: model.predict(X / 255), n_weights, None)
