"""Which providers this deployment can use: those that it has credentials for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.credentials import BEDROCK, is_complete
from tidegate.adapters.providers.protocol import Provider
from tidegate.adapters.secrets import Secrets

if TYPE_CHECKING:
    from botocore.credentials import Credentials

BEDROCK_OUTPUTS: Final = "bedrock_outputs"
_Builder = Callable[[HttpClient, Secrets, Mapping[str, str]], Provider]
Role = Callable[[], "Credentials | None"]

# Builders import their adapter when it is needed: a cold start pays for the providers of its generation.
# ruff: noqa: PLC0415


class ProviderNotConfigured(KeyError):
    """There is no such provider, or the operator gave no credentials for it."""


def _replicate(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import replicate

    return replicate.Replicate(http, secrets, base_urls.get("replicate", replicate.DEFAULT_BASE_URL))


def _fal(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import fal, fal_callbacks

    return fal.Fal(
        http,
        secrets,
        base_urls.get("fal", fal.DEFAULT_BASE_URL),
        base_urls.get("fal_jwks", fal_callbacks.DEFAULT_JWKS_URL),
    )


def _bfl(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import bfl

    return bfl.Bfl(http, secrets, base_urls.get("bfl", bfl.DEFAULT_BASE_URL))


def _openai(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import openai

    return openai.OpenAI(http, secrets, base_urls.get("openai", openai.DEFAULT_BASE_URL))


def _google(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import google, google_callbacks

    return google.Google(
        http,
        secrets,
        base_urls.get("google", google.DEFAULT_BASE_URL),
        base_urls.get("google_jwks", google_callbacks.DEFAULT_JWKS_URL),
    )


def _byteplus(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import byteplus

    return byteplus.BytePlus(http, secrets, base_urls.get("byteplus", byteplus.DEFAULT_BASE_URL))


def _alibabacloud(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import alibabacloud

    url = base_urls.get("alibabacloud", alibabacloud.DEFAULT_BASE_URL)
    return alibabacloud.AlibabaCloud(http, secrets, url)


def _runway(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import runway

    return runway.Runway(http, secrets, base_urls.get("runway", runway.DEFAULT_BASE_URL))


def _cloudflare(http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str]) -> Provider:
    from tidegate.adapters.providers import cloudflare

    return cloudflare.Cloudflare(http, secrets, base_urls.get("cloudflare", cloudflare.DEFAULT_BASE_URL))


def _bedrock(
    http: HttpClient,
    secrets: Secrets,  # noqa: ARG001  the signature of all builders
    base_urls: Mapping[str, str],
    role: Role | None = None,
) -> Provider:
    from tidegate.adapters.providers import bedrock, signature

    url = base_urls.get("bedrock", bedrock.DEFAULT_BASE_URL)
    return bedrock.Bedrock(http, base_urls[BEDROCK_OUTPUTS], url, role or signature.own_role)


BUILDERS: Final[Mapping[str, _Builder]] = {
    "replicate": _replicate,
    "fal": _fal,
    "bfl": _bfl,
    "openai": _openai,
    "google": _google,
    "byteplus": _byteplus,
    "alibabacloud": _alibabacloud,
    "runway": _runway,
    "cloudflare": _cloudflare,
    BEDROCK: _bedrock,
}


class ProviderRegistry:
    """Builds adapters on demand and keeps them for the life of the Lambda environment.

    ``base_urls`` overrides where a provider is reached, by its name; ``fal_jwks`` and ``google_jwks`` are
    where their keys are, and ``bedrock_outputs`` the S3 folder that Bedrock writes below. Bedrock has no
    credentials of its own: it is there when that folder is named, and asked with the permissions of
    ``role``, else the function's.
    """

    def __init__(
        self, http: HttpClient, secrets: Secrets, base_urls: Mapping[str, str], role: Role | None = None
    ) -> None:
        self._http = http
        self._secrets = secrets
        self._base_urls = base_urls
        self._role = role
        self._built: dict[str, Provider] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The providers that can be used, in a fixed order."""
        return tuple(name for name in BUILDERS if self._has_credentials(name))

    def get(self, name: str) -> Provider:
        """Return a provider.

        Raises:
            ProviderNotConfigured: unknown, or without credentials.
        """
        if name not in BUILDERS or not self._has_credentials(name):
            raise ProviderNotConfigured(name)
        if name not in self._built:
            self._built[name] = self._build(name)
        return self._built[name]

    def _build(self, name: str) -> Provider:
        if name == BEDROCK:
            return _bedrock(self._http, self._secrets, self._base_urls, self._role)
        return BUILDERS[name](self._http, self._secrets, self._base_urls)

    def _has_credentials(self, name: str) -> bool:
        if name == BEDROCK:
            return BEDROCK_OUTPUTS in self._base_urls
        return is_complete(name, self._secrets.provider(name) or {})
