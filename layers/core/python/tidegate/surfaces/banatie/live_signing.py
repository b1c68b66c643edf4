"""Signed live URLs (contracts: Banatie §10, R8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.live import LiveAsked, read_slug
from tidegate.domain.library.signed_urls import DEFAULT_LIFETIME_S, MAX_LIFETIME_S
from tidegate.surfaces.banatie.asking import read_asked
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.body import read_object
from tidegate.surfaces.headers import timestamp
from tidegate.surfaces.http import Request
from tidegate.usecases.library.live_signing import Signer

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.library.table import LibraryTable
    from tidegate.adapters.secrets import Secrets


class Services(Protocol):
    """What signing needs of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """Where the secret that signs is kept, sealed."""

    @property
    def secrets(self) -> Secrets:
        """What seals the secret that signs."""

    @property
    def public_base_url(self) -> str:
        """Where callers reach this gateway."""

    def now_ms(self) -> int:
        """The time."""


def sign(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Return a URL for the ``src`` of an image tag that has this one picture made and shown."""
    body, now_s = read_object(request), services.now_ms() // 1000
    scope = read_slug(body.get("scope"))
    until_s = now_s + read_lifetime(body.get("expiresIn"))
    signer = Signer(services.library, services.secrets, tenant.project_id, tenant.path)
    query = query_of(read_live(body))
    url = signer.url(services.public_base_url, scope, query, until_s)
    return Answer({"url": url, "scope": scope, "expiresAt": timestamp(until_s * 1000)})


def read_live(body: Mapping[str, Any]) -> LiveAsked:
    """Read what is to be seen, as a URL's query or the body of a generation say it."""
    options = body.get("enhancementOptions")
    if (options is None or options == {}) and body.get("template") is not None:
        options = {"template": body["template"]}
    asked = read_asked({**_only(body), "enhancementOptions": options})
    return LiveAsked(asked.prompt, asked.aspect_ratio, asked.auto_enhance, asked.template)


def query_of(asked: LiveAsked) -> dict[str, str]:
    """Write what is to be seen as a URL's query."""
    return {
        "prompt": asked.prompt,
        "aspectRatio": asked.aspect_ratio,
        "autoEnhance": "true" if asked.auto_enhance else "false",
        "template": asked.template.value,
    }


def read_lifetime(value: object) -> int:
    """Return for how many seconds a URL is to be good; a day, unless another time is asked for.

    Raises:
        InvalidInput: it is no number of seconds, or more than a year.
    """
    if value is None:
        return DEFAULT_LIFETIME_S
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_LIFETIME_S:
        raise InvalidInput(
            f"expiresIn must be a whole number of seconds from 1 to {MAX_LIFETIME_S}.", field="expiresIn"
        )
    return value


def _only(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body.get(name) for name in ("prompt", "aspectRatio", "autoEnhance")}
