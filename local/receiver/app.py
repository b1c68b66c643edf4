"""The receiver as an ASGI app."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.receiver.behaviour import Behaviour, Behaviours
from local.receiver.deliveries import Deliveries, Delivery
from local.receiver.signature import verify

Secret = Callable[[], str | None]


class Receiver:
    """Takes webhooks at any path of its own choosing by the sender, and shows what came at /deliveries.

    ``secret`` is asked at every delivery, so that it may become known after the start.
    """

    def __init__(self, secret: Secret, log: Path | None = None) -> None:
        self._secret = secret
        self._deliveries = Deliveries(log)
        self._behaviours = Behaviours()

    def app(self) -> Starlette:
        """Build the ASGI app."""
        return Starlette(
            routes=[
                Route("/healthz", self._health),
                Route("/health", self._health),
                Route("/deliveries", self._list, methods=["GET"]),
                Route("/deliveries", self._clear, methods=["DELETE"]),
                Route("/behaviour", self._script, methods=["PUT"]),
                Route("/behaviour", self._scripts, methods=["GET"]),
                Route("/behaviour", self._unscript, methods=["DELETE"]),
                Route("/{path:path}", self._receive, methods=["POST"]),
            ]
        )

    async def _receive(self, request: Request) -> Response:
        behaviour = self._behaviours.take(request.url.path)
        self._deliveries.keep(self._delivery(request, await request.body(), behaviour.status))
        await asyncio.sleep(behaviour.delay_s)
        headers = {"location": behaviour.redirect_to} if behaviour.redirect_to else {}
        return JSONResponse({"received": True}, behaviour.status, headers)

    def _delivery(self, request: Request, raw: bytes, status: int) -> Delivery:
        secret, now_s = self._secret(), time.time()
        reason = verify(secret, request.headers.get("x-babysea-signature"), raw, now_s) if secret else None
        return Delivery(
            number=self._deliveries.next_number(),
            at=now_s,
            path=request.url.path,
            headers=dict(request.headers),
            text=raw.decode(errors="replace"),
            body=_json(raw),
            verified=reason is None if secret else None,
            refused_because=reason,
            status=status,
        )

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        return JSONResponse(
            {"deliveries": self._deliveries.list(query.get("generation_id"), query.get("event"))}
        )

    async def _clear(self, _request: Request) -> Response:
        self._deliveries.clear()
        return Response(status_code=204)

    async def _script(self, request: Request) -> Response:
        try:
            behaviour = Behaviour.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        self._behaviours.script(behaviour)
        return JSONResponse(behaviour.model_dump())

    async def _scripts(self, _request: Request) -> Response:
        return JSONResponse({"behaviours": self._behaviours.list()})

    async def _unscript(self, _request: Request) -> Response:
        self._behaviours.clear()
        return Response(status_code=204)

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})


def create_app(secret: str | None = None, log: Path | None = None) -> Starlette:
    """A receiver that knows this secret, or none."""
    return Receiver(lambda: secret, log).app()


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
