"""A provider that is passed over: written down, so that a copy of the message does not think otherwise."""

from __future__ import annotations

from tests.integration.attempts.test_attempts import CHARGED, REFUNDED
from tests.integration.attempts.world import ScriptedProvider, World
from tidegate.domain.generation import Status
from tidegate.runtime import Runtime


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


def test_who_was_passed_over_is_told_when_everybody_else_fails(runtime: Runtime) -> None:
    world = _world(runtime, script=("failed",) * 9)
    ended = world.run()
    assert ended.status is Status.FAILED
    assert "replicate: not asked: it fails too often" in str(ended.error_message)
    assert world.books() == REFUNDED
