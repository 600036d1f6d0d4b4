"""Run the server as a process: socket, logs and shutdown."""

import json
import logging
import os
import socket
import time
from contextlib import suppress

from skdigits._utils.extras import check_extra

PACKAGES = ("fastapi", "prometheus_client", "python_multipart", "uvicorn")
MOST_CONNECTIONS = 800
LOGGED = ("method", "path", "status", "milliseconds", "bytes")


def check_installed():
    """Raise an ImportError unless the packages of the extra ``serve`` are installed."""
    check_extra(PACKAGES, "serve", "The server")


class JsonLines(logging.Formatter):
    """Formats log records as lines of JSON, without the content of requests."""

    def format(self, record):
        """Return a log record as one line."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        line |= {key: vars(record)[key] for key in LOGGED if key in vars(record)}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def run(settings, *, model=None, reader=None, started=lambda address: None):
    """Serve until the process is told to end; requests in progress are finished first.

    Parameters
    ----------
    settings : Settings
    model, reader
        As for `create_app`.
    started : callable, default=lambda address: None
        Called with the address of the page when the server listens.

    Raises
    ------
    ImportError
        If the packages of the extra ``serve`` are not installed.
    OSError
        If the server cannot listen on that host and port.
    """
    check_installed()
    import uvicorn

    from skdigits.server._app import create_app
    from skdigits.server._connections import Server, protocol

    listening = _listen(settings.host, settings.port)
    host, port = listening.getsockname()[:2]
    log_to_stderr()
    config = uvicorn.Config(
        create_app(settings, model=model, reader=reader),
        http=protocol(settings.body_seconds),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=int(settings.answer_seconds),
    )
    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    with listening, suppress(KeyboardInterrupt):  # uvicorn raises the signal again at the end
        Server(config, lambda: started(address)).run(sockets=[listening])


def _listen(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # If the protocol is named, asyncio sets TCP_NODELAY; without it, small answers take 40 ms more.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows, two servers could then listen on the same port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(512)
        return listening
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise OSError(f"The server cannot listen on {host}, port {port}: {reason}.") from error


def log_to_stderr():
    """Log to stderr, as lines of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("skdigits.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
