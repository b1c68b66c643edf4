"""A small world around the attempt worker: real tables, a scripted provider, a clock of its own.

The queue delivers after its delay, the state machine behaves like the deployed one, and any side effect can
be made to crash: the message then comes again, as SQS would deliver it.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.integration.attempts.scripted import Crash, ScriptedProvider
from tidegate.adapters.providers.protocol import (
    Provider,
)
from tidegate.adapters.providers.registry import ProviderNotConfigured
from tidegate.domain.attempt import (
    MediaFile,
)
from tidegate.domain.budget import Budget
from tidegate.domain.catalog import load_catalog
from tidegate.domain.generation import Generation, MediaType, Output
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.attempts.handle import handle
from tidegate.usecases.conclude import conclude
from tidegate.usecases.steering import FAILS, SPENT
from tidegate.usecases.store_outputs import OutputUnreachable
from tidegate.usecases.submit import Order, submit

PRICE = Money.of("0.005")
START_MS = 1_763_000_000_000
BUDGET = Budget(attempt_s=60, hold_s=600, poll_delays_s=(1, 2, 3, 5))
WORKER_TIMEOUT_S = 20
MACHINE_WAITS_S = BUDGET.attempt_s + 150


class World:
    """One account, its generation, and everything that may happen to it."""

    def __init__(
        self,
        runtime: Runtime,
        *providers: ScriptedProvider,
        duplicate: bool = False,
        start_ms: int = START_MS,
    ) -> None:
        self.runtime = runtime
        self.providers = {provider.name: provider for provider in providers}
        self.now_ms = start_ms
        self.duplicate = duplicate
        self.crash_at: int | None = None
        self.effects = 0
        self.ended: list[str] = []
        self.shut: set[str] = set()  # providers that are passed over
        self.over_budget: set[str] = set()  # and not asked as the last ones either
        self.busy_until_ms: dict[str, int] = {}  # providers that have as many jobs as they may
        self.places: Counter[str] = Counter()  # that were taken, and not left
        self.unreachable: set[str] = set()  # providers whose files cannot be fetched
        self.alerts: list[tuple[str, str]] = []
        self._messages: list[tuple[int, int, dict[str, Any]]] = []
        self._order = itertools.count()
        self._tokens: dict[str, int] = {}
        self._answered: set[str] = set()
        account = create_account(runtime.wallets, name="Acme", now_ms=start_ms)
        grant(
            runtime.wallets,
            account_id=account.account_id,
            amount=PRICE * 10,
            reference="welcome",
            now_ms=start_ms,
        )
        self.account_id = account.account_id
        self.generation = submit(runtime.generations, self._a_generation(), start_ms).generation
        self.context = self._context()
        self._enter_attempt(1)

    def _a_generation(self) -> Order:
        return Order(
            account_id=self.account_id,
            plan="enterprise",
            surface="babysea",
            model="bfl/flux-schnell",
            media_type=MediaType.IMAGE,
            params={
                "generation_prompt": "a seal",
                "generation_ratio": "1:1",
                "generation_output_format": "png",
                "generation_output_number": 1,
            },
            providers=self._names(),
            price=PRICE,
            hold_s=BUDGET.hold_s,
        )

    def _names(self) -> tuple[str, ...]:
        """The providers' names, in the generation's order."""
        return tuple(self.providers)

    def _context(self) -> Context:
        return Context(
            input_url=lambda key: f"https://files.example.com/{key}",
            generations=_Crashing(self.runtime.generations, self),  # type: ignore[arg-type]
            providers=self,
            catalog=load_catalog(),
            queue=_Crashing(_Queue(self), self),  # type: ignore[arg-type]
            machine=_Crashing(_Machine(self), self),  # type: ignore[arg-type]
            store_outputs=self._store,
            delete_outputs=lambda outputs: None,
            budgets={MediaType.IMAGE: BUDGET},
            public_base_url="https://api.example.com",
            worker_timeout_s=WORKER_TIMEOUT_S,
            now_ms=lambda: self.now_ms,
            alert=lambda attempt, failure: self.alerts.append((attempt.provider, failure.code.value)),
            refusal=self._refusal,
            take_place=self._take_place,
            leave_place=lambda provider, at_ms: self.places.subtract({provider: 1}),
        )

    def _refusal(self, model: str, provider: str, *, is_last: bool) -> str | None:
        if provider in self.over_budget:
            return SPENT
        return FAILS if provider in self.shut and not is_last else None

    def _take_place(self, provider: str, at_ms: int) -> bool:
        fits_in = at_ms >= self.busy_until_ms.get(provider, 0)
        self.places[provider] += fits_in
        return fits_in

    def _store(self, generation: Generation, files: tuple[MediaFile, ...]) -> tuple[Output, ...]:
        self.effect()
        _, newest = max(self.trail_by_number().items())
        if newest in self.unreachable:
            raise OutputUnreachable("reset")
        return tuple(
            Output(f"{generation.generation_id}/x/{n}.png", "image/png", 10) for n, _ in enumerate(files)
        )

    # ── what the worker sees of the world ────────────────────────────────────────────────────────────────

    def get(self, name: str) -> Provider:
        if name not in self.providers:
            raise ProviderNotConfigured(name)
        return self.providers[name]

    def effect(self) -> None:
        """Count one side effect; the chosen one never happens."""
        self.effects += 1
        if self.effects == self.crash_at:
            raise Crash

    def put(self, body: Mapping[str, Any], delay_s: int) -> None:
        for _ in range(2 if self.duplicate else 1):
            heapq.heappush(self._messages, (self.now_ms + delay_s * 1000, next(self._order), dict(body)))

    def answer(self, token: str, ended: str | None) -> None:
        """A task token is answered once; the machine then goes on."""
        if token in self._answered:
            return
        self._answered.add(token)
        number = self._tokens[token]
        if ended:
            self.ended.append(ended)
        elif number < len(self._names()):
            self._enter_attempt(number + 1)
        else:
            self.put({"kind": "conclude"}, 0)

    def _enter_attempt(self, number: int) -> None:
        token = f"token-{number}"
        self._tokens[token] = number
        body = {
            "kind": "start",
            "account_id": self.account_id,
            "generation_id": self.generation.generation_id,
            "number": number,
            "task_token": token,
            "entered_at": datetime.fromtimestamp(self.now_ms / 1000, UTC).isoformat(),
            "timeout_s": MACHINE_WAITS_S,
        }
        self.put(body, 0)
        self.put({"kind": "timeout", "token": token}, MACHINE_WAITS_S)

    # ── running ──────────────────────────────────────────────────────────────────────────────────────────

    def run(self, until: Callable[[], bool] = lambda: False) -> Generation:
        """Deliver messages in time order until none is left, or the condition holds."""
        for _ in range(2_000):
            if not self._messages or until():
                return self.current()
            due, _, body = heapq.heappop(self._messages)
            self._wait_until(due)
            self._deliver(body)
        raise AssertionError("the world does not come to rest")

    def _wait_until(self, due_ms: int) -> None:
        self.now_ms = max(self.now_ms, due_ms)

    def _deliver(self, body: dict[str, Any]) -> None:
        match body["kind"]:
            case "timeout":
                self.answer(body["token"], None)
            case "conclude":
                conclusion = conclude(
                    self.runtime.generations,
                    _Queue(self),  # type: ignore[arg-type]
                    account_id=self.account_id,
                    generation_id=self.generation.generation_id,
                    now_ms=self.now_ms,
                )
                assert conclusion is not None
                if conclusion.is_open:
                    self.put(body, conclusion.wait_s)
                else:
                    self.ended.append(conclusion.status)
            case _:
                try:
                    handle(self.context, body)
                except Crash:  # SQS shows the message again when its visibility ends
                    due = self.now_ms + (WORKER_TIMEOUT_S + 1) * 1000
                    heapq.heappush(self._messages, (due, next(self._order), body))

    def lose(self, kind: str) -> None:
        """Drop every queued message of a kind, as a dead-letter queue would."""
        self._messages = [entry for entry in self._messages if entry[2]["kind"] != kind]
        heapq.heapify(self._messages)

    def submit_another(self) -> Generation:
        """Accept a second generation of the same account."""
        return submit(self.runtime.generations, self._a_generation(), self.now_ms).generation

    def callback(self, number: int, prediction_id: str) -> None:
        """A verified callback of a provider."""
        self.put(
            {
                "kind": "callback",
                "account_id": self.account_id,
                "generation_id": self.generation.generation_id,
                "number": number,
                "prediction_id": prediction_id,
            },
            0,
        )

    def current(self) -> Generation:
        """The generation as it stands."""
        generation = self.runtime.generations.get(self.account_id, self.generation.generation_id)
        assert generation is not None
        return generation

    def trail(self) -> list[tuple[str, str]]:
        """The attempts: provider and status."""
        attempts = self.runtime.generations.attempts.of(self.generation.generation_id)
        return [(attempt.provider, attempt.status.value) for attempt in attempts]

    def trail_by_number(self) -> dict[int, str]:
        """The attempts' providers."""
        attempts = self.runtime.generations.attempts.of(self.generation.generation_id)
        return {attempt.number: attempt.provider for attempt in attempts}

    def books(self) -> tuple[Money, Money, int]:
        """Balance, held, in flight."""
        account = self.runtime.wallets.get(self.account_id)
        assert account is not None
        return account.wallet.balance, account.wallet.held, account.wallet.in_flight


@dataclass
class _Queue:
    world: World

    def send(self, body: Mapping[str, Any], *, delay_s: int = 0) -> None:
        self.world.put(body, delay_s)


@dataclass
class _Machine:
    world: World

    def succeed(self, token: str, output: Mapping[str, object]) -> None:
        self.world.answer(token, "succeeded")

    def fail_over(self, token: str, cause: str) -> None:
        self.world.answer(token, None)


@dataclass
class _Crashing:
    """Everything that changes something goes through the world's crash counter first."""

    target: object
    world: World

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.target, name)
        if name.startswith(("get", "attempts", "list", "open_")):
            return value

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.world.effect()
            return value(*args, **kwargs)

        return counted
