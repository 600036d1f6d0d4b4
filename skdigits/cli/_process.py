"""Signals, streams and warnings while a command runs; afterwards they are as before."""

import os
import signal
import sys
import threading
import warnings
from contextlib import contextmanager

from skdigits.cli._console import say


@contextmanager
def own_surroundings():
    """Set signals, streams and warnings as a command needs them, while it runs."""
    streams = sys.stdout, sys.stderr
    _open_closed_descriptors()
    with open(os.devnull, "w") as nobody, _signals_as_ctrl_c(), warnings.catch_warnings():
        sys.stderr = sys.stderr or nobody  # libraries expect one when they are imported
        warnings.showwarning = lambda message, *_, **__: say(f"warning: {message}")
        try:
            yield
        finally:
            sys.stdout, sys.stderr = streams  # typer replaces broken ones
            for stream in streams:
                _flush(stream)


@contextmanager
def _signals_as_ctrl_c():
    """Handle SIGTERM, and SIGHUP of a terminal that is closed, like Ctrl-C.

    A signal that is ignored, as with nohup, or that has a handler, is left alone.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):  # Windows has the first only
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number, frame):
    if number != signal.SIGTERM:  # for one closed terminal, shell and kernel both send SIGHUP
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _open_closed_descriptors():
    """Open closed standard streams, so that no other file gets their numbers."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def _flush(stream):
    """Write what is left, or throw it away if that fails: otherwise Python complains at its end."""
    try:
        if stream is not None:
            stream.flush()
    except (OSError, ValueError):
        try:
            descriptor = os.open(os.devnull, os.O_WRONLY)
            os.dup2(descriptor, stream.fileno())
            os.close(descriptor)
        except (OSError, ValueError):
            pass
