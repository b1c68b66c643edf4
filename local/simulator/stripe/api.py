"""The stand-in's HTTP side, under ``/stripe``.

``POST`` and ``GET /stripe/v1/checkout/sessions`` and ``GET …/{id}`` as Stripe's API;
``POST …/webhook_endpoints`` registers where events go and tells the signing secret; ``/stripe/pay/{id}`` is
the page: posting to it pays (``?times=5`` sends the event five times, ``?forged=1`` signs it with another
secret).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from html import escape
from typing import Final
from urllib.parse import parse_qsl

import urllib3
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from local.simulator.identity import Identity
from local.simulator.stripe.sessions import InvalidRequest, Session, check

_MAX_TIMES: Final = 20
_MAX_PAGE: Final = 100
_TIMEOUT_S: Final = 10


class Stripe:
    """One Stripe account in memory."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._sessions: dict[str, Session] = {}
        self._by_key: dict[str, str] = {}  # idempotency key → session
        self._endpoints: dict[str, str] = {}  # url → secret
        self._http = urllib3.PoolManager(retries=False)

    def mount(self) -> BaseRoute:
        """The routes."""
        return Mount(
            "/stripe",
            routes=[
                Route("/v1/checkout/sessions", self._create, methods=["POST"]),
                Route("/v1/checkout/sessions", self._list, methods=["GET"]),
                Route("/v1/checkout/sessions/{session_id}", self._show),
                Route("/v1/webhook_endpoints", self._register, methods=["POST"]),
                Route("/pay/{session_id}", self._page, methods=["GET"]),
                Route("/pay/{session_id}", self._pay, methods=["POST"]),
            ],
        )

    async def _create(self, request: Request) -> Response:
        if refused := _unauthorized(request):
            return refused
        form = await _form(request)
        try:
            check(form)
        except InvalidRequest as error:
            return _error(400, str(error), param=error.param)
        key = request.headers.get("idempotency-key")
        known = self._sessions.get(self._by_key.get(key, "")) if key else None
        if known is None:
            known = Session(form, f"{request.url.scheme}://{request.url.netloc}/stripe/pay")
            self._sessions[known.session_id] = known
            if key:
                self._by_key[key] = known.session_id
        return JSONResponse(known.view())

    async def _list(self, request: Request) -> Response:
        if refused := _unauthorized(request):
            return refused
        newest = [session.view() for session in reversed(self._sessions.values())]
        limit = request.query_params.get("limit", "10")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= _MAX_PAGE:
            return _error(400, "Invalid integer", param="limit")
        page = newest[: int(limit)]
        more = len(newest) > len(page)
        about = {"object": "list", "url": "/v1/checkout/sessions", "has_more": more}
        return JSONResponse({**about, "data": page})

    async def _show(self, request: Request) -> Response:
        if refused := _unauthorized(request):
            return refused
        session = self._sessions.get(request.path_params["session_id"])
        return JSONResponse(session.view()) if session else _error(404, "No such checkout.session")

    async def _register(self, request: Request) -> Response:
        if refused := _unauthorized(request):
            return refused
        url = (await _form(request)).get("url", "")
        digest = hashlib.sha256(f"{self._identity.replicate_secret}\n{url}".encode()).hexdigest()
        secret = self._endpoints.setdefault(url, f"whsec_{digest}")  # the same after a restart
        return JSONResponse({"id": f"we_{secrets.token_hex(12)}", "url": url, "secret": secret})

    async def _page(self, request: Request) -> Response:
        session = self._sessions.get(request.path_params["session_id"])
        if session is None:
            return HTMLResponse("<p>No such session.</p>", 404)
        dollars = session.view()["amount_total"] / 100
        done = "Paid." if session.paid else "<form method=post><button>Pay</button></form>"
        name = escape(session.form["line_items[0][price_data][product_data][name]"])
        return HTMLResponse(f"<!doctype html><title>Pay</title><h1>{name}: ${dollars:.2f}</h1>{done}")

    async def _pay(self, request: Request) -> Response:
        session = self._sessions.get(request.path_params["session_id"])
        if session is None:
            return _error(404, "No such checkout.session")
        session.paid = True
        times = min(int(request.query_params.get("times", "1")), _MAX_TIMES)
        forged = "forged" in request.query_params
        loop = asyncio.get_running_loop()
        sent = [
            await loop.run_in_executor(None, self._send, url, secret, session, forged)
            for url, secret in self._endpoints.items()
            for _ in range(times)
        ]
        return JSONResponse({"paid": True, "notices": sent})

    def _send(self, url: str, secret: str, session: Session, forged: bool) -> int | None:  # noqa: FBT001
        body = json.dumps(session.event()).encode()
        stamp = int(time.time())
        key = b"whsec_of_somebody_else" if forged else secret.encode()
        signature = hmac.new(key, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json",
            "stripe-signature": f"t={stamp},v1={signature}",
        }
        try:
            answer = self._http.request("POST", url, body=body, headers=headers, timeout=_TIMEOUT_S)
        except urllib3.exceptions.HTTPError:
            return None
        return answer.status


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _unauthorized(request: Request) -> Response | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme in {"Bearer", "Basic"} and key.strip():
        return None
    return _error(401, "You did not provide an API key.")


def _error(status: int, message: str, param: str | None = None) -> Response:
    told = {"type": "invalid_request_error", "message": message, "param": param}
    return JSONResponse({"error": {name: value for name, value in told.items() if value}}, status)
