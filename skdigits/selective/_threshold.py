"""The confidence above which the error rate is low enough, from held-out samples."""

from math import ceil, inf, log, log1p

import numpy as np
from scipy.stats import beta


def choose_threshold(confidence, is_right, max_error_rate, risk):
    """Return the lowest threshold at which the error rate is shown to be below a limit.

    Parameters
    ----------
    confidence : ndarray of shape (n_samples,)
        Confidence of samples that were not trained on.
    is_right : ndarray of bool of shape (n_samples,)
        Whether each was predicted correctly.
    max_error_rate : float
        Limit on the share of errors among the answered samples.
    risk : float
        Largest probability that the limit is exceeded, over the draw of the samples.

    Returns
    -------
    threshold : float
        Samples with at least this confidence are answered; infinite if no threshold is enough.

    References
    ----------
    Geifman & El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017,
    algorithm 1; the bound is that of Clopper and Pearson (1934).
    """
    order = np.argsort(-confidence, kind="stable")
    confidence, n_errors = confidence[order], np.cumsum(~is_right[order])
    last = np.flatnonzero(np.append(np.diff(confidence) != 0, True))  # ties are answered together
    rejected = np.append(confidence[last[1:]], 0.0)
    n_tests = len(last).bit_length()
    # Fewer samples do not show the rate, even if all of them are right.
    low = int(np.searchsorted(last + 1, n_to_show(max_error_rate, risk / n_tests)))
    threshold, high = inf, len(last) - 1
    while low <= high:
        middle = (low + high) // 2
        n_answered, errors = last[middle] + 1, n_errors[last[middle]]
        if error_bound(errors, n_answered, risk / n_tests) <= max_error_rate:
            # Midway to the next sample, so that rounding rejects none of these samples.
            threshold, low = (confidence[last[middle]] + rejected[middle]) / 2, middle + 1
        else:
            high = middle - 1
    return float(threshold)


def error_bound(n_errors, n, risk):
    """Return the error rate that is exceeded with at most the probability `risk`."""
    return 1.0 if n_errors >= n else float(beta.ppf(1 - risk, n_errors + 1, n - n_errors))


def n_to_show(max_error_rate, risk):
    """Return how many samples, if all are right, show that the error rate is below a limit."""
    return ceil(min(log(risk) / log1p(-max_error_rate), 1e18))


def n_needed(max_error_rate, risk):
    """Return this number for the search of a threshold, which makes several tests."""
    n = n_to_show(max_error_rate, risk)
    while n < (more := n_to_show(max_error_rate, risk / n.bit_length())):
        n = more
    return n


def choose_fraction(n_samples, max_error_rate, risk):
    """Return the share to hold out: twice what is needed, between a fifth and half."""
    n_samples = max(1, n_samples)  # an empty X is refused by the split
    return min(max(2 * n_needed(max_error_rate, risk) / n_samples, 0.2), 0.5)


def best_bound(n, risk):
    """Return the lowest error rate that `n` samples can show, if all are right."""
    return error_bound(0, n, risk / n.bit_length()) if n else 1.0
