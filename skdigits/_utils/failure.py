"""An estimator that a failed fit leaves as it was."""

import functools

__all__ = ["unchanged_on_failure"]


def unchanged_on_failure(method):
    """Give the estimator its former state back where `method` raises, also on Ctrl-C."""

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
