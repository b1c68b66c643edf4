"""Live URLs, asked for as a page asks, with a worker that ends what is begun while a request waits."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.contract.babysea.events import ADDRESS, event
from tests.contract.banatie.client import Client
from tidegate.adapters.dynamodb.library.rows import Filter
from tidegate.domain.client_address import source_of
from tidegate.domain.library.live import PER_ADDRESS
from tidegate.domain.library.records import LibraryGeneration

PROMPT = "An eagle over mountains"


@dataclass(frozen=True)
class Seen:
    """What a browser got."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def cache(self) -> tuple[int, str]:
        """Status and where the picture came from."""
        assert self.status == 200, self.body
        return self.status, self.headers["x-cache-status"]

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of a failure, which no cache keeps."""
        assert self.headers["cache-control"] == "no-store"
        told = json.loads(self.body)
        assert told["success"] is False
        return self.status, told["error"]["code"]


@dataclass
class Gallery:
    """A project's live URLs. ``ending`` is what comes of generations while somebody waits."""

    client: Client
    monkeypatch: pytest.MonkeyPatch
    ending: str = "succeed"

    def __post_init__(self) -> None:
        """Let time pass only when somebody waits."""
        self.monkeypatch.setattr(self.client.runtime, "pause", self._pause)

    def see(
        self, prompt: str | None = PROMPT, *, token: str | None = "", wait: str | None = None, **query: str
    ) -> Seen:
        """Ask for a picture with the key."""
        asked = {"prompt": prompt, **query, "wait": wait}
        return self._ask("live_get", "/api/v1/live", asked, token=self.client.token if token == "" else token)

    def visit(
        self,
        prompt: str | None = PROMPT,
        scope: str = "hero",
        *,
        address: str = ADDRESS,
        page: str | None = None,
        **query: str,
    ) -> Seen:
        """Ask for a picture as a visitor of a page does."""
        headers = {"referer": page} if page else {}
        return self._public(scope, {"prompt": prompt, **query}, headers, address)

    def follow(self, url: str, address: str = ADDRESS) -> Seen:
        """Ask for a signed URL."""
        parts = urlsplit(url)
        return self._public(parts.path.rpartition("/")[2], dict(parse_qsl(parts.query)), {}, address)

    def sign(self, scope: str = "hero", **body: Any) -> str:
        """Have a URL signed."""
        made = self.client.call("live_sign", "POST", body={"prompt": PROMPT, "scope": scope, **body})
        url: str = made.data["url"]
        return url

    def scope(self, slug: str = "hero", **body: Any) -> dict[str, Any]:
        """Set a scope up."""
        made: dict[str, Any] = self.client.call("scopes_create", "POST", body={"slug": slug, **body}).data
        return made

    def use_up(self, left: int = 0, address: str = ADDRESS) -> None:
        """Count what a visitor had made in this hour, so that so many are left."""
        library, project_id = self.client.runtime.library, self.client.project.project_id
        for _ in range(PER_ADDRESS - left):
            now_ms = self.client.runtime.now_ms()
            assert library.rows.run(library.scopes.take_visit(project_id, source_of(address), now_ms))

    def pictures(self, slug: str = "hero") -> int:
        """How many pictures a scope counts."""
        shown = self.client.call("scopes_get", params={"slug": slug}).data
        assert isinstance(shown["currentGenerations"], int)
        return int(shown["currentGenerations"])

    def records(self) -> list[LibraryGeneration]:
        """Every record of the project."""
        generations = self.client.runtime.library.generations
        return list(generations.each(self.client.project.project_id, Filter()))

    def _public(self, scope: str, query: dict[str, Any], headers: dict[str, str], address: str) -> Seen:
        organization, _, project = self.client.project.path.partition("/")
        params = {"organization": organization, "project": project, "scope": scope}
        path = f"/cdn/{organization}/{project}/live/{scope}"
        return self._ask("live_public", path, query, params=params, headers=headers, address=address)

    def _ask(
        self,
        function: str,
        path: str,
        query: Mapping[str, str | None],
        *,
        token: str | None = None,
        address: str = ADDRESS,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Seen:
        sent = {**({"x-api-key": token} if token else {}), **(headers or {})}
        given = {name: value for name, value in query.items() if value is not None}
        made = event("GET", path, params=params, headers=sent, query=given)
        made["requestContext"]["http"]["sourceIp"] = address
        answer = self.client.answer(importlib.import_module(f"functions.banatie.{function}"), made)
        return Seen(answer.status, answer.headers, answer.content)

    def _pause(self, seconds: float) -> None:
        for record in self.records() if self.ending != "nothing" else []:
            if record.status.is_open:
                getattr(self.client, self.ending)(record.generation_id)
        self.client.runtime.time_ms += int(seconds * 1000)


@pytest.fixture
def gallery(client: Client, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    """The live URLs of a project whose account has one dollar."""
    return Gallery(client, monkeypatch)
