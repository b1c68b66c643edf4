"""GET|HEAD /outputs/{key+}: from the lasting public URL of a file to a short-lived one at S3."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.adapters.s3 import PRESIGNED_FOR_S, generation_of
from tidegate.runtime import runtime
from tidegate.surfaces.http import Request, Response

logger = Logger(service="outputs.redirect")

_NOSNIFF = {"x-content-type-options": "nosniff"}  # CORS headers are API Gateway's
# Kept for less time than the signature lives, so that a cached redirect still works.
_BRIEFLY = {"cache-control": f"private, max-age={PRESIGNED_FOR_S // 5}"}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sign and redirect, without asking whether the file still exists: S3 answers that."""
    return _answer(Request.from_event(event)).to_event()


def _answer(request: Request) -> Response:
    key = request.path_params.get("key", "")
    generation_id = generation_of(key)
    if generation_id is None or request.method not in {"GET", "HEAD"}:
        logger.info("no such output")
        return Response(404, {"error": "not_found"}, {**_NOSNIFF, "cache-control": "no-store"})
    location = runtime.outputs.presign(key, "HEAD" if request.method == "HEAD" else "GET")
    logger.info("output redirected", extra={"generation_id": generation_id})
    return Response(302, "", {**_NOSNIFF, **_BRIEFLY, "location": location})
