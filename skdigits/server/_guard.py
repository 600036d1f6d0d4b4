"""Check who sends a request and how large it is, before any of it is decoded."""

import asyncio
import hmac
import logging
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

logger = logging.getLogger("skdigits.server")

OPEN = ("/healthz", "/readyz")  # for everyone: they only tell that the server runs


class Refused(Exception):
    """A request is refused, with this HTTP status and reason."""

    def __init__(self, status, why, **headers):
        super().__init__(why)
        self.status, self.why = status, why
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def busy(why):
    """Return the refusal of a busy server."""
    return Refused(503, why, retry_after="1")


class Guard:
    """An ASGI application around another that checks the client and receives the body.

    Parameters
    ----------
    app : ASGI application
    settings : Settings
    metrics : Metrics
    without_token : set of str
        Paths that need no token: those of the page, which asks for the token.
    """

    def __init__(self, app, settings, metrics, without_token):
        self.app, self.settings, self.metrics = app, settings, metrics
        self.without_token = without_token
        self.bytes_held = 0

    async def __call__(self, scope, receive, send):
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, n_bytes = time.perf_counter(), 500, 0

        async def send_and_note(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *SAFE_HEADERS]
            await send(message)

        body = bytearray()
        try:
            headers = Headers(scope=scope)
            self._check_who_asks(scope, headers)
            await self._receive_into(body, headers, receive)
            n_bytes = len(body)
            await self.app(scope, _replay(bytes(body), receive), send_and_note)
        except Refused as refused:
            response = JSONResponse({"detail": refused.why}, refused.status, refused.headers)
            response.headers["connection"] = "close"  # the remaining body is not read
            await response(scope, receive, send_and_note)
        finally:
            self.bytes_held -= len(body)
            seconds = time.perf_counter() - start
            self.metrics.count(scope, status, seconds)
            logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "milliseconds": round(1000 * seconds, 1),
                    "bytes": n_bytes,
                },
            )

    def _check_who_asks(self, scope, headers):
        if scope["path"] in OPEN:
            return
        if _name_of(headers.get("host", "")) not in self.settings.names:
            raise Refused(
                421,
                "This server does not accept requests for this host name: allow it with "
                "--allow-host.",
            )
        origin = headers.get("origin")
        if origin is not None and _name_of(urlsplit(origin).netloc) not in self.settings.names:
            raise Refused(403, "Pages from another origin may not use this server.")
        if self.settings.token is not None and scope["path"] not in self.without_token:
            expected = f"Bearer {self.settings.token}".encode()
            given = headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, expected):
                raise Refused(
                    401,
                    "A token is needed: send the header Authorization: Bearer TOKEN.",
                    www_authenticate="Bearer",
                )

    async def _receive_into(self, body, headers, receive):
        stated = headers.get("content-length", "0")
        if not stated.isdecimal() or int(stated) > self.settings.max_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(400, "The body of the request is incomplete.")
                    part = message.get("body", b"")
                    if len(body) + len(part) > self.settings.max_bytes:
                        raise self._too_large()
                    if self.bytes_held + len(part) > self.settings.max_bytes_held:
                        raise busy(
                            "The server already holds as many pictures as it can: try again soon."
                        )
                    body += part
                    self.bytes_held += len(part)
                    more = message.get("more_body", False)
        except TimeoutError as error:
            why = f"The body did not arrive within {self.settings.body_seconds:g} seconds."
            raise Refused(408, why) from error

    def _too_large(self):
        return Refused(413, f"The body must not have more than {self.settings.max_bytes:,} bytes.")


SAFE_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
]


def _name_of(host):
    """Return a host without its port, in lower case."""
    name, _, port = host.lower().rpartition(":")
    return name if port.isdecimal() and name else host.lower()


def _replay(body, receive):
    """Return a `receive` that returns the whole body, and then further messages."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay():
        return messages.pop() if messages else await receive()

    return replay
