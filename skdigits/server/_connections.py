"""uvicorn's server, with a deadline for the headers of each request."""

from functools import partial

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class Protocol(H11Protocol):
    """A connection that is closed if the headers of a request do not arrive in time.

    The guard sets the deadline for bodies.
    """

    timer = None

    def __init__(self, *args, head_seconds, **kwargs):
        super().__init__(*args, **kwargs)
        self.head_seconds = head_seconds

    def connection_made(self, transport):
        """Start the timer for the headers of the first request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data):
        """Start the timer at the first byte of a request, and stop it after its headers."""
        if self.timer is None and self._awaits_head():
            self._await_head()
        super().data_received(data)
        if not self._awaits_head():
            self._stop_waiting()

    def connection_lost(self, exc):
        """Stop the timer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _awaits_head(self):
        return self.cycle is None or self.cycle.response_complete

    def _await_head(self):
        self.timer = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _stop_waiting(self):
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Server(uvicorn.Server):
    """A server that calls `started` when it listens."""

    def __init__(self, config, started):
        super().__init__(config)
        self.when_started = started

    async def startup(self, sockets=None):
        """Load the models, and listen."""
        await super().startup(sockets)
        if self.started:
            self.when_started()


def protocol(head_seconds):
    """Return the factory of connections."""
    return partial(Protocol, head_seconds=head_seconds)
