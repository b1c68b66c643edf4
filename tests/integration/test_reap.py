"""The reaper: nothing that was accepted stays open for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.budget import DEFAULT_BUDGETS
from tidegate.domain.generation import Generation, MediaType, Settlement, Status
from tidegate.domain.money import ZERO, Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.launch import Launcher
from tidegate.usecases.reap import Harvest, Reaper
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000
MINUTE_MS = 60_000
PRICE = Money.of("0.005")


class Machine:
    """Remembers which executions exist."""

    def __init__(self) -> None:
        self.started: dict[str, Mapping[str, Any]] = {}
        self.states: dict[str, str] = {}

    def status(self, name: str) -> str | None:
        return self.states.get(name)

    def start(self, name: str, payload: Mapping[str, Any]) -> bool:
        known = name in self.started
        self.started.setdefault(name, payload)
        self.states.setdefault(name, "RUNNING")
        return not known


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def launcher(machine: Machine) -> Launcher:
    return Launcher(machine, DEFAULT_BUDGETS)  # type: ignore[arg-type]


def reap(runtime: Runtime, launcher: Launcher, now_ms: int) -> Harvest:
    reaper = Reaper(runtime.wallets, runtime.generations, runtime.attempts, launcher, lambda: now_ms)
    return reaper.run(now_ms + 1)


@pytest.fixture
def generation(runtime: Runtime) -> Generation:
    account = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS)
    grant(runtime.wallets, account_id=account.account_id, amount=PRICE, reference="welcome", now_ms=NOW_MS)
    order = Order(
        account_id=account.account_id,
        plan="enterprise",
        surface="babysea",
        model="bfl/flux-schnell",
        media_type=MediaType.IMAGE,
        params={},
        providers=("replicate", "fal"),
        price=PRICE,
        hold_s=1800,
    )
    return submit(runtime.generations, order, NOW_MS).generation


def test_a_generation_whose_execution_never_began_is_launched(
    runtime: Runtime, launcher: Launcher, machine: Machine, generation: Generation
) -> None:
    assert reap(runtime, launcher, NOW_MS + 2 * MINUTE_MS).reaped == 1
    assert machine.started[generation.generation_id] == {
        "account_id": generation.account_id,
        "generation_id": generation.generation_id,
        "number": 1,
        "providers_total": 2,
        "attempt_timeout_s": 480,
    }


def test_a_generation_that_is_being_taken_care_of_is_left_alone(
    runtime: Runtime, launcher: Launcher, generation: Generation
) -> None:
    launcher.launch(generation)
    assert reap(runtime, launcher, NOW_MS + 2 * MINUTE_MS).reaped == 0


def test_a_young_generation_is_left_alone(
    runtime: Runtime, launcher: Launcher, machine: Machine, generation: Generation
) -> None:
    assert reap(runtime, launcher, NOW_MS + 1000).reaped == 0
    assert not machine.started


def test_a_generation_that_outlived_its_hold_ends_and_its_price_is_given_back(
    runtime: Runtime, launcher: Launcher, generation: Generation
) -> None:
    launcher.launch(generation)
    assert reap(runtime, launcher, NOW_MS + 32 * MINUTE_MS).reaped == 1
    ended = runtime.generations.get(generation.account_id, generation.generation_id)
    account = runtime.wallets.get(generation.account_id)
    assert ended is not None
    assert account is not None
    assert ended.status is Status.FAILED
    assert (account.wallet.balance, account.wallet.held) == (PRICE, ZERO)


def test_an_account_with_nothing_in_flight_costs_no_search(
    runtime: Runtime, launcher: Launcher, machine: Machine, generation: Generation
) -> None:
    runtime.generations.settle(generation, Status.FAILED, Settlement.REFUND, changes={}, now_ms=NOW_MS + 1)
    assert reap(runtime, launcher, NOW_MS + 32 * MINUTE_MS).reaped == 0
    assert not machine.started


@pytest.mark.parametrize("hours", [3.1, 24, 240])
def test_however_late_it_comes_a_hold_ends(
    runtime: Runtime, launcher: Launcher, generation: Generation, hours: float
) -> None:
    assert reap(runtime, launcher, NOW_MS + int(hours * 60 * MINUTE_MS)).reaped == 1
    account = runtime.wallets.get(generation.account_id)
    assert account is not None
    assert (account.wallet.balance, account.wallet.held) == (PRICE, ZERO)


def test_a_generation_that_cannot_be_read_holds_up_no_other(
    runtime: Runtime, launcher: Launcher, machine: Machine, generation: Generation
) -> None:
    account = generation.account_id
    grant(runtime.wallets, account_id=account, amount=PRICE, reference="more", now_ms=NOW_MS)
    broken = replace(generation, generation_id="00000000-0000-7000-8000-000000000000")
    runtime.generations.create(broken)
    runtime.dynamodb.update_item(
        TableName="generations",
        Key={"pk": {"S": account}, "sk": {"S": broken.generation_id}},
        UpdateExpression="SET media_type = :unknown",
        ExpressionAttributeValues={":unknown": {"S": "hologram"}},
    )
    harvest = reap(runtime, launcher, NOW_MS + 2 * MINUTE_MS)
    assert harvest.failed == [broken.generation_id]
    assert list(machine.started) == [generation.generation_id]


def test_an_account_that_cannot_be_read_holds_up_no_other(
    runtime: Runtime, launcher: Launcher, machine: Machine, generation: Generation
) -> None:
    broken = [create_account(runtime.wallets, name="Broken", now_ms=NOW_MS).account_id for _ in range(3)]
    for account_id in broken:
        runtime.dynamodb.update_item(
            TableName="wallets",
            Key={"account_id": {"S": account_id}, "item": {"S": "wallet"}},
            UpdateExpression="REMOVE #plan",
            ExpressionAttributeNames={"#plan": "plan"},
        )
    harvest = reap(runtime, launcher, NOW_MS + 2 * MINUTE_MS)
    assert sorted(harvest.failed) == sorted(broken)
    assert list(machine.started) == [generation.generation_id]


def test_a_run_ends_in_time_and_says_what_it_left(
    runtime: Runtime, launcher: Launcher, generation: Generation
) -> None:
    reaper = Reaper(
        runtime.wallets, runtime.generations, runtime.attempts, launcher, lambda: NOW_MS + 2 * MINUTE_MS
    )
    assert reaper.run(NOW_MS).skipped_accounts == 1


def test_a_generation_whose_execution_died_goes_on_in_another(
    runtime: Runtime, launcher: Launcher, machine: Machine, generation: Generation
) -> None:
    launcher.launch(generation)
    machine.states[generation.generation_id] = "FAILED"
    now_ms = NOW_MS + 2 * MINUTE_MS
    assert reap(runtime, launcher, now_ms).reaped == 1
    assert machine.started[f"{generation.generation_id}-2"]["number"] == 1
    assert reap(runtime, launcher, now_ms).reaped == 0


@pytest.mark.parametrize(
    "went_on",
    [(AttemptStatus.SUBMITTED, 1), (AttemptStatus.ORPHANED, 2), (AttemptStatus.FAILED, 2)],
    ids=["submitted", "orphaned", "failed"],
)
def test_another_execution_goes_on_where_the_first_one_was(
    runtime: Runtime, machine: Machine, generation: Generation, went_on: tuple[AttemptStatus, int]
) -> None:
    status, number = went_on
    launcher = Launcher(machine, DEFAULT_BUDGETS)  # type: ignore[arg-type]
    runtime.generations.attempts.create(_attempt(generation, status))
    launcher.launch(generation)
    machine.states[generation.generation_id] = "FAILED"
    reap(runtime, launcher, NOW_MS + 2 * MINUTE_MS)
    assert machine.started[f"{generation.generation_id}-2"]["number"] == number


def test_a_generation_whose_providers_are_all_out_ends_although_its_execution_died(
    runtime: Runtime, launcher: Launcher, machine: Machine, generation: Generation
) -> None:
    for number in (1, 2):
        failed = replace(_attempt(generation, AttemptStatus.FAILED), number=number)
        runtime.generations.attempts.create(failed)
    launcher.launch(generation)
    machine.states[generation.generation_id] = "ABORTED"
    assert reap(runtime, launcher, NOW_MS + 2 * MINUTE_MS).reaped == 1
    ended = runtime.generations.get(generation.account_id, generation.generation_id)
    assert ended is not None
    assert ended.status is Status.FAILED


def _attempt(generation: Generation, status: AttemptStatus) -> Attempt:
    return Attempt(
        account_id=generation.account_id,
        generation_id=generation.generation_id,
        number=1,
        provider="replicate",
        status=status,
        callback_token="token",
        cost=ZERO,
        started_at_ms=NOW_MS,
        deadline_ms=NOW_MS + MINUTE_MS,
        lease_until_ms=NOW_MS,
        owner="worker",
    )
