"""From pictures to answers: what the commands, the displays and a server print."""

from skdigits.reading._answer import Answer
from skdigits.reading._reader import Reader, read_digits

__all__ = ["Answer", "Reader", "read_digits"]
