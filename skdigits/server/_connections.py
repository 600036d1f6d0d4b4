"""uvicorn's server, with a deadline for the head of each request."""

from functools import partial

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class Protocol(H11Protocol):
    """A connection that is closed if the head of a request does not arrive in time.

    Bodies have a deadline of their own, in the guard.
    """

    timer = None

    def __init__(self, *args, head_seconds, **kwargs):
        super().__init__(*args, **kwargs)
        self.head_seconds = head_seconds

    def connection_made(self, transport):
        """Await the first head."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data):
        """Await the next head from its first byte on, and no longer once it is there."""
        if self.timer is None and self._awaits_head():
            self._await_head()
        super().data_received(data)
        if not self._awaits_head():
            self._stop_waiting()

    def connection_lost(self, exc):
        """Await nothing any more."""
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
    """A server that calls `started` once it listens."""

    def __init__(self, config, started):
        super().__init__(config)
        self.when_started = started

    async def startup(self, sockets=None):
        """Load the models, and listen."""
        await super().startup(sockets)
        if self.started:
            self.when_started()


def protocol(head_seconds):
    """Return what makes a connection."""
    return partial(Protocol, head_seconds=head_seconds)
