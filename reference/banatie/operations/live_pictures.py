"""Live pictures: what answers bytes and has them made (contracts: Banatie §8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from reference.answers import Other
from reference.banatie.headers import CACHE, IMAGE_ID, LOCATION, NOSNIFF, SHARED
from reference.banatie.operations.terms import PAYS
from reference.openapi import header
from reference.operation import Operation, Route
from tidegate.usecases.library.upload import CONTENT_TYPES

_ASKED: Final = ("live_prompt", "live_ratio", "live_enhance", "live_template", "live_wait")
_REFUSES: Final = ("invalid_input", *PAYS, "live_picture_failed")
_SHOWN: Final[dict[str, dict[str, Any]]] = {
    **IMAGE_ID,
    **NOSNIFF,
    "X-Cache-Status": header(
        {"enum": ["HIT", "MISS"]}, "`MISS`: it was made for this request.", required=True
    ),
    "X-Cache-Hit-Count": header(
        {"type": "integer", "minimum": 1}, "How often it came from the cache.", required=False
    ),
    "X-Generation-Id": header({"type": "string", "format": "uuid"}, "There on a `MISS`.", required=False),
    **CACHE,
}
_KEYED: Final = {"Vary": header({"const": "x-api-key"}, "The URL is another's to others.", required=True)}
_PUBLIC: Final = {
    "X-Scope": header({"type": "string"}, "Where the URL stands.", required=True),
    **SHARED,
}
_AGAIN: Final = Other(
    "It is still being made: go on at `Location`, up to twelve times. Image tags do so by themselves.",
    {**LOCATION, **CACHE},
)


def _others(more: dict[str, dict[str, Any]]) -> dict[int, Other]:
    shown = {**_SHOWN, **more, **LOCATION}
    return {302: Other("The picture is large: it is at `Location` for five minutes.", shown), 303: _AGAIN}


_WITH_A_KEY: Final = Operation(
    "get_live_picture",
    "Live",
    "generation:write",
    "Show a picture, made if it is not there",
    "Whoever asks first has it made, once; the others wait for it. No cache keeps an error.",
    CONTENT_TYPES,
    _REFUSES,
    _ASKED,
    headers={**_SHOWN, **_KEYED},
    others=_others(_KEYED),
)
LIVE_PICTURES: Final[dict[Route, Operation]] = {
    ("GET", "/api/v1/live"): _WITH_A_KEY,
    ("GET", "/api/v1/live/generate"): replace(
        _WITH_A_KEY, operation_id="get_live_picture_by_its_older_path", summary="The same, by its older path"
    ),
    ("GET", "/cdn/{organization}/{project}/live/{scope}"): Operation(
        "get_public_live_picture",
        "Live",
        "",
        "Show a picture to everybody, made if it is not there and may be",
        "What is there is always shown. New ones are made within the limits of the scope, ten an hour for an "
        "address, or for a signed URL, which `POST /api/v1/live/sign` makes. No cache keeps an error.",
        CONTENT_TYPES,
        (
            *_REFUSES,
            "account_not_found",
            "project_not_found",
            "route_not_found",
            "scope_format_invalid",
            "scope_closed",
            "scope_limited",
            "live_address_limited",
            "signature_refused",
            "signature_expired",
            "service_unavailable",
        ),
        ("organization", "project", "scope", *_ASKED, "signed_until", "signing_key", "signature"),
        headers={**_SHOWN, **_PUBLIC},
        others=_others(_PUBLIC),
    ),
}
