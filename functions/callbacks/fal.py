"""POST /callbacks/fal/{generation_id}/{number}/{token}: fal says that a prediction is done."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.adapters.providers.protocol import CallbackRejected
from tidegate.domain.errors import PayloadTooLarge
from tidegate.runtime import runtime
from tidegate.surfaces import callbacks
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.callback import accept_callback

logger = Logger(service="callbacks.fal")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Verify, queue a poll, answer."""
    return _answer(Request.from_event(event)).to_event()


def _answer(request: Request) -> Response:
    told = {"generation_id": request.path_params.get("generation_id")}
    try:
        accept_callback(
            "fal",
            path_params=request.path_params,
            headers=request.headers,
            body=request.body,
            now_s=runtime.now_ms() // 1000,
            generations=runtime.generations,
            providers=runtime.providers,
            attempts=runtime.attempts,
        )
    except CallbackRejected as error:
        logger.warning("callback rejected: %s", error, extra=told)
        return callbacks.REJECTED
    except PayloadTooLarge:
        logger.warning("callback too large", extra=told)
        return callbacks.TOO_LARGE
    except Exception:
        logger.exception("callback failed", extra=told)
        return callbacks.UNAVAILABLE
    logger.info("callback received", extra=told)
    return callbacks.RECEIVED
