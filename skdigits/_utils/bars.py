"""Show progress in a terminal, in a notebook or in a pipe."""

import multiprocessing
import sys
import threading
from contextlib import suppress
from time import perf_counter

from skdigits._utils.wording import duration

__all__ = ["Pipe", "find_view", "is_worker"]


class Pipe:
    """Lines on stderr, without a bar."""

    def line(self, text):
        """Show a line; if stderr is closed, the work continues without it."""
        with suppress(OSError):
            if sys.stderr is not None:
                sys.stderr.write(f"{text}\n")

    def move(self, n_done, caption):
        """Move the bar on."""

    def close(self):
        """Take the bar away."""


class Terminal:
    """A bar on stderr, with lines above it."""

    def __init__(self, n_steps, caption):
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, highlight=False, soft_wrap=True)
        columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
        # Text printed to the same terminal appears above the bar; a redirected stdout is untouched.
        self.bar = Progress(
            *columns,
            console=console,
            transient=True,
            refresh_per_second=4,
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
        )
        self.task = self.bar.add_task(caption, total=n_steps)
        self.bar.start()

    def line(self, text):
        """Show a line."""
        with suppress(OSError):  # the terminal may have been closed
            self.bar.console.print(text, markup=False)

    def move(self, n_done, caption):
        """Move the bar on."""
        self.bar.update(self.task, completed=n_done, description=caption)

    def close(self):
        """Take the bar away."""
        with suppress(OSError):
            self.bar.stop()


class Notebook:
    """A bar in the output of a cell, with lines above it; needs no widgets."""

    def __init__(self, n_steps):
        from IPython.display import display

        self.n_steps, self.lines, self.bar = n_steps, [], ""
        self.started = self.shown = perf_counter()
        self.handle = display(self._content(), raw=True, display_id=True)

    def line(self, text):
        """Show a line."""
        self.lines.append(text)
        self._show()

    def move(self, n_done, caption):
        """Move the bar on, a few times a second."""
        now = perf_counter()
        if now - self.shown > 0.2:
            self.shown = now
            left = duration((now - self.started) / n_done * (self.n_steps - n_done))
            done = round(20 * n_done / self.n_steps)
            self.bar = f"{caption} {'━' * done}{'─' * (20 - done)} {left} left"
            self._show()

    def close(self):
        """Take the bar away."""
        self.bar = ""
        self._show()

    def _show(self):
        self.handle.update(self._content(), raw=True)

    def _content(self):
        return {"text/plain": "\n".join([*self.lines, self.bar]).strip()}


def find_view(n_steps, caption):
    """Return the view that suits the place where this runs.

    Parameters
    ----------
    n_steps : int
        Number of steps of a full bar.
    caption : str
        Text before the bar until it first moves.

    Returns
    -------
    view : Pipe, Terminal or Notebook
        With `line`, `move` and `close`.
    """
    if is_worker():
        return Pipe()
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel"):
        return Notebook(n_steps)
    on_terminal = sys.stderr is not None and sys.stderr.isatty()
    return Terminal(n_steps, caption) if on_terminal else Pipe()


def is_worker():
    """Tell whether this is a worker process or thread: only the main one shows progress."""
    in_thread = threading.current_thread() is not threading.main_thread()
    return in_thread or multiprocessing.parent_process() is not None
