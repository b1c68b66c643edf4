"""What the surface says of itself, and the way to the first master key (contracts: Banatie §9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from tidegate import VERSION
from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.domain.errors import AuthenticationFailed
from tidegate.domain.keys import Key
from tidegate.domain.limits import Bucket
from tidegate.surfaces.banatie.dialect import BANATIE, Answer
from tidegate.surfaces.headers import optional_timestamp
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import authenticate
from tidegate.usecases.library import project_keys
from tidegate.usecases.library.bootstrap import initial_key

_ENDPOINTS: Final[Mapping[str, str]] = {
    "generations": "/api/v1/generations",
    "flows": "/api/v1/flows",
    "images": "/api/v1/images",
    "live": "/api/v1/live",
    "admin": "/api/admin",
    "cdn": "/cdn/{organization}/{project}/img/{image}",
    "health": "/health",
}
_LIMITS: Final[Mapping[str, object]] = {
    "maxFileSize": "5MB",
    "maxFiles": 3,
    "supportedFormats": ["PNG", "JPEG", "JPG", "WebP"],
}


class Services(Protocol):
    """What telling needs of the runtime."""

    @property
    def keys(self) -> KeyTable:
        """Who asks."""

    def now_ms(self) -> int:
        """The time."""


def tell_info(request: Request, services: Services) -> Answer:
    """Describe the API, and the caller's key if there is one that works.

    Raises:
        AddressRateLimited: too many wrong keys came from the caller's address.
    """
    key = _key(request, services)
    told: dict[str, object] = {
        "name": "Tidegate",
        "version": VERSION,
        "description": "A self-hosted gateway for AI image generation, speaking Banatie's API.",
        "endpoints": dict(_ENDPOINTS),
        "limits": dict(_LIMITS),
        "authenticated": key is not None,
    }
    return Answer(told | ({"keyInfo": _key_info(key)} if key else {}), bare=True)


def hand_over(request: Request, services: project_keys.Services, now_ms: int) -> Answer:
    """Make the first master key for whoever knows the operator's secret, and show it, this one time.

    Raises:
        BootstrapClosed: it is not open to this caller.
    """
    secret = request.headers.get("x-bootstrap-secret", "")
    text, key = initial_key(services, secret, now_ms)
    told = {
        "apiKey": text,
        "type": "master",
        "name": key.name,
        "expiresAt": None,
        "message": "The key is shown this once: store it now.",
    }
    return Answer(told, 201, bare=True, headers={"cache-control": "no-store"})


def _key(request: Request, services: Services) -> Key | None:
    """Who asks, if anybody: counted apart, so that asking here takes nothing from the hour's requests."""
    if (token := BANATIE.token(request)) is None:
        return None
    try:
        caller = authenticate(
            services.keys,
            token=token,
            surface=BANATIE.surface,
            bucket=Bucket.GENERAL,
            address=request.client_address,
            now_ms=services.now_ms(),
        )
    except AuthenticationFailed:
        return None
    return caller.key if caller.key.allows_address(request.client_address) else None


def _key_info(key: Key) -> dict[str, object]:
    return {
        "id": key.key_id,
        "type": "master" if key.project_id is None else "project",
        "name": key.name,
        "projectId": key.project_id,
        "expiresAt": optional_timestamp(key.expires_at_ms),
    }
