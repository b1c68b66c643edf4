"""What API Gateway's HTTP API hands to a Lambda (payload format 2.0)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from tidegate.surfaces.babysea.routes import ROUTES
from tidegate.surfaces.sharkapi.routes import ROUTES as SHARKAPI_ROUTES

ADDRESS = "198.51.100.7"


def event(
    method: str,
    path: str,
    *,
    token: str | None = None,
    body: object = None,
    raw: str | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    query: Mapping[str, object] | None = None,
    received_ms: int | None = None,
) -> dict[str, Any]:
    """Build an event; ``body`` is written as JSON, ``raw`` as it is."""
    sent = {"host": "api.example.com", **(headers or {})}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    return {
        "version": "2.0",
        "routeKey": _route(method, path),
        "rawPath": quote(path),
        "rawQueryString": urlencode(query or {}),
        "headers": sent,
        "pathParameters": dict(params or {}),
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": ADDRESS},
            **({} if received_ms is None else {"timeEpoch": received_ms}),
        },
        "body": raw if raw is not None else None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def _route(method: str, path: str) -> str:
    """The route that API Gateway would take; a literal path stands before the pattern that it fits."""
    routes = ROUTES + SHARKAPI_ROUTES
    found = [t for m, t in routes if m == method and re.fullmatch(re.sub(r"\{[^}]*\}", ".+", t), path)]
    return f"{method} {found[0]}" if found else "$default"


def generate_event(
    media: str, model: str, body: object = None, *, token: str | None = None, **more: Any
) -> dict[str, Any]:
    """Build a generate request."""
    return event(
        "POST",
        f"/v1/generate/{media}/{model}",
        token=token,
        body=body,
        params={"model_identifier": model},
        **more,
    )
