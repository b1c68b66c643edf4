"""Attempts: every ending, every duplicate, every crash; the books are exact after each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.attempts.scripted import ScriptedProvider, synchronous
from tests.integration.attempts.world import PRICE, START_MS, WORKER_TIMEOUT_S, World
from tidegate.domain.attempt import Accepted, Job, MediaFile, Succeeded
from tidegate.domain.generation import Status
from tidegate.domain.money import ZERO
from tidegate.runtime import Runtime
from tidegate.usecases.attempts.handle import handle
from tidegate.usecases.cancel import cancel

CHARGED = (PRICE * 9, ZERO, 0)
REFUNDED = (PRICE * 10, ZERO, 0)
HELD = (PRICE * 9, PRICE, 1)


def test_a_generation_runs_on_the_first_provider_and_is_charged(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate"), ScriptedProvider("fal"))
    ended = world.run()
    assert ended.status is Status.SUCCEEDED
    assert (ended.provider_initialize, ended.provider_used) == ("replicate", "replicate")
    assert ended.predict_ms == 900
    assert len(ended.outputs) == 1
    assert world.trail() == [("replicate", "used")]
    assert world.books() == CHARGED


def test_the_time_of_a_provider_that_does_not_tell_it_is_not_known(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    untold = Succeeded((MediaFile(url="https://files.example.com/1.png"),))
    monkeypatch.setattr(ScriptedProvider, "_result", staticmethod(lambda: untold))
    ended = World(runtime, ScriptedProvider("replicate")).run()
    assert (ended.status, ended.predict_ms) == (Status.SUCCEEDED, None)


def test_a_synchronous_provider_needs_no_poll(runtime: Runtime) -> None:
    world = World(runtime, synchronous("replicate", ["sync"]))
    ended = world.run()
    assert ended.status is Status.SUCCEEDED
    assert (ended.provider_initialize, ended.provider_used) == ("replicate", "replicate")
    assert world.books() == CHARGED


def test_a_synchronous_submit_leaves_its_worker_the_time_to_store(runtime: Runtime) -> None:
    world = World(runtime, synchronous("replicate", ["sync"]), ScriptedProvider("fal"))
    assert world.context.submit_timeout_s(300) == WORKER_TIMEOUT_S / 2
    assert replace(world.context, worker_timeout_s=360).submit_timeout_s(300) == 300


@pytest.mark.parametrize("loss", ["lost", "crash"])
def test_a_lost_result_fails_over_at_once_and_keeps_no_money(runtime: Runtime, loss: str) -> None:
    world = World(runtime, synchronous("replicate", [loss]))
    ended = world.run()
    assert (ended.status, ended.error_code) == (Status.FAILED, "unknown_outcome")
    assert world.providers["replicate"].submits == 1
    assert world.trail() == [("replicate", "failed")]
    assert world.now_ms < ended.expires_at_ms
    assert world.books() == REFUNDED


@pytest.mark.parametrize("loss", ["lost", "crash"])
def test_a_lost_result_of_a_cheap_provider_is_asked_for_once_more(runtime: Runtime, loss: str) -> None:
    world = World(runtime, synchronous("replicate", [loss, "sync"], resendable=True))
    assert world.run().status is Status.SUCCEEDED
    assert world.providers["replicate"].submits == 2
    assert world.books() == CHARGED


def test_a_lost_result_is_asked_for_no_more_than_once_more(runtime: Runtime) -> None:
    cheap = synchronous("replicate", ["lost", "crash", "sync"], resendable=True)
    world = World(runtime, cheap, ScriptedProvider("fal"))
    assert world.run().provider_used == "fal"
    assert cheap.submits == 2
    assert world.trail() == [("replicate", "failed"), ("fal", "used")]
    assert world.books() == CHARGED


@pytest.mark.parametrize(
    ("script", "submits"),
    [(["500", "500"], 2), (["401"], 1), (["402"], 1), (["failed"], 1)],
    ids=["down", "bad key", "out of funds", "model failed"],
)
def test_a_provider_that_cannot_serve_is_left_for_the_next(
    runtime: Runtime, script: list[str], submits: int
) -> None:
    world = World(runtime, ScriptedProvider("replicate", script), ScriptedProvider("fal"))
    ended = world.run()
    assert (ended.status, ended.provider_used) == (Status.SUCCEEDED, "fal")
    assert world.providers["replicate"].submits == submits
    assert world.trail() == [("replicate", "failed"), ("fal", "used")]
    assert world.books() == CHARGED


def test_a_provider_that_is_down_for_a_moment_serves_on_the_second_try(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate", ["500"]), ScriptedProvider("fal"))
    assert world.run().provider_used == "replicate"
    assert world.trail() == [("replicate", "used")]


def test_a_provider_without_credentials_is_left_for_the_next(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate"), ScriptedProvider("fal"))
    del world.providers["replicate"]
    world.providers = {
        "gone": ScriptedProvider("gone"),
        **world.providers,
    }  # two providers remain in the order
    assert world.run().provider_used == "fal"


def test_when_all_providers_fail_the_price_is_given_back(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate", ["500"] * 2), ScriptedProvider("fal", ["failed"]))
    ended = world.run()
    assert (ended.status, ended.error_code) == (Status.FAILED, "all_providers_failed")
    assert "replicate: answered 500" in str(ended.error_message)
    assert [(told.provider, told.code) for told in ended.provider_failures] == [
        ("replicate", "provider_unavailable"),
        ("fal", "provider_error"),
    ]
    assert world.books() == REFUNDED


def test_a_single_provider_is_no_chain_to_tell_of(runtime: Runtime) -> None:
    ended = World(runtime, ScriptedProvider("replicate", ["failed"])).run()
    assert (ended.error_code, ended.provider_failures) == ("provider_error", ())


@pytest.mark.parametrize(("script", "code"), [("422", "invalid_input"), ("moderated", "content_policy")])
def test_what_nobody_should_try_ends_at_once(runtime: Runtime, script: str, code: str) -> None:
    world = World(runtime, ScriptedProvider("replicate", [script]), ScriptedProvider("fal"))
    ended = world.run()
    assert (ended.status, ended.error_code) == (Status.FAILED, code)
    assert world.providers["fal"].submits == 0
    assert world.books() == REFUNDED


def test_a_lost_answer_is_found_again_and_never_sent_twice(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate", ["lost"]), ScriptedProvider("fal"))
    assert world.run().provider_used == "replicate"
    assert world.providers["replicate"].submits == 1
    assert world.books() == CHARGED


def test_a_worker_killed_between_submit_and_save_never_submits_twice(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate", ["crash"]), ScriptedProvider("fal"))
    assert world.run().provider_used == "replicate"
    assert world.providers["replicate"].submits == 1
    assert world.books() == CHARGED


def test_a_submit_that_provably_never_arrived_is_sent_again(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate", ["unreachable"]), ScriptedProvider("fal"))
    assert world.run().provider_used == "replicate"
    assert world.providers["replicate"].submits == 2


def test_a_lost_answer_that_cannot_be_looked_for_leaves_an_orphan_and_fails_over(runtime: Runtime) -> None:
    first = ScriptedProvider("fal", ["lost"], searchable=False)
    world = World(runtime, first, ScriptedProvider("replicate"))
    assert world.run().provider_used == "replicate"
    assert first.submits == 1
    assert world.trail() == [("fal", "orphaned"), ("replicate", "used")]
    assert world.books() == CHARGED


def test_an_orphan_that_calls_back_in_time_serves_the_generation(runtime: Runtime) -> None:
    first = ScriptedProvider("fal", ["lost"], polls=0, searchable=False)
    world = World(runtime, first)
    world.run(until=lambda: world.trail() == [("fal", "orphaned")])
    assert world.books() == HELD
    world.callback(1, "fal-1")
    assert world.run().provider_used == "fal"
    assert world.books() == CHARGED


def test_a_callback_that_is_quicker_than_the_submits_own_answer_is_taken(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate")
    world = World(runtime, provider)
    submit = provider.submit

    def submit_and_call_back(job: Job) -> Accepted | Succeeded:
        accepted = submit(job)
        message = {
            "kind": "callback",
            "account_id": world.account_id,
            "generation_id": world.generation.generation_id,
            "number": 1,
            "prediction_id": "replicate-1",
        }
        handle(world.context, message)
        return accepted

    provider.submit = submit_and_call_back  # type: ignore[method-assign]
    assert world.run().status is Status.SUCCEEDED
    assert provider.canceled == set()
    assert world.books() == CHARGED


def test_the_hold_stays_until_its_expiry_while_an_orphan_may_answer(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("fal", ["lost"], searchable=False))
    world.run(until=lambda: world.now_ms > START_MS + 500_000)
    assert world.books() == HELD
    ended = world.run()
    assert (ended.status, ended.error_code) == (Status.FAILED, "provider_timeout")
    assert world.books() == REFUNDED


def test_an_orphan_that_outlives_the_hold_is_resolved_when_the_generation_ends(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate", ["stuck"])
    world = World(runtime, provider)
    provider.cancel = lambda prediction: prediction is not None  # type: ignore[method-assign]
    assert world.run().error_code == "provider_timeout"
    (attempt,) = runtime.generations.attempts.of(world.generation.generation_id)
    assert (attempt.status, attempt.resolved_at_ms is None) == ("discarded", False)
    assert world.books() == REFUNDED


def test_a_stuck_provider_is_left_at_its_deadline_and_told_to_stop(runtime: Runtime) -> None:
    first = ScriptedProvider("replicate", ["stuck"])
    world = World(runtime, first, ScriptedProvider("fal"))
    assert world.run().provider_used == "fal"
    assert first.canceled == {"replicate-1"}
    assert world.books() == CHARGED


def test_a_late_success_is_used_if_nobody_else_served(runtime: Runtime) -> None:
    slow = ScriptedProvider("replicate", polls=15)  # done after some 75 s: past its deadline
    world = World(runtime, slow, ScriptedProvider("fal", ["stuck"]))
    assert world.run().provider_used == "replicate"
    assert world.trail() == [("replicate", "used"), ("fal", "discarded")]
    assert world.books() == CHARGED


def test_a_success_after_cancel_is_discarded_and_not_charged(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate", polls=3)
    world = World(runtime, provider)
    world.run(until=lambda: world.current().status is Status.PROCESSING)
    canceled = cancel(
        runtime.generations,
        world.context.queue,
        account_id=world.account_id,
        generation_id=world.generation.generation_id,
        now_ms=world.now_ms,
    )
    assert canceled.provider_cancel_sent
    assert world.run().status is Status.CANCELED
    assert provider.canceled == {"replicate-1"}
    assert world.trail() == [("replicate", "cancelled")]
    assert world.books() == REFUNDED


def test_a_generation_canceled_before_it_began_never_reaches_a_provider(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate")
    world = World(runtime, provider)
    cancel(
        runtime.generations,
        world.context.queue,
        account_id=world.account_id,
        generation_id=world.generation.generation_id,
        now_ms=world.now_ms,
    )
    world.run()
    assert provider.submits == 0
    assert world.ended == ["succeeded"]


SCENARIOS = {
    "success": lambda: (ScriptedProvider("replicate"), ScriptedProvider("fal")),
    "failover": lambda: (ScriptedProvider("replicate", ["500"] * 9), ScriptedProvider("fal")),
    "model failed": lambda: (ScriptedProvider("replicate", ["failed"] * 9), ScriptedProvider("fal")),
    "moderated": lambda: (ScriptedProvider("replicate", ["moderated"] * 9), ScriptedProvider("fal")),
    "all fail": lambda: (ScriptedProvider("replicate", ["401"] * 9), ScriptedProvider("fal", ["failed"] * 9)),
    "lost": lambda: (ScriptedProvider("replicate", ["lost"]), ScriptedProvider("fal")),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_message_delivered_twice_changes_nothing(runtime: Runtime, name: str) -> None:
    once = World(runtime, *SCENARIOS[name]())
    twice = World(runtime, *SCENARIOS[name](), duplicate=True)
    assert twice.run().status == once.run().status
    assert twice.books() == once.books()
    assert twice.trail() == once.trail()
    for provider in once.providers:
        assert twice.providers[provider].submits == once.providers[provider].submits


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_crash_at_any_side_effect_changes_nothing_in_the_books(runtime: Runtime, name: str) -> None:
    smooth = World(runtime, *SCENARIOS[name]())
    expected = smooth.run()
    for crash_at in range(1, smooth.effects + 1):
        world = World(runtime, *SCENARIOS[name]())
        world.crash_at = crash_at
        ended = world.run()
        assert (ended.status, world.books()) == (expected.status, smooth.books()), f"crash at {crash_at}"
        assert ended.provider_used == expected.provider_used, f"crash at {crash_at}"
        assert world.ended, f"crash at {crash_at}: the machine was never told"


def test_a_crash_around_a_synchronous_answer_changes_nothing_in_the_books(runtime: Runtime) -> None:
    def providers() -> tuple[ScriptedProvider, ScriptedProvider]:
        return synchronous("replicate", ["sync"] * 9), ScriptedProvider("fal")

    smooth = World(runtime, *providers())
    smooth.run()
    for crash_at in range(1, smooth.effects + 1):
        world = World(runtime, *providers())
        world.crash_at = crash_at
        assert world.run().status is Status.SUCCEEDED, f"crash at {crash_at}"
        assert world.books() == CHARGED, f"crash at {crash_at}"
        assert world.providers["replicate"].submits <= 1, f"crash at {crash_at}"
        assert world.ended, f"crash at {crash_at}: the machine was never told"


def test_a_synchronous_start_that_comes_twice_is_sent_once(runtime: Runtime) -> None:
    world = World(runtime, synchronous("replicate", ["sync"] * 9), duplicate=True)
    assert world.run().status is Status.SUCCEEDED
    assert world.providers["replicate"].submits == 1
    assert world.books() == CHARGED
