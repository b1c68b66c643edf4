"""A provider that has as many jobs as it may: the next one serves; the last one is waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.attempts.scripted import ScriptedProvider
from tests.integration.attempts.test_attempts import CHARGED, REFUNDED
from tests.integration.attempts.world import MACHINE_WAITS_S, START_MS, World
from tidegate.domain.generation import Status
from tidegate.runtime import Runtime
from tidegate.usecases.attempts.start import BUSY_WAIT_S
from tidegate.usecases.cancel import cancel


def _world(runtime: Runtime, *names: str, duplicate: bool = False) -> World:
    return World(runtime, *map(ScriptedProvider, names), duplicate=duplicate)


@pytest.mark.parametrize("duplicate", [False, True])
def test_the_next_provider_serves(runtime: Runtime, duplicate: bool) -> None:  # noqa: FBT001
    world = _world(runtime, "replicate", "fal", duplicate=duplicate)
    world.busy_until_ms = {"replicate": START_MS * 2}
    assert world.run().provider_used == "fal"
    assert world.trail() == [("replicate", "skipped"), ("fal", "used")]
    assert world.books() == CHARGED


@pytest.mark.parametrize("duplicate", [False, True])
def test_the_last_one_is_waited_for_and_has_all_its_time_then(
    runtime: Runtime,
    duplicate: bool,  # noqa: FBT001
) -> None:
    world = _world(runtime, "replicate", duplicate=duplicate)
    waits_s = 2 * BUSY_WAIT_S if duplicate else MACHINE_WAITS_S - 2 * BUSY_WAIT_S  # each copy has copies
    free_ms = START_MS + waits_s * 1000
    world.busy_until_ms = {"replicate": free_ms}
    assert world.run().provider_used == "replicate"
    assert world.trail() == [("replicate", "used")]
    assert world.providers["replicate"].submits == 1
    assert world.books() == CHARGED


def test_one_that_stays_busy_fails_and_costs_nothing(runtime: Runtime) -> None:
    world = _world(runtime, "replicate")
    world.busy_until_ms = {"replicate": START_MS * 2}
    assert world.run().status is Status.FAILED
    assert world.trail() == [("replicate", "skipped")]
    assert world.now_ms - START_MS <= MACHINE_WAITS_S * 1000
    assert world.books() == REFUNDED


def test_a_cancelled_generation_is_not_waited_for(runtime: Runtime) -> None:
    world = _world(runtime, "replicate")
    world.busy_until_ms = {"replicate": START_MS * 2}
    world.run(until=lambda: world.now_ms > START_MS + 20_000)
    cancel(
        runtime.generations,
        runtime.attempts,
        account_id=world.account_id,
        generation_id=world.generation.generation_id,
        now_ms=world.now_ms,
    )
    assert world.run().status is Status.CANCELED
    assert world.trail() == []
    assert world.books() == REFUNDED


def test_a_twin_that_comes_second_leaves_the_place_that_it_took(runtime: Runtime) -> None:
    world = _world(runtime, "replicate", duplicate=True)
    take = world.context.take_place

    def while_a_twin_begins(provider: str, at_ms: int) -> bool:
        world.context = replace(world.context, take_place=take)
        world.run(until=lambda: bool(world.trail()))
        return take(provider, at_ms)

    world.context = replace(world.context, take_place=while_a_twin_begins)
    assert world.run().provider_used == "replicate"
    assert world.providers["replicate"].submits == 1
    assert world.places == {"replicate": 1}


def test_a_crash_at_any_side_effect_changes_nothing(runtime: Runtime) -> None:
    def busy() -> World:
        world = _world(runtime, "replicate")
        world.busy_until_ms = {"replicate": START_MS + 12_000}
        return world

    smooth = busy()
    smooth.run()
    for crash_at in range(1, smooth.effects + 1):
        world = busy()
        world.crash_at = crash_at
        assert world.run().provider_used == "replicate", f"crash at {crash_at}"
        assert world.books() == CHARGED
