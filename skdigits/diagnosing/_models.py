"""Models that are worse than they could be.

Each check returns what was found and the remedy, or None.
"""

from math import log

import numpy as np
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from skdigits._utils.probabilities import most_probable
from skdigits._utils.wording import counted, share
from skdigits.metrics import expected_calibration_error

PER_FEATURE = (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
STANDARDISED = 0.8  # of the columns; the borders of images vary less than their middle
OVERFITTED = 0.1  # nats: a tenth less probability of the true label in the validation set
UNLEARNED = 0.3  # of the loss of guessing
STILL_FALLING = 0.2  # of the loss, in the last epoch
LEARNED = 0.05  # of the loss of guessing; below, little is left to learn
OVERCONFIDENT = 0.03  # mean confidence less accuracy
N_CALIBRATION = 30  # images; among fewer, a single wrong label has the same effect
SURE = 0.99  # the highest probability that is believed, as any set of labels has errors
CHANCE = 0.001  # probability of so few correct answers if the probabilities are true


def find_per_pixel_scaling(case):
    """Find pixels that are scaled one by one."""
    remedy = "Scale all pixels alike: use PixelScaler() instead, refit, and give X unscaled."
    for step in case.steps[:-1]:
        if isinstance(step, PER_FEATURE):
            return (
                f"{type(step).__name__} scales each pixel by itself, which changes the strokes and "
                "amplifies noise where there is almost never ink.",
                remedy,
            )
    if case.sample is None or len(case.sample) < 50:
        return None
    mean, spread = case.sample.mean(axis=0), case.sample.std(axis=0)
    varies = spread > 0
    standard = (np.abs(mean) < 0.25) & (np.abs(spread - 1) < 0.25)
    if not varies.any() or standard[varies].mean() < STANDARDISED:
        return None
    return "The pixels of X have mean 0 and spread 1 each: they were scaled one by one.", remedy


def find_overfitting(case):
    """Find a validation loss that is much higher than the training loss."""
    history = [row for row in _history(case) if "valid_loss" in row]
    if not history or case.steps[-1].early_stopping:
        return None
    train, valid = history[-1]["train_loss"], history[-1]["valid_loss"]
    best = min(history, key=lambda row: row["valid_loss"])
    remedy = "Use more images, augment=True, or early_stopping=True, which keeps the best epoch."
    if valid - best["valid_loss"] >= OVERFITTED and train < best["train_loss"]:
        return (
            f"The validation loss was {best['valid_loss']:.2g} after epoch {best['epoch']}, but "
            f"{valid:.2g} at the end.",
            remedy,
        )
    if valid - train >= OVERFITTED and valid >= 2 * train:
        return f"The training loss is {train:.2g}, but the validation loss {valid:.2g}.", remedy
    return None


def find_underfitting(case):
    """Find a training that ended before the network had learned."""
    history = _history(case)
    if not history:
        return None
    last, guessing = history[-1]["train_loss"], log(len(case.model.classes_))
    # Distortion keeps the training loss high, but not the validation loss.
    left = min(last, history[-1].get("valid_loss", last))
    fallen = 1 - last / history[-2]["train_loss"] if len(history) > 1 else 0.0
    if left >= LEARNED * guessing and fallen >= STILL_FALLING:
        return (
            f"The training loss, {last:.2g}, still fell by {share(fallen)} in the last of "
            f"{len(history)} epochs.",
            "Train longer: raise max_epochs.",
        )
    if left >= UNLEARNED * guessing:
        return (
            f"The training loss is {last:.2g} after {counted(len(history), 'epoch')}; guessing has "
            f"{guessing:.2g}.",
            "Raise max_epochs, use more filters, or try another learning_rate.",
        )
    return None


def find_overconfidence(case):
    """Find probabilities that are higher than the share of correct answers."""
    if case.right is None or case.probabilities is None:
        return None
    answers, confidence = most_probable(case.probabilities, case.classes)
    truth = case.texts[case.read]
    right = answers == truth
    gap = confidence.mean() - right.mean()
    if len(confidence) < N_CALIBRATION or gap < OVERCONFIDENT:
        return None
    if _chance_of_so_few(right.sum(), confidence.clip(max=SURE)) > CHANCE:
        return None
    calibration_error = expected_calibration_error(truth, case.probabilities, labels=case.classes)
    return (
        f"The mean confidence is {share(confidence.mean(), 1)}, but {share(right.mean(), 1)} of "
        f"the answers are correct; the expected calibration error is "
        f"{share(calibration_error, 1)}.",
        "Calibrate on images that the model was not fitted on: "
        "CalibratedClassifierCV(FrozenEstimator(model)), or fit with label_smoothing above 0.",
    )


def _chance_of_so_few(n_right, probabilities):
    """Return the probability that at most so many events happen, each with its own probability."""
    by_number = np.ones(1)
    for probability in probabilities:
        by_number = np.convolve(by_number, [1 - probability, probability])
    return by_number[: n_right + 1].sum()


def _history(case):
    return getattr(case.steps[-1], "history_", None) or []
