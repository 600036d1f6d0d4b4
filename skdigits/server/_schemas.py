"""The schemas of requests and answers for OpenAPI."""

from pydantic import BaseModel


class RunnerUp(BaseModel):
    """A less probable label."""

    label: str
    probability: float


class DigitAnswer(BaseModel):
    """The answer to a picture of a digit; see `skdigits.Answer`."""

    label: str | None
    probability: float | None
    runners_up: list[RunnerUp]
    score: float | None
    like_a_digit: bool | None
    several: bool | None
    rejected: bool
    findings: list[str]
    error: str | None


class DigitOfNumber(BaseModel):
    """A digit of a number; see `skdigits.Digit`."""

    label: str
    probability: float
    doubtful: bool
    box: tuple[int, int, int, int]


class NumberAnswer(BaseModel):
    """The answer to a picture of a number; see `skdigits.Reading`."""

    text: str
    confidence: float
    digits: list[DigitOfNumber]
    best_unconstrained: str
    rejected: bool
    box: tuple[int, int, int, int] | None
    error: str | None


class DigitAnswers(BaseModel):
    """One answer for each picture, in order."""

    answers: list[DigitAnswer]


class NumberAnswers(BaseModel):
    """One answer for each picture, in order."""

    answers: list[NumberAnswer]


class Explanation(BaseModel):
    """An answer and its explanation; images are data URLs of PNG files."""

    answer: DigitAnswer
    probabilities: dict[str, float]
    steps: dict[str, str]
    saliency: str | None


class Problem(BaseModel):
    """The reason why there is no answer."""

    detail: str


PROBLEMS = {
    400: "The body of the request is incomplete.",
    401: "A token is needed.",
    403: "Pages from another origin may not use this server.",
    408: "The body did not arrive in time.",
    413: "The body or a picture is too large.",
    415: "A picture is not a PNG, JPEG, WebP, BMP or TIFF file.",
    421: "The server does not accept requests for this host name.",
    422: "The request has no pictures, or a parameter is invalid.",
    503: "The server is busy: try again after the number of seconds in the header Retry-After.",
}

BODY = {
    "required": True,
    "content": {
        **{
            f"image/{kind}": {"schema": {"type": "string", "format": "binary"}}
            for kind in ("png", "jpeg", "webp", "bmp", "tiff")
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "pictures": {"type": "array", "items": {"type": "string", "format": "binary"}}
                },
            }
        },
        "application/json": {
            "schema": {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {"images": {"type": "array", "items": {"type": "string"}}},
                        "required": ["images"],
                    },
                    {
                        "type": "object",
                        "properties": {
                            "rows": {
                                "type": "array",
                                "items": {"type": "array", "items": {"type": "number"}},
                            }
                        },
                        "required": ["rows"],
                    },
                ]
            },
            "examples": {
                "images": {
                    "summary": "Files as base64",
                    "value": {
                        "images": [
                            "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYAQAAAADIDABVAAAANklEQVR42l2MwQkA"
                            "IBDDYh1ER3H/eXzJSX0oiD5CIJQmg3ghKAKUXXdzE4DDdzePx3FHQPr+Fkf+C4od"
                            "lYRbAAAAAElFTkSuQmCC"
                        ]
                    },
                },
                "rows": {
                    "summary": "Pixels",
                    "value": {"rows": [[255, 0, 255, 255, 0, 255, 255, 0, 255]]},
                },
            },
        },
    },
}
