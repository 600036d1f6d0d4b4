"""The settings and limits of a server."""

from dataclasses import dataclass

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Settings:
    """The settings and limits of a server.

    Parameters
    ----------
    host : str, default="127.0.0.1"
        Address to listen on.
    port : int, default=8000
        Port to listen on; 0 takes a free one.
    allowed_hosts : tuple of str, default=()
        Host names, without port, that requests may use in addition to those of this machine.
    token : str, default=None
        If given, requests must have the header ``Authorization: Bearer TOKEN``.
    max_bytes : int, default=10 * 2**20
        Maximum size of the body of a request, in bytes.
    max_bytes_held : int, default=256 * 2**20
        Maximum size of the bodies of all requests in progress together, in bytes.
    max_pictures : int, default=64
        Maximum number of pictures in a request.
    max_pixels : int, default=40_000_000
        Maximum number of pixels in a picture.
    max_waiting : int, default=128
        Maximum number of pictures, of all requests, that wait or are being read.
    body_seconds : float, default=10.0
        Time in seconds in which a client must send the headers of a request, and again its body.
    answer_seconds : float, default=30.0
        Maximum time in seconds until a request is answered.
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
        """All host names that requests may use."""
        return {*LOOPBACK, *(name.lower() for name in self.allowed_hosts)}
