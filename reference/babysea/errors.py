"""The envelope of errors, and an example of each (contracts §2.2 to §2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field

from reference.openapi import json_content
from reference.shapes import Shape, Shapes
from tidegate.surfaces.babysea.envelope import failure
from tidegate.surfaces.babysea.errors import ERRORS, WireError

Code = Annotated[str, Field(pattern="^BSE[0-9]{4}$")]
REQUEST_ID: Final = "req_5f0c2b7e9d1a4c3b8e6f7a0d2c4b6e81"


class ErrorBody(Shape):
    """What went wrong."""

    code: Code
    """Stable: decide by this."""
    type: str
    message: str
    """For people; may change."""
    retryable: bool
    """Whether sending the same request again makes sense. Trust this, not the status."""
    details: NotRequired[dict[str, str | int | float | bool | list[str] | None]]
    """Plain values, such as `field`, `limit`, `retry_after_seconds`, `required_scope`, `allowed`."""


class Error(Shape):
    """Every error comes in this envelope."""

    status: Literal["error"]
    request_id: str
    error: ErrorBody


_MESSAGES: Final[dict[str, tuple[str, dict[str, object]]]] = {
    "BSE1001": ("No API key was sent.", {}),
    "BSE1002": ("The API key is not valid.", {}),
    "BSE1003": ("This API key lacks the scope account:read.", {"required_scope": "account:read"}),
    "BSE1004": ("Insufficient credits. Please upgrade your plan or wait for renewal.", {}),
    "BSE1005": (
        "Rate limit exceeded. Please retry after the period indicated in the Retry-After header.",
        {"limit": 600, "retry_after_seconds": 17},
    ),
    "BSE1006": (
        "Too many requests with a wrong API key came from your address.",
        {"limit": 60, "retry_after_seconds": 41},
    ),
    "BSE1007": ("This API key may not be used from your address.", {}),
    "BSE1008": ("The account of this API key is gone.", {}),
    "BSE1009": ("Too many generations are in flight.", {"limit": 5, "retry_after_seconds": 5}),
    "BSE1010": ("This account is suspended. Please contact the operator of this gateway.", {}),
    "BSE2001": ("generation_ratio must be one of 1:1, 16:9.", {"field": "generation_ratio"}),
    "BSE2002": ("The picture has too many pixels.", {"field": "generation_input_file"}),
    "BSE2003": ("The picture has too few pixels.", {"field": "generation_input_file"}),
    "BSE2004": ("Only JPEG, PNG and WebP are read.", {"field": "generation_input_file"}),
    "BSE2005": ("The file cannot be read.", {"field": "generation_input_file"}),
    "BSE2006": ("The input was flagged.", {"field": "generation_prompt"}),
    "BSE2007": ("The file has too many bytes.", {"field": "generation_input_file"}),
    "BSE2008": ("generation_seed must be between 0 and 2147483647.", {"field": "generation_seed"}),
    "BSE2009": ("The URL could not be fetched.", {"field": "generation_input_file"}),
    "BSE2010": ("The request body may have at most 102400 bytes.", {"limit": 102400}),
    "BSE2011": ("There is no image model 'bfl/flux-0'.", {}),
    "BSE2012": (
        (
            "None of the providers asked for can serve these parameters: "
            "cloudflare cannot do generation_output_format as asked."
        ),
        {"field": "generation_provider_order"},
    ),
    "BSE2013": ("generation_input_file must be a public URL.", {"field": "generation_input_file"}),
    "BSE2014": ("Idempotency-Key must be 1 to 255 characters of A-Z a-z 0-9 _ - : and .", {}),
    "BSE2015": ("This Idempotency-Key was used with a different request body.", {}),
    "BSE2016": (
        "A request with this Idempotency-Key is still being processed.",
        {},
    ),
    "BSE3001": ("There is no such generation.", {}),
    "BSE3002": ("The generation has already ended.", {}),
    "BSE3003": ("The generation has not ended: cancel it first.", {}),
    "BSE3004": ("There is no such path.", {}),
    "BSE5001": ("An internal error occurred.", {}),
    "BSE5002": ("A service that we depend on did not answer.", {}),
    "BSE5003": ("The answer of the store was lost: the generation may exist.", {}),
}


def by_status(codes: Iterable[str]) -> dict[int, list[WireError]]:
    """The wire's errors for our codes, by HTTP status; each once, in the order of their numbers."""
    errors = sorted({ERRORS[code] for code in codes}, key=lambda error: error.code)
    return {
        status: [e for e in errors if e.status == status] for status in sorted({e.status for e in errors})
    }


def content(errors: list[WireError], shapes: Shapes) -> dict[str, Any]:
    """The body of an answer that carries one of these errors."""
    codes = [error.code for error in errors]
    narrowed = {"properties": {"error": {"properties": {"code": {"enum": codes}}}}}
    schema = {"allOf": [shapes.ref(Error), narrowed]}
    return json_content(schema, {error.code: _example(error) for error in errors})


def _example(error: WireError) -> dict[str, object]:
    message, details = _MESSAGES[error.code]
    return failure(REQUEST_ID, error, message, details)
