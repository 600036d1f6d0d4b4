"""What a server lets in, and how much of it."""

from dataclasses import dataclass

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Settings:
    """What a server lets in, and how much of it.

    Parameters
    ----------
    host : str, default="127.0.0.1"
        Address that it listens on.
    port : int, default=8000
    allowed_hosts : tuple of str, default=()
        Names, without port, by which it may be called besides those of this machine.
    token : str, default=None
        If given, requests must have the header ``Authorization: Bearer TOKEN``.
    max_bytes : int, default=10 * 2**20
        Largest body of a request.
    max_bytes_held : int, default=256 * 2**20
        Bodies of all requests together, while they are received and answered.
    max_pictures : int, default=64
        Pictures in a request.
    max_pixels : int, default=40_000_000
        Pixels of a picture.
    max_waiting : int, default=128
        Pictures of all requests that wait or are being read.
    body_seconds : float, default=10.0
        Time that a client has to send the head of a request, and then its body.
    answer_seconds : float, default=30.0
        Time that a request waits for its answer.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple = ()
    token: str | None = None
    max_bytes: int = 10 * 2**20
    max_bytes_held: int = 256 * 2**20
    max_pictures: int = 64
    max_pixels: int = 40_000_000
    max_waiting: int = 128
    body_seconds: float = 10.0
    answer_seconds: float = 30.0

    @property
    def names(self):
        """All names by which the server may be called."""
        return {*LOOPBACK, *(name.lower() for name in self.allowed_hosts)}
