"""The base of all estimators that hold a trained net."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from skdigits import training


class NetHolder(BaseEstimator):
    """An estimator whose `net_` is kept as plain arrays in copies and pickles."""

    def _random_state(self):
        """Return the random generator; for None a new one, since numpy's global one is not used."""
        if self.random_state is None:
            return np.random.RandomState()
        return check_random_state(self.random_state)

    def __copy__(self):
        copied = type(self).__new__(type(self))
        copied.__dict__.update(self.__dict__)  # a copy shares the net
        return copied

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "net_" in state:
            state["net_"] = self.net_.state
        return state

    def __setstate__(self, state):
        if isinstance(state.get("net_"), dict):
            state = {**state, "net_": training.from_state(state["net_"])}
        super().__setstate__(state)


def learned(net, history, interrupted=False):
    """Return the attributes that an estimator learns by training."""
    return {
        "net_": net,
        "history_": [*history],
        "n_epochs_": len(history),
        "interrupted_": interrupted,
    }
