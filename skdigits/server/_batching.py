"""Read the pictures of several requests together."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

MOST_TOGETHER = 32  # pictures


class Job(NamedTuple):
    """The pictures of a request, the function that reads them, and the future of the answers."""

    read: Callable
    pictures: list
    answers: Future


class Batcher:
    """Threads that read pictures, and batch waiting pictures that the same function reads.

    Parameters
    ----------
    n_threads : int
    max_waiting : int
        Maximum number of pictures that wait or are being read.
    waiting : prometheus_client.Gauge
        Shows their current number.
    """

    def __init__(self, n_threads, max_waiting, waiting):
        self.max_waiting, self.gauge, self.n_waiting = max_waiting, waiting, 0
        self.jobs: queue.SimpleQueue = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(n_threads)]
        for thread in self.threads:
            thread.start()

    def submit(self, read, pictures):
        """Return the future of the answers of `read`, or None if too many pictures wait."""
        with self.lock:
            if self.n_waiting and self.n_waiting + len(pictures) > self.max_waiting:
                return None
            self.n_waiting += len(pictures)
            self.gauge.set(self.n_waiting)
        job = Job(read, pictures, Future())
        self.jobs.put(job)
        return job.answers

    def close(self):
        """Read the waiting pictures, and end the threads."""
        for _ in self.threads:
            self.jobs.put(None)
        for thread in self.threads:
            thread.join()

    def _work(self):
        job = self.jobs.get()
        while job is not None:
            together, job = self._together(job)
            self._read(together)
            if job is None:
                job = self.jobs.get()

    def _together(self, job):
        """Return a job with those that the same function reads, and the next job if it is known."""
        together, n_pictures = [job], len(job.pictures)
        while n_pictures < MOST_TOGETHER:
            try:
                then = self.jobs.get_nowait()
            except queue.Empty:
                return together, None
            if then is None:
                self.jobs.put(None)  # the thread ends after these jobs
                return together, None
            if then.read != job.read:
                return together, then
            together.append(then)
            n_pictures += len(then.pictures)
        return together, None

    def _read(self, together):
        """Read the pictures of all jobs together, and give each job its answers."""
        jobs = [job for job in together if job.answers.set_running_or_notify_cancel()]
        answers, error = [], None
        try:
            if jobs:
                pictures = [picture for job in jobs for picture in job.pictures]
                answers = list(jobs[0].read(pictures))
        except Exception as caught:
            error = caught
        with self.lock:  # before the answers are sent: a client may then ask again at once
            self.n_waiting -= sum(len(job.pictures) for job in together)
            self.gauge.set(self.n_waiting)
        for job in jobs:
            if error is not None:
                job.answers.set_exception(error)
            else:
                job.answers.set_result(answers[: len(job.pictures)])
                answers = answers[len(job.pictures) :]
