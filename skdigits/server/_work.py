"""Read the pictures of requests."""

import asyncio
import copy
import os
from functools import lru_cache
from typing import Any

from skdigits.io import load_reader
from skdigits.numbers import parse_length, set_given
from skdigits.reading import Reader
from skdigits.server._batching import Batcher
from skdigits.server._bodies import pictures_in
from skdigits.server._explaining import explain
from skdigits.server._guard import Refused, busy

N_READERS = 32  # readers with different parameters that are kept


class Work:
    """The models that read pictures, and their threads."""

    def __init__(self, settings, metrics, model, reader):
        self.settings, self.metrics = settings, metrics
        self.model, self.reader = model, reader
        self.batcher: Any = None  # until it is started
        self.reader_of_digits = lru_cache(N_READERS)(self._reader_of_digits)
        self.reader_of_numbers = lru_cache(N_READERS)(self._reader_of_numbers)

    def start(self):
        """Load the models, so that the first request does not have to wait."""
        if self.reader is None:
            self.reader = load_reader(backend="auto")
        self.reader_of_digits(None)
        self.explaining = Reader(self.model, keep_diagnoses=True)
        self.batcher = Batcher(os.cpu_count() or 1, self.settings.max_waiting, self.metrics.waiting)

    def _reader_of_digits(self, max_error_rate):
        try:
            reader = Reader(self.model, max_error_rate=max_error_rate)
        except ValueError as error:
            raise Refused(422, str(error)) from error

        def read(pictures):
            return reader.complete([reader.look(picture, "The picture") for picture in pictures])

        return read

    def _reader_of_numbers(self, length=None, **known):
        reader = copy.copy(self.reader)  # with the same network
        try:
            set_given(reader, length=None if length is None else parse_length(length), **known)
        except ValueError as error:
            raise Refused(422, str(error)) from error
        return reader.read_many

    def explain(self, pictures):
        """Return an explanation of each picture."""
        if self.explaining.normalizer is None:
            raise Refused(
                422,
                "This model does not read images of 28 x 28 pixels, so its answers cannot be "
                "explained: use /v1/digits.",
            )
        return [explain(self.explaining, picture) for picture in pictures]

    async def answer(self, path, read, request, most=None):
        """Return the answers of `read` to the pictures of a request, as plain values."""
        pictures = await pictures_in(request, self.settings, most)
        future = self.batcher.submit(read, pictures)
        if future is None:
            raise busy("The server already reads as many pictures as it can: try again soon.")
        try:
            async with asyncio.timeout(self.settings.answer_seconds):
                answers = await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise busy("The pictures were not read in time: try again soon.") from error
        self.metrics.pictures.labels(path).inc(len(pictures))
        found = [answer if isinstance(answer, dict) else answer.to_dict() for answer in answers]
        errors = [each.get("answer", each)["error"] for each in found]
        if all(errors):
            raise Refused(422, errors[0])
        return found
