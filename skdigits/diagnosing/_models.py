"""Models that were fitted in a way that makes them worse.

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
from skdigits.metrics import expected_calibration_error

PER_FEATURE = (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
STANDARDISED = 0.8  # of the columns; images have borders that vary less than their middle
OVERFITTED = 0.1  # nats: a tenth less probability for the true label of an image held out
UNLEARNED = 0.3  # of the loss of guessing
STILL_FALLING = 0.2  # of the loss, in the last epoch
LEARNED = 0.05  # of the loss of guessing; below, what is left to learn is little
OVERCONFIDENT = 0.03  # mean confidence less accuracy
N_CALIBRATION = 30  # images; of fewer, one label that is wrong itself would show as much
SURE = 0.99  # as no set of labels is without errors
CHANCE = 0.001  # that so few are right, were the probabilities true


def find_per_pixel_scaling(case):
    """Find pixels that are scaled each by itself."""
    remedy = "Scale the whole image alike: PixelScaler() instead, refit, and give X as it was."
    for step in case.steps[:-1]:
        if isinstance(step, PER_FEATURE):
            return (
                f"{type(step).__name__} scales each pixel by itself, which changes the strokes and "
                "amplifies noise where there is hardly ever ink.",
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
    """Find images held out that are read much worse than those of the training."""
    history = [row for row in _history(case) if "valid_loss" in row]
    if not history or case.steps[-1].early_stopping:
        return None
    train, valid = history[-1]["train_loss"], history[-1]["valid_loss"]
    best = min(history, key=lambda row: row["valid_loss"])
    remedy = "Give more images, augment=True, or early_stopping=True, which keeps the best epoch."
    if valid - best["valid_loss"] >= OVERFITTED and train < best["train_loss"]:
        return (
            f"The loss on images held out was {best['valid_loss']:.2g} after epoch "
            f"{best['epoch']}, but {valid:.2g} in the end.",
            remedy,
        )
    if valid - train >= OVERFITTED and valid >= 2 * train:
        return f"The loss is {train:.2g} in training, but {valid:.2g} on images held out.", remedy
    return None


def find_underfitting(case):
    """Find a training that ended before the network had learned."""
    history = _history(case)
    if not history:
        return None
    last, guessing = history[-1]["train_loss"], log(len(case.model.classes_))
    # Distortion keeps the training loss up, though not that on images held out.
    left = min(last, history[-1].get("valid_loss", last))
    fallen = 1 - last / history[-2]["train_loss"] if len(history) > 1 else 0.0
    if left >= LEARNED * guessing and fallen >= STILL_FALLING:
        return (
            f"The training loss, {last:.2g}, still fell by {fallen:.0%} in the last of "
            f"{len(history)} epochs.",
            "Train longer: raise max_epochs.",
        )
    if left >= UNLEARNED * guessing:
        return (
            f"The training loss is {last:.2g} after {len(history)} epochs, and that of guessing "
            f"{guessing:.2g}.",
            "Raise max_epochs, take more filters, or try another learning_rate.",
        )
    return None


def find_overconfidence(case):
    """Find probabilities that are higher than the share of right answers."""
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
        f"The mean confidence is {confidence.mean():.1%}, but {right.mean():.1%} of the answers "
        f"are right; the expected calibration error is {calibration_error:.1%}.",
        "Calibrate on images held out: CalibratedClassifierCV(FrozenEstimator(model)), or fit with "
        "label_smoothing above 0.",
    )


def _chance_of_so_few(n_right, probabilities):
    """Return the probability that at most so many come true, each with its own probability."""
    by_number = np.ones(1)
    for probability in probabilities:
        by_number = np.convolve(by_number, [1 - probability, probability])
    return by_number[: n_right + 1].sum()


def _history(case):
    return getattr(case.steps[-1], "history_", None) or []
