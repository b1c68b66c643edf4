"""The surface over an in-process AWS, spoken to as a client speaks to it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.babysea import (
    content_cancel,
    content_delete,
    content_get,
    content_list,
    estimate,
    generate_image,
    generate_video,
    health_cache,
    health_models,
    health_providers,
    health_storage,
    library_models,
    library_providers,
    status,
    user_account,
    user_billing,
)
from functions.shared import not_found, usage
from tests.contract.babysea.documented import assert_documented
from tests.contract.babysea.events import event, generate_event
from tidegate.adapters.dynamodb.generation_codec import outputs_value
from tidegate.domain.generation import Generation, Output, Settlement, Status
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.surfaces.dispatch import Handler
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


def read(sent: Mapping[str, Any], answer: Mapping[str, Any]) -> Reply:
    """Read an answer, which must be one that the OpenAPI document knows."""
    reply = Reply(answer["statusCode"], answer["headers"], json.loads(answer["body"]))
    if http := sent.get("requestContext", {}).get("http"):  # else it is an event that nobody can read
        assert_documented(http["method"], http["path"], reply.status, reply.headers, reply.body)
    return reply


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

    def send(self, handler: Handler[Runtime], sent: Mapping[str, Any]) -> Reply:
        """Send an event through a handler, to the wire form and back."""
        return read(sent, handler.respond(sent, self.runtime).to_event())

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

    def delete(self, generation_id: str, **more: Any) -> Reply:
        """Delete a generation's files."""
        return self._about(content_delete.handler, "DELETE", "/v1/content/{}", generation_id, **more)

    def list(self, query: Mapping[str, object] | None = None, **more: Any) -> Reply:
        """List the generations."""
        return self._read(content_list.handler, "/v1/content/list", query=query, **more)

    def estimate(self, model: str, query: Mapping[str, object] | None = None, **more: Any) -> Reply:
        """Ask what generations would cost."""
        params = {"model_identifier": model}
        return self._read(estimate.handler, f"/v1/estimate/{model}", query=query, params=params, **more)

    def status(self, **more: Any) -> Reply:
        """Ask whose key this is."""
        return self._read(status.handler, "/v1/status", **more)

    def account(self, **more: Any) -> Reply:
        """Ask who pays."""
        return self._read(user_account.handler, "/v1/user/account", **more)

    def billing(self, **more: Any) -> Reply:
        """Ask what can be spent."""
        return self._read(user_billing.handler, "/v1/user/billing", **more)

    def models(self, **more: Any) -> Reply:
        """List the models."""
        return self._read(library_models.handler, "/v1/library/models", **more)

    def providers(self, **more: Any) -> Reply:
        """List the providers."""
        return self._read(library_providers.handler, "/v1/library/providers", **more)

    def usage(self, query: Mapping[str, object] | None = None, **more: Any) -> Reply:
        """Ask what the account did."""
        return self._read(usage.handler, "/v1/usage", query=query, **more)

    def health(self, part: str, **more: Any) -> Reply:
        """Ask how a part does: ``inference/providers``, ``inference/models``, ``storage`` or ``cache``."""
        handler = {
            "inference/providers": health_providers.handler,
            "inference/models": health_models.handler,
            "storage": health_storage.handler,
            "cache": health_cache.handler,
        }[part]
        return self._read(handler, f"/v1/health/{part}", **more)

    def elsewhere(self, method: str, path: str) -> Reply:
        """Ask for something that no route takes."""
        return self.send(not_found.handler, event(method, path))

    def stored(self, generation_id: str) -> Generation:
        """The generation behind the wire."""
        stored = self.runtime.generations.get(self.account_id, generation_id)
        assert stored is not None
        return stored

    def end(self, generation_id: str, status: Status, **changes: object) -> None:
        """Let a generation end 3.5 s after noon, as a worker would."""
        table, stored = self.runtime.generations, self.stored(generation_id)
        table.mark_processing(stored, "replicate", NOW_MS + 250)
        settlement = Settlement.CHARGE if status is Status.SUCCEEDED else Settlement.REFUND
        assert table.settle(stored, status, settlement, changes=changes, now_ms=NOW_MS + 3_500)

    def succeed(self, generation_id: str, files: int = 1) -> tuple[str, ...]:
        """Let a generation end with this many stored files; return their keys."""
        folder = f"{generation_id}/{'A' * 22}"
        outputs = [Output(f"{folder}/{number}.png", "image/png", 3) for number in range(files)]
        for output in outputs:
            self.runtime.outputs.put(output.key, io.BytesIO(b"png"), output.content_type, 3)
        self.end(generation_id, Status.SUCCEEDED, provider_used="replicate", outputs=outputs_value(outputs))
        return tuple(output.key for output in outputs)

    def balance(self) -> tuple[str, str]:
        """What can be spent and what is held, in dollars."""
        account = self.runtime.wallets.get(self.account_id)
        assert account is not None
        return str(account.wallet.balance), str(account.wallet.held)

    def _read(self, handler: Handler[Runtime], path: str, **more: Any) -> Reply:
        more.setdefault("token", self.token)
        return self.send(handler, event("GET", path, **more))

    def _about(
        self, handler: Handler[Runtime], method: str, path: str, generation_id: str, **more: Any
    ) -> Reply:
        more.setdefault("token", self.token)
        params = {"generation_id": generation_id}
        return self.send(handler, event(method, path.format(generation_id), params=params, **more))
