"""Turn pictures into answers, for the commands, the displays and the server."""

from skdigits.reading._answer import Answer
from skdigits.reading._reader import Reader, read_digits

__all__ = ["Answer", "Reader", "read_digits"]
