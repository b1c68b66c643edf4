"""A provider that is passed over: written down, so that a copy of the message does not think otherwise."""

from __future__ import annotations

from tests.integration.attempts.scripted import ScriptedProvider
from tests.integration.attempts.test_attempts import CHARGED, REFUNDED
from tests.integration.attempts.world import World
from tidegate.domain.generation import Status
from tidegate.runtime import Runtime
from tidegate.usecases.conclude import NOT_AVAILABLE
from tidegate.usecases.steering import SPENT


def _world(runtime: Runtime, *, duplicate: bool = False, script: tuple[str, ...] = ()) -> World:
    providers = ScriptedProvider("replicate"), ScriptedProvider("fal", list(script))
    world = World(runtime, *providers, duplicate=duplicate)
    world.shut = {"replicate"}
    return world


def test_the_next_provider_serves(runtime: Runtime) -> None:
    for duplicate in (False, True):
        world = _world(runtime, duplicate=duplicate)
        assert world.run().provider_used == "fal"
        assert world.trail() == [("replicate", "skipped"), ("fal", "used")]
        assert world.providers["replicate"].submits == 0
        assert world.books() == CHARGED


def test_the_last_provider_is_tried_in_any_case(runtime: Runtime) -> None:
    world = _world(runtime)
    world.shut = {"replicate", "fal"}
    assert world.run().provider_used == "fal"


def test_a_late_copy_of_the_message_sends_nothing_even_if_the_provider_is_back(runtime: Runtime) -> None:
    world = _world(runtime)
    world.run(until=lambda: len(world.trail()) == 1)
    world.shut = set()
    world._enter_attempt(1)
    assert world.run().provider_used == "fal"
    assert world.providers["replicate"].submits == 0


def test_a_crash_at_any_side_effect_changes_nothing(runtime: Runtime) -> None:
    smooth = _world(runtime)
    smooth.run()
    for crash_at in range(1, smooth.effects + 1):
        world = _world(runtime)
        world.crash_at = crash_at
        assert world.run().provider_used == "fal", f"crash at {crash_at}"
        assert world.books() == CHARGED
        assert world.ended


def test_who_was_passed_over_is_told_when_everybody_else_fails_but_not_why(runtime: Runtime) -> None:
    for reason in ("shut", "over_budget"):
        world = _world(runtime, script=("failed",) * 9)
        setattr(world, reason, {"replicate"})
        ended = world.run()
        assert ended.status is Status.FAILED
        told = "All 2 providers failed. replicate: not available at the moment; fal: the model failed"
        assert ended.error_message == told
        assert [failure.message for failure in ended.provider_failures] == [NOT_AVAILABLE, "the model failed"]
        assert world.books() == REFUNDED


def test_a_budget_that_is_used_up_is_no_customers_business(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate"))
    world.over_budget = {"replicate"}
    assert world.run().error_message == NOT_AVAILABLE
    attempt = runtime.generations.attempts.of(world.generation.generation_id)[0]
    assert attempt.failure is not None
    assert SPENT in attempt.failure.message
    assert world.books() == REFUNDED


def test_a_key_that_is_missing_is_no_customers_business(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate"))
    del world.providers["replicate"]
    world._names = lambda: ("replicate",)  # type: ignore[method-assign]
    assert world.run().error_message == NOT_AVAILABLE
    assert world.books() == REFUNDED
