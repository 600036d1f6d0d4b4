"""Leave an estimator unchanged if its fit fails."""

import functools

__all__ = ["unchanged_on_failure"]


def unchanged_on_failure(method):
    """Restore the estimator's former state if `method` raises, also on Ctrl-C."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        before = vars(self).copy()
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return wrapper
