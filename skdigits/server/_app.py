"""The ASGI application, with all paths that it serves."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from skdigits._utils.versions import versions
from skdigits.server._guard import Guard, Refused, busy
from skdigits.server._metrics import Metrics
from skdigits.server._schemas import (
    BODY,
    PROBLEMS,
    DigitAnswers,
    Explanation,
    NumberAnswers,
    Problem,
)
from skdigits.server._settings import Settings
from skdigits.server._work import Work

PAGE = Path(__file__).parent / "page"
PAGE_PATHS = {"/", *(f"/{path.name}" for path in PAGE.iterdir())}


def create_app(settings=None, *, model=None, reader=None):
    """Return the ASGI application of a server.

    Parameters
    ----------
    settings : Settings, default=None
        None means ``Settings()``.
    model : estimator instance, default=None
        Classifier that reads digits. None means the pretrained model.
    reader : DigitReader, default=None
        Reader of numbers. None means the pretrained reader.

    Returns
    -------
    app : ASGI application
    """
    settings = Settings() if settings is None else settings
    metrics = Metrics()
    work = Work(settings, metrics, model, reader)

    @asynccontextmanager
    async def lifespan(app):
        await asyncio.to_thread(work.start)
        yield
        await asyncio.to_thread(work.batcher.close)

    app = FastAPI(
        title="skdigits",
        summary="Read handwritten digits and numbers on pictures.",
        version=versions()["skdigits"],
        lifespan=lifespan,
        docs_url=None,  # these pages would load scripts from other sites
        redoc_url=None,
        responses={
            status: {"model": Problem, "description": why} for status, why in PROBLEMS.items()
        },
    )

    @app.exception_handler(Refused)
    async def refuse(request, refused):
        return JSONResponse({"detail": refused.why}, refused.status, refused.headers)

    @app.exception_handler(RequestValidationError)
    async def refuse_parameters(request, error):
        first = error.errors()[0]
        return JSONResponse({"detail": f"{first['loc'][-1]}: {first['msg']}."}, 422)

    @app.post("/v1/digits", response_model=DigitAnswers, openapi_extra={"requestBody": BODY})
    async def digits(
        request: Request,
        max_error_rate: Annotated[
            float | None,
            Query(
                gt=0,
                lt=1,
                description="Reject uncertain pictures, so that at most this share of the other "
                "answers is wrong.",
            ),
        ] = None,
    ):
        """Read the digit on each picture."""
        read = await asyncio.to_thread(work.reader_of_digits, max_error_rate)
        answers = await work.answer("/v1/digits", read, request)
        return {"answers": answers}

    @app.post("/v1/numbers", response_model=NumberAnswers, openapi_extra={"requestBody": BODY})
    async def numbers(
        request: Request,
        length: Annotated[
            str | None, Query(max_length=10, description="Number of digits, such as 5 or 3-6.")
        ] = None,
        pattern: Annotated[
            str | None,
            Query(max_length=100, description="d stands for any digit.", examples=["dddd-dd-dd"]),
        ] = None,
        allowed: Annotated[
            list[str] | None, Query(max_length=1000, description="All possible numbers.")
        ] = None,
        checksum: Annotated[
            str | None, Query(description="luhn, isbn10, isbn13 or mod97.", examples=["luhn"])
        ] = None,
        min_value: Annotated[int | None, Query(ge=0)] = None,
        max_value: Annotated[int | None, Query(ge=0)] = None,
        separators: bool = False,
        max_error_rate: Annotated[float | None, Query(gt=0, lt=1)] = None,
    ):
        """Read the number on each picture, under the given constraints."""
        known = {
            "length": length,
            "pattern": pattern,
            "allowed": tuple(allowed) if allowed else None,
            "checksum": checksum,
            "min_value": min_value,
            "max_value": max_value,
            "separators": separators,
            "max_error_rate": max_error_rate,
        }
        read = await asyncio.to_thread(work.reader_of_numbers, **known)
        answers = await work.answer("/v1/numbers", read, request)
        return {"answers": answers}

    @app.post("/v1/explain", response_model=Explanation, openapi_extra={"requestBody": BODY})
    async def explanation(request: Request):
        """Read the digit on a picture, and return what the model saw."""
        (found,) = await work.answer("/v1/explain", work.explain, request, most=1)
        return found

    @app.get("/healthz")
    async def health() -> dict[str, str]:
        """Tell whether the server runs."""
        return {"status": "ok"}

    @app.get("/readyz", responses={503: {"model": Problem}})
    async def ready() -> dict[str, str]:
        """Tell whether the models are loaded."""
        if work.batcher is None:
            raise busy("The models are still being loaded: try again soon.")
        return {"status": "ready"}

    @app.get("/metrics", response_class=Response)
    async def figures():
        """Return metrics for Prometheus."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    app.mount("/", StaticFiles(directory=PAGE, html=True))
    return Guard(app, settings, metrics, PAGE_PATHS)
