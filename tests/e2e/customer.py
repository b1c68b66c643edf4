"""A customer of the deployed gateway: speaks HTTP like one, and knows what its books must say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import urllib3

from local.stack.info import StackInfo
from tests.e2e.waiting import until
from tidegate.adapters.sealing import Sealer
from tidegate.domain.account import Account
from tidegate.domain.attempt import Attempt
from tidegate.domain.keys import PRESETS, Surface
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Movement, MovementKind
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, grant
from tidegate.usecases.endpoints import add_endpoint

IMAGE = "bfl/flux-schnell"
LEARNING = "qwen/image"  # the model whose routing learns from what tests do to it
TERMINAL = {"succeeded", "failed", "canceled"}
http = urllib3.PoolManager(maxsize=64, block=False)


@dataclass(frozen=True)
class Reply:
    """An answer of the gateway."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: Any

    @property
    def code(self) -> str:
        """The BSE code of an error."""
        return str(self.body["error"]["code"])


@dataclass(frozen=True)
class Customer:
    """An account with a key, and a path of its own on the webhook receiver."""

    info: StackInfo
    deployed: Runtime
    account_id: str
    key: str
    hook: str
    webhook_secret: str

    @classmethod
    def sign_up(
        cls,
        info: StackInfo,
        deployed: Runtime,
        *,
        dollars: str = "1",
        preset: str = "full_access",
        plan: str = "unlimited",
    ) -> Customer:
        """Open an account with this much money and one webhook endpoint."""
        now_ms = deployed.now_ms()
        account_id = create_account(deployed.wallets, name="e2e", plan=plan, now_ms=now_ms).account_id
        if Money.of(dollars) > ZERO:
            grant(
                deployed.wallets,
                account_id=account_id,
                amount=Money.of(dollars),
                reference="welcome",
                now_ms=now_ms,
            )
        key, _ = create_key(
            deployed.keys,
            deployed.wallets,
            account_id=account_id,
            surface=Surface.BABYSEA,
            scopes=PRESETS[preset],
            name="e2e",
            now_ms=now_ms,
        )
        hook = f"/hooks/{account_id}"
        endpoint = add_endpoint(
            account_id,
            f"{info.receiver_url}{hook}",
            webhooks=deployed.webhooks,
            sealer=Sealer(deployed.secrets.sealing_key),
            now_ms=now_ms,
            allowed_private=info.allowed_private_hosts,
        )
        return cls(info, deployed, account_id, key, hook, endpoint.secret)

    # ── the API ──────────────────────────────────────────────────────────────────────────────────────────

    def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> Reply:
        """Send one request; a body that is not bytes is sent as JSON."""
        sent = {"authorization": f"Bearer {key or self.key}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["content-type"] = "application/json"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = http.request(
            method, self.info.base_url + path, body=data, headers=sent, retries=False, timeout=60
        )
        return Reply(answer.status, answer.headers, json.loads(answer.data) if answer.data else None)

    def submit(self, prompt: str, *, kind: str = "image", model: str = IMAGE, **fields: Any) -> Reply:
        """Ask for a generation."""
        headers = {"idempotency_key": fields.pop("idempotency_key")} if "idempotency_key" in fields else {}
        body = {"generation_prompt": prompt, **fields}
        return self.call("POST", f"/v1/generate/{kind}/{model}", body, **headers)

    def generate(self, prompt: str, **fields: Any) -> str:
        """Ask for a generation that must be accepted; return its id."""
        reply = self.submit(prompt, **fields)
        assert reply.status == 200, reply.body
        return str(reply.body["data"]["generation_id"])

    def content(self, generation_id: str) -> dict[str, Any]:
        """The record as the API shows it."""
        reply = self.call("GET", f"/v1/content/{generation_id}")
        assert reply.status == 200, reply.body
        return dict(reply.body["data"])

    def finish(self, generation_id: str, within_s: float = 90.0) -> dict[str, Any]:
        """Poll until the generation has ended."""

        def ended() -> dict[str, Any] | None:
            reply = self.call("GET", f"/v1/content/{generation_id}")
            if reply.status >= 500:  # a killed worker's answer; an SDK would ask again
                return None
            record = dict(reply.body["data"])
            return record if record["generation_status"] in TERMINAL else None

        return until(ended, f"{generation_id} ends", within_s)

    def cancel(self, generation_id: str) -> Reply:
        """Cancel as the SDK does: no body, no content type."""
        return self.call("POST", f"/v1/content/generation/cancel/{generation_id}")

    # ── behind the API ───────────────────────────────────────────────────────────────────────────────────

    @property
    def account(self) -> Account:
        """The account as of now."""
        account = self.deployed.wallets.get(self.account_id)
        assert account is not None
        return account

    @property
    def spent(self) -> Money:
        """What is neither in the balance nor held any more."""
        grants = sum(
            (entry.amount.micros for entry in self.journal() if entry.kind is MovementKind.ADD), start=0
        )
        wallet = self.account.wallet
        return Money(grants) - wallet.balance - wallet.held

    def trail(self, generation_id: str) -> list[tuple[str, str]]:
        """The attempts: provider and status."""
        return [(attempt.provider, attempt.status.value) for attempt in self.attempts(generation_id)]

    def attempts(self, generation_id: str) -> Sequence[Attempt]:
        """The attempts in full."""
        return self.deployed.generations.attempts.of(generation_id)

    def settle_down(self) -> None:
        """Wait until nothing of this account is in flight."""
        until(lambda: self.account.wallet.in_flight == 0, "nothing is in flight", 150)

    def books_are_exact(self) -> bool:
        """Every movement is in the journal, and grants less charges are what the wallet holds."""
        wallet, journal = self.account.wallet, self.journal()
        totals = {
            kind: sum(entry.amount.micros for entry in journal if entry.kind is kind) for kind in MovementKind
        }
        settled = totals[MovementKind.CHARGE] + totals[MovementKind.REFUND]
        return (
            len(journal) == wallet.sequence
            and wallet.held == ZERO
            and totals[MovementKind.RESERVE] == settled
            and totals[MovementKind.ADD] - totals[MovementKind.CHARGE] == wallet.balance.micros
        )

    def journal(self) -> list[Movement]:
        """Every movement that the wallet has seen, newest first; the stream writes them a moment later."""
        seen = self.account.wallet.sequence
        return until(
            lambda: [
                e
                for e in [list(self.deployed.wallets.journal(self.account_id, limit=5000))]
                if len(e) >= seen
            ],
            "the journal is complete",
        )[0]

    # ── webhooks and the provider ────────────────────────────────────────────────────────────────────────

    def deliveries(self, generation_id: str | None = None) -> list[dict[str, Any]]:
        """What arrived on this customer's hook, oldest first."""
        query = f"?generation_id={generation_id}" if generation_id else ""
        answer = http.request("GET", f"{self.info.receiver_url}/deliveries{query}", timeout=10)
        received = json.loads(answer.data)["deliveries"]
        return [delivery for delivery in received if delivery["path"] == self.hook]

    def delivery(self, event: str, generation_id: str, within_s: float = 40.0) -> dict[str, Any]:
        """Wait for an event about a generation."""

        def arrived() -> dict[str, Any] | None:
            found = [d for d in self.deliveries(generation_id) if d["body"]["webhook_event"] == event]
            return found[-1] if found else None

        return until(arrived, f"{event} arrives", within_s)
