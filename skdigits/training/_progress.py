"""Progress of a fit, in the log and on the screen."""

import logging
from time import perf_counter

from skdigits._utils.bars import Pipe, find_view, is_worker
from skdigits._utils.wording import duration

logger = logging.getLogger("skdigits")


class Progress:
    """Log a line for each epoch of a fit and one at its end, and show them on demand.

    Parameters
    ----------
    verbose : int
        0 shows nothing. 1 shows a bar with the remaining time in a terminal or notebook, the lines
        of the epochs in a pipe, and only the last line in a worker. From 2 on, the lines of the
        epochs are shown everywhere. Lines that a handler of the log writes are not shown again.
    n_epochs : int
        Number that the last epoch will have.
    n_batches : int
        Number of batches in this fit.
    """

    def __init__(self, verbose, n_epochs, n_batches):
        self.verbose = verbose
        self.n_epochs = n_epochs
        self.n_batches = n_batches
        self.n_batches_done = 0
        self.caption = "training"
        self.rows = []

    def __enter__(self):
        """Begin."""
        self.started = perf_counter()
        self.view = find_view(self.n_batches, self.caption) if self.verbose else Pipe()
        in_pipe = isinstance(self.view, Pipe) and not is_worker()
        self.shows_epochs = self.verbose > 1 or (self.verbose and in_pipe)
        return self

    def __exit__(self, *error):
        """End; show the result if the epochs have not been shown."""
        self.view.close()
        if self.rows:
            took = duration(perf_counter() - self.started)
            n = self.rows[-1]["epoch"]
            text = f"{n} {'epoch' if n == 1 else 'epochs'}  {_figures(self.rows[-1])}  {took}"
            self._tell(logging.INFO, text, shown=self.verbose and not self.shows_epochs)

    def batch(self):
        """Count a batch that is done."""
        self.n_batches_done += 1
        self.view.move(self.n_batches_done, self.caption)

    def epoch(self, row):
        """Report the row that an epoch adds to the history."""
        self.rows.append(row)
        text = f"epoch {row['epoch']:{len(str(self.n_epochs))}}/{self.n_epochs}  {_figures(row)}"
        text += f"  {row['seconds']:.1f} s"
        if left := self.n_epochs - row["epoch"]:
            seconds = (perf_counter() - self.started) / len(self.rows) * left
            text += f", {duration(seconds)} left"
        self._tell(logging.DEBUG, text, shown=self.shows_epochs)
        self.caption = f"epoch {row['epoch']}/{self.n_epochs}: " + (
            f"validation {row['valid_accuracy']:.2%}"
            if "valid_accuracy" in row
            else f"loss {row['train_loss']:.4f}"
        )

    def _tell(self, level, text, shown):
        logger.log(level, text)
        if shown and not (logger.isEnabledFor(level) and logger.hasHandlers()):
            self.view.line(text)


def _figures(row):
    text = f"loss {row['train_loss']:.4f}"
    if "valid_accuracy" in row:
        text += f"  validation: loss {row['valid_loss']:.4f}, accuracy {row['valid_accuracy']:.2%}"
    return text
