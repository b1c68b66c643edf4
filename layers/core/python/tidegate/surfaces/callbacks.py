"""What providers send when a job is done, and what they are told: as little as possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from aws_lambda_powertools.logging import Logger

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.providers.protocol import CallbackRejected
from tidegate.adapters.providers.registry import ProviderRegistry
from tidegate.adapters.sqs import Queue
from tidegate.domain.errors import PayloadTooLarge
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.callback import accept_callback

RECEIVED: Final = Response(200, {"received": True})
REJECTED: Final = Response(401, {"error": "rejected"})  # the same, whichever part was wrong
TOO_LARGE: Final = Response(413, {"error": "too_large"})
UNAVAILABLE: Final = Response(503, {"error": "unavailable"})  # providers send again


class Services(Protocol):
    """What a callback needs of the runtime."""

    @property
    def generations(self) -> GenerationTable:
        """Generations and their attempts."""

    @property
    def providers(self) -> ProviderRegistry:
        """The upstream providers."""

    @property
    def attempts(self) -> Queue:
        """The queue that drives attempts."""

    @property
    def public_base_url(self) -> str:
        """Where providers reach this gateway."""

    def now_ms(self) -> int:
        """The time."""


class CallbackEndpoint:
    """The Lambda handler of one provider's callbacks. ``respond`` is the same with other services."""

    def __init__(self, provider_name: str, services: Services) -> None:
        self._provider_name = provider_name
        self._services = services
        self._logger = Logger(service=f"callbacks.{provider_name}")

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Answer an API Gateway event."""
        return self.respond(event, self._services).to_event()

    def respond(self, event: Mapping[str, Any], services: Services) -> Response:
        """Verify, queue a poll, answer."""
        told: dict[str, object] = {}
        try:
            request = Request.from_event(event)
            told["generation_id"] = request.path_params.get("generation_id")
            self._accept(request, services)
        except CallbackRejected as error:
            self._logger.warning("callback rejected: %s", error, extra=told)
            return REJECTED
        except PayloadTooLarge:
            self._logger.warning("callback too large", extra=told)
            return TOO_LARGE
        except Exception:
            self._logger.exception("callback failed", extra=told)
            return UNAVAILABLE
        self._logger.info("callback received", extra=told)
        return RECEIVED

    def _accept(self, request: Request, services: Services) -> None:
        accept_callback(
            self._provider_name,
            path_params=request.path_params,
            headers=request.headers,
            body=request.body,
            now_s=services.now_ms() // 1000,
            public_base_url=services.public_base_url,
            generations=services.generations,
            providers=services.providers,
            attempts=services.attempts,
        )
