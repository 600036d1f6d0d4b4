"""The error for a file that holds no usable model."""


class ModelFileError(ValueError):
    """Raised for a file that holds no model this package can use; the message says why.

    Examples
    --------
    >>> from skdigits import ModelFileError
    >>> issubclass(ModelFileError, ValueError)
    True
    """


def refuse_unless(condition, reason):
    """Raise ModelFileError unless a condition is true; the reason follows the file's name."""
    if not condition:
        raise ModelFileError(reason)
