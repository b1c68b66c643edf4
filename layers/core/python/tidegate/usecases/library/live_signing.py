"""The secret that signs a project's live URLs: made when first needed, sealed like those of webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from tidegate.adapters.sealing import LIVE_URLS, Sealer
from tidegate.domain.library.live import LiveSettings
from tidegate.domain.library.signed_urls import mint_signing_secret, sign

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.library.table import LibraryTable
    from tidegate.adapters.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs the URLs of one project."""

    library: LibraryTable
    secrets: Secrets
    project_id: str
    path: str

    def url(self, base_url: str, scope: str, query: Mapping[str, str], until_s: int) -> str:
        """Return a URL that has this one picture made and shown, until then."""
        settings = self.library.scopes.settings(self.project_id)
        if settings.signing_id is None:
            secret_id, secret = mint_signing_secret()
            sealed = self._seal(secret_id, secret)
            settings = self.library.scopes.first_secret(self.project_id, secret_id, sealed)
        secret_id, opened = settings.signing_id or "", open_secret(settings, self.secrets, self.project_id)
        path = f"{self.path}/live/{scope}"
        signed = sign(opened or "", secret_id=secret_id, path=path, query=query, until_s=until_s)
        return f"{base_url}/cdn/{path}?{urlencode(signed, quote_via=quote)}"

    def renew(self) -> str:
        """Put another secret in force at once, and return its name: no URL that was signed before is good."""
        secret_id, secret = mint_signing_secret()
        self.library.scopes.settle(
            self.project_id, {"signing_id": secret_id, "sealed_secret": self._seal(secret_id, secret)}
        )
        return secret_id

    def _seal(self, secret_id: str, secret: str) -> bytes:
        sealer = Sealer(self.secrets.sealing_key, LIVE_URLS)
        return sealer.seal(secret, account_id=self.project_id, endpoint_id=secret_id)


def open_secret(settings: LiveSettings, secrets: Secrets, project_id: str) -> str | None:
    """Return a project's secret; None: it never signed a URL."""
    if settings.sealed_secret is None or settings.signing_id is None:
        return None
    sealer = Sealer(secrets.sealing_key, LIVE_URLS)
    return sealer.open(settings.sealed_secret, account_id=project_id, endpoint_id=settings.signing_id)
