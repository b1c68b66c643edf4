"""A scripted vendor: answers that the adapters get without a network, and what they sent for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import IO, Any, cast
from unittest.mock import patch

import pytest

from tidegate.adapters.http import Downloaded, HttpClient, HttpResponse
from tidegate.adapters.providers.classification import Rule, Symptoms, classify
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import Failure, Job
from tidegate.domain.generation import MediaType

FIXTURES = Path(__file__).parent / "fixtures"
Script = HttpResponse | Exception
CREDENTIALS = {
    "replicate": {"api_key": "r8_secret", "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "fal": {"api_key": "id:secret"},
}


def fixture(name: str) -> Any:
    """Read a vendor's wire body."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer of the vendor's API; bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, headers or {}, data)


def told(case: Mapping[str, Any]) -> HttpResponse:
    """The answer that a fixture of failures describes."""
    body = case["text"].encode() if "text" in case else case["body"]
    return answer(body, case["status"], case.get("headers"))


@dataclass(frozen=True)
class Sent:
    """One request that an adapter made."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    limits: Mapping[str, Any] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body or b"null")


@dataclass
class Vendor(HttpClient):
    """An HTTP client whose other side plays a script, one entry a request; an exception is raised."""

    script: list[Script] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        **limits: Any,
    ) -> HttpResponse:
        """Record the request and play the next entry."""
        self.sent.append(Sent(method, url, headers or {}, body, limits))
        following = self.script.pop(0)
        if isinstance(following, Exception):
            raise following
        return following


@dataclass
class Warehouse(Vendor):
    """A vendor beside files that can be fetched, by their URLs; anything else there is an exception."""

    files: Mapping[str, bytes | Exception] = field(default_factory=dict)

    def download(self, url: str, into: IO[bytes], **_limits: Any) -> Downloaded:
        """Hand out the file."""
        found = self.files[url]
        if isinstance(found, Exception):
            raise found
        into.write(found)
        return Downloaded("image/png", len(found), "")


class Vault:
    """A Secrets Manager with one secret that can be rotated."""

    def __init__(self, credentials: Mapping[str, Mapping[str, str]] = CREDENTIALS) -> None:
        self.credentials = credentials
        self.reads = 0

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803  the API's own name
        """Return the secret as it stands."""
        self.reads += 1
        return {"SecretString": json.dumps({"sealing_key": "seal", "providers": self.credentials})}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def secrets(vault: Vault | None = None, clock: Clock | None = None) -> Secrets:
    """The deployment's secret, with credentials for both vendors."""
    return Secrets(cast("Any", vault or Vault()), "secret", clock=clock or Clock())


def job(native_model: str, callback_url: str | None = None, **fields: object) -> Job:
    """A job with a prompt."""
    given = {"prompt": "a lighthouse", **fields}
    reference = "0197a4c2-7d1e-7abc-9def-0123456789ab/1"
    return Job(native_model, MediaType.IMAGE, given, callback_url, reference, searchable="seed" in fields)


def first_fit(rules: Iterable[Rule], symptoms: Symptoms) -> Rule:
    """The row of a table that decides."""
    return next(rule for rule in rules if rule.fits(symptoms))


def decisions(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> set[Rule]:
    """The rows of a failures module's tables that decide from now on."""
    decided: set[Rule] = set()

    def noting(rules: Sequence[Rule], symptoms: Symptoms) -> Failure:
        decided.add(first_fit(rules, symptoms))
        return classify(rules, symptoms)

    monkeypatch.setattr(module, "classify", noting)
    return decided


@contextmanager
def at(epoch_s: float) -> Iterator[None]:
    """Hold the wall clock."""
    with patch("time.time", return_value=epoch_s):
        yield
