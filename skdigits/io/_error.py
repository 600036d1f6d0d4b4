"""What is raised for a file that holds no model."""


class ModelFileError(ValueError):
    """A file that holds no model this package can use; the message says why.

    Examples
    --------
    >>> from skdigits import ModelFileError
    >>> issubclass(ModelFileError, ValueError)
    True
    """


def refuse_unless(condition, reason):
    """Raise ModelFileError with a reason, which follows the file's name in a sentence."""
    if not condition:
        raise ModelFileError(reason)
