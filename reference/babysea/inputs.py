"""The parameters of the operations, each described once."""

from __future__ import annotations

from typing import Any, Final

from reference.babysea import requests
from reference.openapi import parameter
from tidegate.domain.generation import MediaType
from tidegate.domain.scripts import HEADER

_CLAMPED: Final = "A value outside is moved to the nearest bound."


def _model(media_type: MediaType | None) -> dict[str, Any]:
    return parameter(
        "path",
        "model_identifier",
        requests.identifiers(media_type),
        "`lab/model`. The slash may be sent as it is, or as `%2F`.",
        example=requests.models(media_type)[0].identifier,
    )


def inputs() -> dict[str, dict[str, Any]]:
    """Every parameter by the name that operations take it under."""
    whole = {"type": "integer"}
    return {
        "any_model": _model(None),
        "image_model": _model(MediaType.IMAGE),
        "video_model": _model(MediaType.VIDEO),
        "generation_id": parameter(
            "path",
            "generation_id",
            {"type": "string", "format": "uuid"},
            "The id that the submit answered.",
        ),
        "idempotency_key": parameter(
            "header",
            "Idempotency-Key",
            {"type": "string", "pattern": r"^[A-Za-z0-9_\-:.]{1,255}$"},
            "Makes this request safe to repeat for 24 hours. Belongs to the account and the path.",
        ),
        "test_outcome": parameter(
            "header",
            HEADER,
            {"type": "string"},
            "With a test key, the outcome to play, such as `slow=20` or `all_fail`. Refused with a live key.",
        ),
        "days": parameter("query", "days", whole | {"default": 30}, f"How many days, 1 to 90. {_CLAMPED}"),
        "limit": parameter(
            "query", "limit", whole | {"default": 50}, f"How many records, 1 to 100. {_CLAMPED}"
        ),
        "offset": parameter("query", "offset", whole | {"default": 0}, f"How many to pass over. {_CLAMPED}"),
        "count": parameter(
            "query", "count", whole | {"default": 1}, f"How many generations, 1 to 100. {_CLAMPED}"
        ),
        "duration": parameter("query", "duration", {"type": "number"}, "Seconds; required for videos."),
        "resolution": parameter(
            "query",
            "resolution",
            requests.resolutions(),
            "Where the model has several; its first is the default.",
        ),
        "audio": parameter("query", "audio", {"type": "boolean"}, "Where the model can make it."),
    }
