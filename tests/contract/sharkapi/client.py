"""The SharkApi surface over an in-process AWS, spoken to as a client speaks to it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.shared import not_found, usage
from functions.sharkapi import api_job, generate, image, job, keys, wallet_balance, wallet_topup
from tests.contract.babysea.events import event
from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.documented import assert_answer_documented, route_of
from tidegate.adapters.dynamodb.generation_codec import outputs_value
from tidegate.domain.generation import Generation, Output, Settlement, Status
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.limits import DEFAULT_PLAN
from tidegate.domain.money import Money
from tidegate.usecases.accounts import create_account, create_key, grant


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass
class Shark:
    """One account with dollars, trials and a token."""

    runtime: Clock
    dollars: str = "1"
    trials: int = 0
    plan: str = DEFAULT_PLAN
    account_id: str = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        """Open the account."""
        account = create_account(
            self.runtime.wallets, name="Reef", plan=self.plan, trials=self.trials, now_ms=NOW_MS
        )
        self.account_id = account.account_id
        if Money.of(self.dollars).micros:
            grant(
                self.runtime.wallets,
                account_id=self.account_id,
                amount=Money.of(self.dollars),
                reference="first",
                now_ms=NOW_MS,
            )
        self.token = self.add_token()

    def add_token(self, **more: Any) -> str:
        """Create a token; return its text."""
        text, _ = create_key(
            self.runtime.keys,
            self.runtime.wallets,
            account_id=self.account_id,
            surface=Surface.SHARKAPI,
            scopes=more.pop("scopes", SCOPES),
            name="Production",
            now_ms=NOW_MS - 1000,
            **more,
        )
        return text

    def send(self, handler: Any, method: str, path: str, **more: Any) -> Reply:
        """Send a request through a handler, to the wire form and back."""
        more.setdefault("token", self.token)
        answer = handler.respond(event(method, path, **more), self.runtime).to_event()
        reply = Reply(answer["statusCode"], answer["headers"], json.loads(answer["body"]))
        if handler is not not_found.handler:
            # The one path that is shared answers BabySea's clients in their own words.
            surface = "babysea" if "request_id" in reply.body else "sharkapi"
            route = (method, route_of(surface, path))
            assert_answer_documented(surface, route, reply.status, reply.headers, reply.body)
        return reply

    def generate(self, body: object = None, **more: Any) -> Reply:
        """Submit in D1."""
        body = {"mode": "2k", "prompt": "A shark"} if body is None and "raw" not in more else body
        return self.send(generate.handler, "POST", "/v1/generate", body=body, **more)

    def image(self, body: object = None, **more: Any) -> Reply:
        """Submit in D2."""
        body = {"prompt": "A shark"} if body is None and "raw" not in more else body
        return self.send(image.handler, "POST", "/api/v1/image", body=body, **more)

    def job(self, job_id: str, **more: Any) -> Reply:
        """Poll in D1."""
        return self.send(job.handler, "GET", f"/v1/jobs/{job_id}", params={"job_id": job_id}, **more)

    def api_job(self, job_id: str, **more: Any) -> Reply:
        """Poll in D2."""
        return self.send(api_job.handler, "GET", f"/api/v1/jobs/{job_id}", params={"job_id": job_id}, **more)

    def balance(self, **more: Any) -> Reply:
        """Ask for the balance."""
        return self.send(wallet_balance.handler, "GET", "/v1/wallet/balance", **more)

    def top_up(self, body: object, **more: Any) -> Reply:
        """Ask for a top-up."""
        return self.send(wallet_topup.handler, "POST", "/v1/wallet/topup", body=body, **more)

    def usage(self, **more: Any) -> Reply:
        """Ask for past jobs."""
        return self.send(usage.handler, "GET", "/v1/usage", **more)

    def make_token(self, body: object, **more: Any) -> Reply:
        """Ask for another token."""
        return self.send(keys.handler, "POST", "/api/keys", body=body, **more)

    def elsewhere(self, method: str, path: str, **more: Any) -> Reply:
        """Ask for something that no route takes."""
        return self.send(not_found.handler, method, path, **more)

    def books(self) -> tuple[str, str, int]:
        """Balance, held and trials behind the wire."""
        account = self.runtime.wallets.get(self.account_id)
        assert account is not None
        return str(account.wallet.balance), str(account.wallet.held), account.wallet.trials

    def stored(self, job_id: str) -> Generation:
        """The generation behind a job."""
        digits = job_id.removeprefix("job_").replace("-", "")
        cuts = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
        generation_id = "-".join(digits[start:end] for start, end in cuts)
        stored = self.runtime.generations.get(self.account_id, generation_id)
        assert stored is not None
        return stored

    def start(self, job_id: str) -> None:
        """Let a provider take the job a quarter second after noon."""
        self.runtime.generations.mark_processing(self.stored(job_id), "replicate", NOW_MS + 250)

    def complete(self, job_id: str) -> str:
        """Let the job end with a picture; return its key."""
        stored = self.stored(job_id)
        output = Output(f"{stored.generation_id}/{'A' * 22}/1.jpg", "image/jpeg", 3)
        self.runtime.outputs.put(output.key, io.BytesIO(b"jpg"), output.content_type, 3)
        changes = {"provider_used": "replicate", "outputs": outputs_value([output])}
        self._end(stored, Status.SUCCEEDED, Settlement.CHARGE, changes)
        return output.key

    def fail(self, job_id: str, code: str = "provider_error", message: str = "It broke.") -> None:
        """Let the job end without one."""
        changes = {"error_code": code, "error_message": message}
        self._end(self.stored(job_id), Status.FAILED, Settlement.REFUND, changes)

    def _end(
        self, stored: Generation, status: Status, settlement: Settlement, changes: Mapping[str, object]
    ) -> None:
        table = self.runtime.generations
        assert table.settle(stored, status, settlement, changes=changes, now_ms=NOW_MS + 3_500)
