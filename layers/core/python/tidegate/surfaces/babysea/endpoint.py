"""From a function of ours to a Lambda handler of the BabySea surface.

The order of checks is the contract's (§4): key, address, scope, window; then whatever the function itself
checks. Whatever goes wrong leaves in the error envelope, and every request leaves one line in the log.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, Protocol, TypeVar

from aws_lambda_powertools.logging import Logger
from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.adapters.dynamodb.transaction import StillInConflict
from tidegate.domain.errors import TidegateError
from tidegate.domain.keys import Surface
from tidegate.domain.limits import Bucket
from tidegate.surfaces.babysea.envelope import (
    failure,
    new_request_id,
    refusing_window,
    retry_headers,
    success,
    window_headers,
)
from tidegate.surfaces.babysea.errors import ERRORS, INTERNAL, UNAVAILABLE, WireError
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.authenticate import Caller, authenticate, authorize

_STORE_FAILED: Final = (BotoCoreError, ClientError, StillInConflict)
_REPEATABLE_METHODS: Final = {"GET", "HEAD", "DELETE"}
_ADDRESS_HASH_LENGTH: Final = 12  # what the hosted product's logs show of the SHA-256

logger = Logger()


class Services(Protocol):
    """What every endpoint needs of the runtime."""

    @property
    def keys(self) -> KeyTable:
        """API keys."""

    def now_ms(self) -> int:
        """The time."""


S = TypeVar("S", bound=Services)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answers, before the envelope. A replay tells again what was first told, and when.

    ``beside`` is what a page of a list carries next to ``data``.
    """

    data: Mapping[str, object]
    message: str = "OK"
    request_id: str | None = None
    at_ms: int | None = None
    replayed: bool = False
    beside: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Exchange:
    """One request on its way through, with what has become known of it."""

    request: Request
    now_ms: int
    request_id: str = field(default_factory=new_request_id)
    caller: Caller | None = None
    log: dict[str, object] = field(default_factory=dict)


class Endpoint(Generic[S]):
    """A Lambda handler. ``respond`` is the same with services of the caller's choice."""

    def __init__(self, services: S, run: Callable[[Exchange, S], Answer]) -> None:
        self._services = services
        self._run = run

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Answer an API Gateway event."""
        return self.respond(event, self._services).to_event()

    def respond(self, event: Mapping[str, Any], services: S) -> Response:
        """Answer an event with these services; never raises."""
        began = time.perf_counter()
        exchange = Exchange(Request.from_event(event), services.now_ms())
        try:
            response = _succeeded(exchange, self._run(exchange, services))
        except TidegateError as error:
            wire = ERRORS.get(error.code) or _internal(exchange)
            response = _failed(exchange, wire, error.message, error.details)
        except _STORE_FAILED as error:
            response = _fault(exchange, error, UNAVAILABLE, "A service that we depend on did not answer.")
        except Exception as error:  # noqa: BLE001  the last line of defence
            response = _fault(exchange, error, _internal(exchange), "An internal error occurred.")
        _log(exchange, response, time.perf_counter() - began)
        return response


def endpoint(
    services: S, *, scope: str, bucket: Bucket
) -> Callable[[Callable[[Request, Caller, S], Answer]], Endpoint[S]]:
    """Turn a function into a handler for callers whose key has ``scope``, counted in ``bucket``."""

    def decorate(handle: Callable[[Request, Caller, S], Answer]) -> Endpoint[S]:
        def run(exchange: Exchange, services: S) -> Answer:
            request, now_ms = exchange.request, exchange.now_ms
            caller = exchange.caller = authenticate(
                services.keys,
                token=_token(request),
                surface=Surface.BABYSEA,
                bucket=bucket,
                address=request.client_address,
                now_ms=now_ms,
            )
            authorize(caller, scope=scope, address=request.client_address, now_ms=now_ms)
            return handle(request, caller, services)

        return Endpoint(services, run)

    return decorate


def open_endpoint(services: S) -> Callable[[Callable[[Request], Answer]], Endpoint[S]]:
    """Turn a function into a handler that asks for no key."""

    def decorate(handle: Callable[[Request], Answer]) -> Endpoint[S]:
        return Endpoint(services, lambda exchange, _services: handle(exchange.request))

    return decorate


def _token(request: Request) -> str | None:
    """Return what follows ``Bearer`` in the Authorization header: keys are read from nowhere else."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _internal(exchange: Exchange) -> WireError:
    """A request that may have changed something is not to be repeated blindly (contracts §0 row 9)."""
    return replace(INTERNAL, retryable=exchange.request.method in _REPEATABLE_METHODS)


def _fault(exchange: Exchange, error: Exception, wire: WireError, message: str) -> Response:
    """Log what happened under the caller's request id; tell the caller only that it did."""
    logger.error("fault", exc_info=error, extra={"request_id": exchange.request_id})
    exchange.log["cause"] = type(error).__name__
    return _failed(exchange, wire, message)


def _succeeded(exchange: Exchange, answer: Answer) -> Response:
    if answer.request_id is not None and not answer.replayed:
        exchange.request_id = answer.request_id
    body = success(
        answer.request_id or exchange.request_id,
        answer.message,
        exchange.now_ms if answer.at_ms is None else answer.at_ms,
        answer.data,
    )
    body |= answer.beside
    replay = {"idempotency-replayed": "true"} if answer.replayed else {}
    exchange.log |= {"generation_id": answer.data.get("generation_id"), "replayed": answer.replayed or None}
    return Response(200, body, {**_headers(exchange), **replay})


def _failed(
    exchange: Exchange, error: WireError, message: str, details: Mapping[str, object] | None = None
) -> Response:
    details = details or {}
    exchange.log["code"] = error.code
    refused_by = window_headers(refusing_window(error, details, exchange.now_ms))
    headers = {**refused_by, **_headers(exchange), **retry_headers(error, details)}
    if "allowed" in details:
        headers["allow"] = str(details["allowed"])
    return Response(error.status, failure(exchange.request_id, error, message, details), headers)


def _headers(exchange: Exchange) -> dict[str, str]:
    window = exchange.caller.window if exchange.caller else None
    return {"x-request-id": exchange.request_id, **window_headers(window)}


def _log(exchange: Exchange, response: Response, seconds: float) -> None:
    """One line a request. No key, no body, and of the address only a hash."""
    request, key = exchange.request, exchange.caller.key if exchange.caller else None
    address = hashlib.sha256(request.client_address.encode()).hexdigest()
    fields = {
        "request_id": exchange.request_id,
        "method": request.method,
        "path": _shown(request.path),
        "status": response.status,
        "duration_ms": round(seconds * 1000, 1),
        "account_id": key.account_id if key else None,
        "key_id": key.key_id if key else None,
        "address": address[:_ADDRESS_HASH_LENGTH],
        "user_agent": request.headers.get("user-agent"),
        **exchange.log,
    }
    logger.info("request", extra={name: value for name, value in fields.items() if value is not None})


def _shown(path: str) -> str:
    """Return the path if it is of this surface: others may carry a secret, such as a callback's token."""
    first, _, rest = path.removeprefix("/").partition("/")
    return path if first == "v1" or not rest else f"/{first}/…"
