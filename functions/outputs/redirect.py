"""GET|HEAD /outputs/{key+}: from the lasting public URL of a file to a short-lived one at S3."""

from __future__ import annotations

from typing import Any, Literal

from aws_lambda_powertools import Logger

from tidegate.adapters.s3 import PRESIGNED_FOR_S
from tidegate.domain.output_key import OutputKey, read_key
from tidegate.runtime import runtime
from tidegate.surfaces.http import Request, Response

logger = Logger(service="outputs.redirect")

_NOSNIFF = {"x-content-type-options": "nosniff"}  # CORS headers are API Gateway's


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sign and redirect, without asking whether the file still exists: S3 answers that.

    A file past its retention is refused, even if the bucket still has it.
    """
    return _answer(Request.from_event(event), runtime.now_ms()).to_event()


def _answer(request: Request, now_ms: int) -> Response:
    name = request.path_params.get("key", "")
    key = read_key(name)
    if key is None or request.method not in {"GET", "HEAD"}:
        logger.info("no such output")
        return _refusal(404, "not_found", "There is no such file.")
    told = {"generation_id": key.generation_id}
    if key.has_expired(now_ms):
        logger.info("output expired", extra=told)
        return _refusal(410, "gone", "The file was kept for as long as its plan keeps files, and is gone.")
    lifetime_s = _lifetime_s(key, now_ms)
    method: Literal["GET", "HEAD"] = "HEAD" if request.method == "HEAD" else "GET"
    location = runtime.outputs.presign(name, method, lifetime_s)
    logger.info("output redirected", extra=told)
    # Kept for less time than the signature lives, so that a cached redirect still works.
    briefly = {"cache-control": f"private, max-age={lifetime_s // 5}"}
    return Response(302, "", {**_NOSNIFF, **briefly, "location": location})


def _lifetime_s(key: OutputKey, now_ms: int) -> int:
    """How long the signature lives: it must not outlive the file's time."""
    if key.until_s is None:
        return PRESIGNED_FOR_S
    return min(PRESIGNED_FOR_S, max(1, key.until_s - now_ms // 1000))


def _refusal(status: int, error: str, message: str) -> Response:
    body = {"error": error, "message": message}
    return Response(status, body, {**_NOSNIFF, "cache-control": "no-store"})
