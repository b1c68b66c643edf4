"""A world whose generation came through SharkApi, and what its client sees of the wallet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from functions.sharkapi import job, wallet_balance
from tests.contract.babysea.events import event
from tests.contract.babysea.gateway import Clock
from tests.integration.attempts.scripted import ScriptedProvider
from tests.integration.attempts.world import PRICE, START_MS, World
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.money import Money
from tidegate.surfaces.sharkapi.jobs import job_id
from tidegate.usecases.accounts import create_key, grant
from tidegate.usecases.submit import Order

DOLLARS = Money.of("1")
COST = Money.of("0.01")


@dataclass(frozen=True)
class Seen:
    """What the wire shows, and what is held behind it."""

    status: str
    cost: str | None
    balance: str
    held: str
    trials: int


class SharkWorld(World):
    """An account with a dollar, some trials, and one job of the size 1k."""

    def __init__(self, runtime: Clock, *providers: ScriptedProvider, trials: int = 0) -> None:
        self.clock = runtime
        self.trials = trials
        super().__init__(runtime, *providers)
        self.token, _ = create_key(
            runtime.keys,
            runtime.wallets,
            account_id=self.account_id,
            surface=Surface.SHARKAPI,
            scopes=SCOPES,
            name="reef",
            now_ms=START_MS,
        )

    def _a_generation(self) -> Order:
        wallets = self.runtime.wallets
        rest = DOLLARS - PRICE * 10
        grant(wallets, account_id=self.account_id, amount=rest, reference="rest", now_ms=START_MS)
        wallets.set_trials(self.account_id, self.trials)
        return replace(
            super()._a_generation(),
            surface=Surface.SHARKAPI,
            price=COST,
            takes_trials=True,
            note={"mode": "1k", "type": "text", "token": "reef"},
        )

    def seen(self) -> Seen:
        """Ask the surface, and look behind it."""
        shown = job_id(self.generation.generation_id)
        told = self._ask(job.handler, f"/v1/jobs/{shown}", {"job_id": shown})
        wallet = self._ask(wallet_balance.handler, "/v1/wallet/balance", {})
        _, held, _ = self.books()
        trials = wallet["free_trials_remaining"]
        return Seen(told["status"], told["cost"], wallet["balance"], str(held), trials)

    def _ask(self, handler: Any, path: str, params: dict[str, str]) -> Any:
        self.clock.time_ms = self.now_ms
        response = handler.respond(event("GET", path, token=self.token, params=params), self.clock)
        assert response.status == 200, response.body
        return response.body
