"""Test mode: every scripted outcome runs through the real pipeline, and no provider hears of it."""

from __future__ import annotations

import pytest

from tests.integration.attempts.sandbox_world import SandboxWorld
from tests.integration.attempts.world import PRICE
from tidegate.domain.attempt import AttemptStatus
from tidegate.domain.generation import Status
from tidegate.domain.money import ZERO
from tidegate.domain.scripts import WORDS
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.errors import generation_error_code
from tidegate.usecases.cancel import cancel

FIRST = [("replicate", "used")]
# script → status, error code on the wire (two providers, one provider), attempts of two providers
ENDINGS: dict[str, tuple[str, str | None, str | None, list[tuple[str, str]]]] = {
    "success": ("succeeded", None, None, FIRST),
    "slow=5": ("succeeded", None, None, FIRST),
    "fail": ("failed", "BSE2001", "BSE2001", [("replicate", "failed")]),
    "moderation": ("failed", "BSE4007", "BSE4007", [("replicate", "failed")]),
    "error": ("failed", "BSE4006", "BSE4001", [("replicate", "failed"), ("fal", "failed")]),
    "bad_output": ("failed", "BSE4006", "BSE4008", [("replicate", "failed"), ("fal", "failed")]),
    "failover": ("succeeded", None, "BSE4004", [("replicate", "failed"), ("fal", "used")]),
    "all_fail": ("failed", "BSE4006", "BSE4004", [("replicate", "failed"), ("fal", "failed")]),
    "out_of_funds": ("failed", "BSE4006", "BSE4005", [("replicate", "failed"), ("fal", "failed")]),
    "rate_limited": ("failed", "BSE4006", "BSE4003", [("replicate", "failed"), ("fal", "failed")]),
    "timeout": ("failed", "BSE4006", "BSE4002", [("replicate", "failed"), ("fal", "failed")]),
    "timeout=3": ("failed", "BSE4006", "BSE4002", [("replicate", "failed"), ("fal", "failed")]),
    "lost": ("succeeded", None, None, FIRST),
    "late": ("succeeded", None, None, [("replicate", "used"), ("fal", "discarded")]),
    "late=3": ("succeeded", None, None, [("replicate", "used"), ("fal", "discarded")]),
}


def _check(world: SandboxWorld, status: str, code: str | None) -> None:
    ended = world.run()
    assert ended.status == status
    assert (generation_error_code(ended.error_code) if ended.error_code else None) == code
    assert world.spent == (PRICE if status == "succeeded" else ZERO)
    assert world.books()[1:] == (ZERO, 0)
    assert len(ended.outputs) == (1 if status == "succeeded" else 0)
    assert world.asked_nobody()
    assert world.alerts == []


def test_the_table_names_every_outcome() -> None:
    assert {script.partition("=")[0] for script in ENDINGS} == {
        w.name for w in WORDS.values() if not w.is_refusal
    }


@pytest.mark.parametrize("script", ENDINGS)
def test_an_outcome_is_what_was_asked_for(runtime: Runtime, script: str) -> None:
    status, code, _, trail = ENDINGS[script]
    world = SandboxWorld(runtime, script, "replicate", "fal")
    _check(world, status, code)
    assert world.trail() == trail


@pytest.mark.parametrize("script", ENDINGS)
def test_a_single_provider_shows_its_own_failure(runtime: Runtime, script: str) -> None:
    _, _, code, _ = ENDINGS[script]
    _check(SandboxWorld(runtime, script, "replicate"), "failed" if code else "succeeded", code)


@pytest.mark.parametrize("script", ["failover", "lost", "late=3", "timeout=3"])
def test_every_message_twice_changes_nothing(runtime: Runtime, script: str) -> None:
    status, code, _, _ = ENDINGS[script]
    _check(SandboxWorld(runtime, script, "replicate", "fal", duplicate=True), status, code)


@pytest.mark.parametrize(
    ("script", "least", "most"),
    [
        ("success", 1, 2),
        ("slow=5", 5, 7),
        ("lost", 5, 8),
        ("timeout=3", 6, 30),
        ("late=3", 5, 8),
        ("late", 62, 65),
    ],
)
def test_it_takes_as_long_as_was_asked_for(runtime: Runtime, script: str, least: float, most: float) -> None:
    world = SandboxWorld(runtime, script, "replicate", "fal")
    world.run()
    assert least <= world.seconds <= most


def test_attempts_and_generation_say_that_they_are_tests(runtime: Runtime) -> None:
    world = SandboxWorld(runtime, "failover", "replicate", "fal")
    world.run()
    (generation,) = runtime.dynamodb.query(
        TableName="generations",
        KeyConditionExpression="pk = :account",
        ExpressionAttributeValues={":account": {"S": world.account_id}},
    )["Items"]
    assert generation["mode"] == {"S": "test"}
    assert generation["script"] == {"S": "failover"}
    attempts = runtime.generations.attempts.of(world.generation.generation_id)
    assert {attempt.mode.value for attempt in attempts} == {"test"}
    assert all(attempt.cost > ZERO for attempt in attempts)  # what a live one would cost


def test_a_test_can_be_canceled_while_it_runs(runtime: Runtime) -> None:
    world = SandboxWorld(runtime, "slow=30", "replicate", "fal")
    world.run(until=lambda: world.current().status is Status.PROCESSING)
    done = cancel(
        runtime.generations,
        world.context.queue,
        account_id=world.account_id,
        generation_id=world.generation.generation_id,
        now_ms=world.now_ms,
    )
    assert done.provider_cancel_sent
    assert world.run().status is Status.CANCELED
    assert world.trail() == [("replicate", "cancelled")]
    assert world.spent == ZERO
    assert world.asked_nobody()


def test_a_callback_may_overtake_the_submits_own_answer(runtime: Runtime) -> None:
    world = SandboxWorld(runtime, "success", "replicate")
    world.crash_at = 3  # the attempt is stored and called back, then its worker dies
    world.run()
    (attempt,) = runtime.generations.attempts.of(world.generation.generation_id)
    assert attempt.status is AttemptStatus.USED
    assert world.spent == PRICE


@pytest.mark.parametrize("script", ["failover", "late=3"])
def test_a_crash_at_any_point_ends_in_the_same_books(runtime: Runtime, script: str) -> None:
    status, code, _, _ = ENDINGS[script]
    calm = SandboxWorld(runtime, script, "replicate", "fal")
    calm.run()
    for point in range(1, calm.effects + 1):
        world = SandboxWorld(runtime, script, "replicate", "fal")
        world.crash_at = point
        _check(world, status, code)


def test_an_id_from_elsewhere_is_no_job_of_the_sandbox(runtime: Runtime) -> None:
    world = SandboxWorld(runtime, "slow=5", "replicate")
    world.run(until=lambda: world.current().status is Status.PROCESSING)
    (attempt,) = runtime.generations.attempts.of(world.generation.generation_id)
    provider = world.context.provider(world.current(), attempt)
    with pytest.raises(ValueError, match="not an id"):
        provider.poll(provider.adopt("native", "r8-1"))
