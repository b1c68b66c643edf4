"""The surface over an in-process AWS, spoken to as a client speaks to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.babysea import (
    content_cancel,
    content_get,
    generate_image,
    generate_video,
    library_models,
    not_found,
    status,
)
from tests.contract.babysea.events import event, generate_event
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.endpoint import Endpoint
from tidegate.usecases.accounts import create_account, create_key, grant

NOW_MS = 1_763_121_600_123  # 2025-11-14T12:00:00.123Z
NOW = "2025-11-14T12:00:00.123Z"
WINDOW_END_S = 1_763_121_660


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The data of a success."""
        assert self.body["status"] == "success", self.body
        data: dict[str, Any] = self.body["data"]
        return data

    @property
    def error(self) -> dict[str, Any]:
        """The error of a failure."""
        assert self.body["status"] == "error", self.body
        error: dict[str, Any] = self.body["error"]
        return error


class Clock(Runtime):
    """A runtime whose time stands still until it is told otherwise."""

    time_ms = NOW_MS

    def now_ms(self) -> int:
        """The time that it was told."""
        return self.time_ms


@dataclass
class Gateway:
    """One account with credits and a key of full access."""

    runtime: Clock
    credits_granted: str = "1"
    plan: str = "enterprise"
    account_id: str = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        """Open the account."""
        self.account_id, self.token = self.open_account(self.credits_granted, self.plan)

    def open_account(self, credits_granted: str, plan: str = "enterprise") -> tuple[str, str]:
        """Open an account; return its id and a key of full access."""
        account = create_account(self.runtime.wallets, name="Acme", plan=plan, now_ms=NOW_MS)
        if Money.of(credits_granted).micros:
            grant(
                self.runtime.wallets,
                account_id=account.account_id,
                amount=Money.of(credits_granted),
                reference="welcome",
                now_ms=NOW_MS,
            )
        return account.account_id, self.add_key(account.account_id)

    def add_key(self, account_id: str | None = None, scopes: tuple[str, ...] = SCOPES, **more: Any) -> str:
        """Create a key; return its text."""
        text, _ = create_key(
            self.runtime.keys,
            self.runtime.wallets,
            account_id=account_id or self.account_id,
            surface=more.pop("surface", Surface.BABYSEA),
            scopes=scopes,
            name="Production key",
            now_ms=NOW_MS - 1000,
            **more,
        )
        return text

    def send(self, handler: Endpoint[Runtime], sent: Mapping[str, Any]) -> Reply:
        """Send an event through a handler, to the wire form and back."""
        answer = handler.respond(sent, self.runtime).to_event()
        return Reply(answer["statusCode"], answer["headers"], json.loads(answer["body"]))

    def generate(self, model: str = "bfl/flux-schnell", body: object = None, **more: Any) -> Reply:
        """Generate on the route that the SDK would choose."""
        body = {"generation_prompt": "A baby seal"} if body is None and "raw" not in more else body
        is_video = isinstance(body, dict) and "generation_duration" in body
        media = more.pop("media", "video" if is_video else "image")
        handler = generate_video.handler if media == "video" else generate_image.handler
        more.setdefault("token", self.token)
        return self.send(handler, generate_event(media, model, body, **more))

    def get(self, generation_id: str, **more: Any) -> Reply:
        """Ask for a generation."""
        return self._about(content_get.handler, "GET", "/v1/content/{}", generation_id, **more)

    def cancel(self, generation_id: str, **more: Any) -> Reply:
        """Cancel a generation, without a body as the SDK does."""
        path = "/v1/content/generation/cancel/{}"
        return self._about(content_cancel.handler, "POST", path, generation_id, **more)

    def status(self, **more: Any) -> Reply:
        """Ask whose key this is."""
        more.setdefault("token", self.token)
        return self.send(status.handler, event("GET", "/v1/status", **more))

    def models(self, **more: Any) -> Reply:
        """List the models."""
        more.setdefault("token", self.token)
        return self.send(library_models.handler, event("GET", "/v1/library/models", **more))

    def elsewhere(self, method: str, path: str) -> Reply:
        """Ask for something that no route takes."""
        return self.send(not_found.handler, event(method, path))

    def balance(self) -> tuple[str, str]:
        """What can be spent and what is held, in dollars."""
        account = self.runtime.wallets.get(self.account_id)
        assert account is not None
        return str(account.wallet.balance), str(account.wallet.held)

    def _about(
        self, handler: Endpoint[Runtime], method: str, path: str, generation_id: str, **more: Any
    ) -> Reply:
        more.setdefault("token", self.token)
        params = {"generation_id": generation_id}
        return self.send(handler, event(method, path.format(generation_id), params=params, **more))
