"""Move a fitted model to another device."""

from skdigits import training
from skdigits._utils.nested import first_with


def on_device(model, device):
    """Return a fitted model with its network on a device of PyTorch.

    Parameters
    ----------
    model : estimator instance
        Of this package, fitted; it is changed.
    device : str
        Such as "cuda:1", or "auto" for the best there is.

    Raises
    ------
    ValueError
        If PyTorch cannot compute there.
    """
    found = training.find_device(device)
    holder = first_with("net_", model)
    holder = getattr(holder, "estimator", holder)  # a FrozenEstimator only forwards
    holder.net_ = training.copy_net(holder.net_, {**holder.net_.recipe, "device": found})
    holder.device_ = found
    return model
