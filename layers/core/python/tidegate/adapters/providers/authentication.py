"""How a request shows a provider who we are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tidegate.adapters.providers.credentials import API_KEY


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request before it is authenticated; signatures may cover all of it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class Authentication(Protocol):
    """One way to authenticate. It is asked anew for every request, so a rotated key takes effect."""

    def headers(self, credentials: Mapping[str, str], request: Outgoing) -> Mapping[str, str]:
        """Return the headers to add to the request."""


@dataclass(frozen=True, slots=True)
class KeyHeader:
    """The API key in a header, after a scheme word if the provider wants one."""

    name: str = "Authorization"
    scheme: str = ""

    def headers(self, credentials: Mapping[str, str], request: Outgoing) -> Mapping[str, str]:  # noqa: ARG002
        """Return the one header."""
        return {self.name: f"{self.scheme} {credentials.get(API_KEY, '')}".strip()}
