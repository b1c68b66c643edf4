"""From a function of ours to a Lambda handler, on any surface.

A surface's :class:`Dialect` says how its callers show their key and how answers and errors look. The order of
checks is the same for all: key, address, scope, window; then whatever the function itself checks. Whatever
goes wrong leaves in the surface's own envelope, and every request leaves one line in the log.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, Protocol, TypeVar

from aws_lambda_powertools.logging import Logger
from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.adapters.dynamodb.transaction import StillInConflict
from tidegate.adapters.dynamodb.usage import UsageTable
from tidegate.domain.errors import AddressNotAllowed, ServiceUnavailable, TidegateError
from tidegate.domain.keys import Surface
from tidegate.domain.limits import Bucket
from tidegate.domain.usage import endpoint_code, endpoint_name
from tidegate.surfaces.http import UNREAD, Request, Response
from tidegate.usecases.authenticate import Caller, authenticate, authorize, take_back

_STORE_FAILED: Final = (BotoCoreError, ClientError, StillInConflict)
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_ADDRESS_HASH_LENGTH: Final = 12  # what the hosted product's logs show of the SHA-256

logger = Logger()


class Services(Protocol):
    """What every endpoint needs of the runtime."""

    @property
    def keys(self) -> KeyTable:
        """API keys."""

    @property
    def usage(self) -> UsageTable:
        """Where errors are counted."""

    def now_ms(self) -> int:
        """The time."""


def new_request_id() -> str:
    """Return a fresh request id."""
    return f"req_{secrets.token_hex(16)}"


@dataclass(slots=True)
class Exchange:
    """One request on its way through, with what has become known of it."""

    request: Request
    now_ms: int
    request_id: str = field(default_factory=new_request_id)
    caller: Caller | None = None
    log: dict[str, object] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """The code under which the request is counted."""
        return endpoint_code(endpoint_name(self.request.route))


S = TypeVar("S", bound=Services)
A = TypeVar("A")
A_contra = TypeVar("A_contra", contravariant=True)


class Dialect(Protocol[A_contra]):
    """How one surface speaks."""

    @property
    def surface(self) -> Surface:
        """Whose keys are taken."""

    def token(self, request: Request) -> str | None:
        """Return the key that the caller sent, None when there is none."""

    def succeeded(self, exchange: Exchange, answer: A_contra) -> Response:
        """Wrap what a function answered."""

    def failed(self, exchange: Exchange, error: TidegateError) -> Response:
        """Wrap an error. ``TidegateError`` itself (code ``internal``) is a fault of ours."""


class Endpoint(Generic[S, A]):
    """A Lambda handler. ``respond`` is the same with services of the caller's choice."""

    def __init__(self, services: S, dialect: Dialect[A], run: Callable[[Exchange, S], A | Response]) -> None:
        self._services = services
        self._dialect = dialect
        self._run = run

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Answer an API Gateway event."""
        return self.respond(event, self._services).to_event()

    def respond(self, event: Mapping[str, Any], services: S) -> Response:
        """Answer an event with these services; never raises."""
        began = time.perf_counter()
        exchange = Exchange(UNREAD, services.now_ms())
        try:
            exchange.request = Request.from_event(event)
            response = self._told(exchange, self._run(exchange, services))
        except TidegateError as error:
            response = self._dialect.failed(exchange, error)
        except _STORE_FAILED as error:
            told = ServiceUnavailable("A service that we depend on did not answer.")
            response = self._failed(exchange, error, told)
        except Exception as error:  # noqa: BLE001  the last line of defence
            response = self._failed(exchange, error, TidegateError("An internal error occurred."))
        if exchange.caller is not None and response.status >= _CLIENT_ERROR:
            _count_error(exchange, exchange.caller, response.status, services)
        _log(exchange, response, time.perf_counter() - began)
        return response

    def _told(self, exchange: Exchange, answer: A | Response) -> Response:
        """Wrap an answer as the surface does. A page or a document is whole as it is."""
        if isinstance(answer, Response):
            return replace(answer, headers={"x-request-id": exchange.request_id, **answer.headers})
        return self._dialect.succeeded(exchange, answer)

    def _failed(self, exchange: Exchange, fault: Exception, told: TidegateError) -> Response:
        """Log what happened under the caller's request id; tell the caller only that it did."""
        logger.error("fault", exc_info=fault, extra={"request_id": exchange.request_id})
        exchange.log["cause"] = type(fault).__name__
        return self._dialect.failed(exchange, told)


def endpoint(
    services: S, dialect: Dialect[A], *, scope: str, bucket: Bucket
) -> Callable[[Callable[[Request, Caller, S], A]], Endpoint[S, A]]:
    """Turn a function into a handler for callers whose key has ``scope``, counted in ``bucket``."""

    def decorate(handle: Callable[[Request, Caller, S], A]) -> Endpoint[S, A]:
        def run(exchange: Exchange, services: S) -> A:
            request, now_ms = exchange.request, exchange.now_ms
            caller = exchange.caller = authenticate(
                services.keys,
                token=dialect.token(request),
                surface=dialect.surface,
                bucket=bucket,
                address=request.client_address,
                now_ms=now_ms,
                endpoint=exchange.endpoint,
            )
            try:
                authorize(caller, scope=scope, address=request.client_address, now_ms=now_ms)
            except AddressNotAllowed:
                take_back(services.keys, caller, bucket, now_ms)
                raise
            return handle(request, caller, services)

        return Endpoint(services, dialect, run)

    return decorate


def open_endpoint(
    services: S, dialect: Dialect[A]
) -> Callable[[Callable[[Request], A | Response]], Endpoint[S, A]]:
    """Turn a function into a handler that asks for no key, and may answer without an envelope."""

    def decorate(handle: Callable[[Request], A | Response]) -> Endpoint[S, A]:
        return Endpoint(services, dialect, lambda exchange, _services: handle(exchange.request))

    return decorate


def bearer(request: Request) -> str | None:
    """Return what follows ``Bearer`` in the Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _count_error(exchange: Exchange, caller: Caller, status: int, services: Services) -> None:
    """Count what went wrong. The answer stands whatever comes of this."""
    try:
        services.usage.count_error(
            caller.key.account_id,
            endpoint=exchange.endpoint,
            error=str(exchange.log.get("code", status)),
            is_server=status >= _SERVER_ERROR,
            now_ms=exchange.now_ms,
        )
    except Exception as error:  # noqa: BLE001  no request fails because of its counting
        logger.warning("error not counted", extra={"cause": type(error).__name__})


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
    """Return the path if it is one of the API's: others may carry a secret, such as a callback's token."""
    first, _, rest = path.removeprefix("/").partition("/")
    return path if first in {"v1", "api"} or not rest else f"/{first}/…"
