"""What a command finds in its process and leaves there as it was: signals, streams, warnings."""

import os
import signal
import sys
import threading
import warnings
from contextlib import contextmanager

from skdigits.cli._console import say


@contextmanager
def own_surroundings():
    """Let signals, streams and warnings be what a command needs, as long as it runs."""
    streams = sys.stdout, sys.stderr
    _open_closed_descriptors()
    with open(os.devnull, "w") as nobody, _signals_as_ctrl_c(), warnings.catch_warnings():
        sys.stderr = sys.stderr or nobody  # libraries take it for granted when they are imported
        warnings.showwarning = lambda message, *_, **__: say(f"warning: {message}")
        try:
            yield
        finally:
            sys.stdout, sys.stderr = streams  # typer exchanges those that broke
            for stream in streams:
                _flush(stream)


@contextmanager
def _signals_as_ctrl_c():
    """Let the end of a terminal and a friendly kill be what Ctrl-C is.

    One that is ignored, as nohup has it, or that has a handler, is left alone.
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
    if number != signal.SIGTERM:  # a terminal ends once, but shell and kernel both say so
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _open_closed_descriptors():
    """Let no file that is opened get the number of a standard stream that is closed."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def _flush(stream):
    """Write what is left; what nobody can have is thrown away, else Python complains at its end."""
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
