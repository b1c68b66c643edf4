"""Attempts when things overlap: twins, late messages, repeated writes, callbacks at a bad moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from tests.integration.attempts.scripted import ScriptedProvider
from tests.integration.attempts.world import PRICE, START_MS, World
from tidegate.adapters.providers.protocol import OutcomeUnknown
from tidegate.domain.attempt import Accepted, Failed, Job, Prediction, Running, Succeeded
from tidegate.domain.generation import Status
from tidegate.domain.money import ZERO
from tidegate.runtime import Runtime
from tidegate.usecases.attempts.handle import handle
from tidegate.usecases.attempts.job import build_job

CHARGED = (PRICE * 9, ZERO, 0)


def _message(world: World, kind: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "account_id": world.account_id,
        "generation_id": world.generation.generation_id,
        "number": number,
        **fields,
    }


def test_a_callback_before_a_lost_answer_keeps_somebody_asking(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate", ["lost"], polls=2)
    world = World(runtime, provider)
    submit = provider.submit

    def call_back_then_lose_the_answer(job: Job) -> Accepted | Succeeded:
        with pytest.raises(OutcomeUnknown):
            submit(job)
        handle(world.context, _message(world, "callback", prediction_id="replicate-1"))
        raise OutcomeUnknown

    provider.submit = call_back_then_lose_the_answer  # type: ignore[method-assign]
    ended = world.run()
    assert ended.status is Status.SUCCEEDED
    assert (ended.completed_at_ms or 0) < START_MS + 30_000  # long before the hold's end
    assert world.books() == CHARGED


def test_an_orphans_final_failure_does_not_end_what_another_provider_serves(runtime: Runtime) -> None:
    first = ScriptedProvider("replicate", ["stuck"])
    world = World(runtime, first, ScriptedProvider("fal", polls=9))
    world.run(until=lambda: world.trail()[:1] == [("replicate", "orphaned")] and len(world.trail()) == 2)
    first.jobs["replicate-1"] = "moderated"
    world.callback(1, "replicate-1")
    assert world.run().provider_used == "fal"
    assert world.trail() == [("replicate", "failed"), ("fal", "used")]
    assert world.books() == CHARGED


def _repeating(call: Callable[..., Any]) -> Callable[..., Any]:
    """The store applies a write, its answer is lost, and botocore sends the same write again."""

    def twice(**request: Any) -> Any:
        call(**request)
        return call(**request)

    return twice


def test_a_write_that_botocore_repeats_is_recognised_as_our_own(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate", ["500"])
    world = World(runtime, provider)
    with (
        patch.object(runtime.dynamodb, "put_item", _repeating(runtime.dynamodb.put_item)),
        patch.object(runtime.dynamodb, "update_item", _repeating(runtime.dynamodb.update_item)),
    ):
        ended = world.run()
    assert ended.status is Status.SUCCEEDED
    assert provider.submits == 2
    assert (ended.completed_at_ms or 0) < START_MS + 30_000
    assert world.books() == CHARGED


def test_two_recoveries_of_one_attempt_send_the_job_once(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate", ["unreachable"])
    world = World(runtime, provider)
    search, twin = provider.search, _message(world, "start", task_token="token-1")
    recovering: list[bool] = []

    def search_while_a_twin_recovers(job: Job, since_ms: int, until_ms: int) -> Prediction | None:
        if not recovering:
            recovering.append(True)
            handle(world.context, twin)
        return search(job, since_ms, until_ms)

    provider.search = search_while_a_twin_recovers  # type: ignore[method-assign]
    assert world.run().status is Status.SUCCEEDED
    assert len(provider.jobs) == 1
    assert world.books() == CHARGED


def test_a_start_that_comes_after_the_machine_has_moved_on_is_not_sent(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate")
    world = World(runtime, provider)
    entered = datetime.fromtimestamp(START_MS / 1000 - 300, UTC).isoformat().replace("+00:00", "Z")
    handle(world.context, _message(world, "start", task_token="token-0", entered_at=entered, timeout_s=210))
    assert provider.submits == 0
    assert world.trail() == []


def test_a_providers_wish_to_wait_does_not_outlast_the_attempts_deadline(runtime: Runtime) -> None:
    first = ScriptedProvider("replicate", ["stuck"])
    world = World(runtime, first, ScriptedProvider("fal"))

    def busy(prediction: Prediction) -> Running | Succeeded | Failed:
        return Running(retry_after_s=3600)

    first.poll = busy  # type: ignore[method-assign]
    assert world.run(until=lambda: len(world.trail()) == 2).status is Status.PROCESSING
    assert world.now_ms < START_MS + 70_000
    assert first.canceled == {"replicate-1"}


def test_a_second_token_of_the_machine_is_answered_too(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate", polls=5))
    world.run(until=lambda: world.trail() == [("replicate", "submitted")])
    world._tokens["token-again"] = 1
    handle(world.context, _message(world, "start", task_token="token-again"))
    world.run()
    assert {"token-1", "token-again"} <= world._answered


def test_only_a_seed_of_our_own_makes_a_job_searchable(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate"))
    world.run()
    (attempt,) = runtime.generations.attempts.of(world.generation.generation_id)
    ours = build_job(world.context, world.generation, attempt)
    assert ours.searchable
    assert ours == build_job(world.context, world.generation, attempt)
    chosen = replace(world.generation, params={**world.generation.params, "generation_seed": 42})
    theirs = build_job(world.context, chosen, attempt)
    assert not theirs.searchable
    assert theirs.input["seed"] == 42


def test_what_the_catalogue_no_longer_allows_fails_over(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("fal"))
    params = {**world.generation.params, "generation_ratio": "32:9"}
    runtime.dynamodb.update_item(
        TableName="generations",
        Key={"pk": {"S": world.account_id}, "sk": {"S": world.generation.generation_id}},
        UpdateExpression="SET params.generation_ratio = :ratio",
        ExpressionAttributeValues={":ratio": {"S": params["generation_ratio"]}},
    )
    ended = world.run()
    assert (ended.status, ended.error_code) == (Status.FAILED, "provider_model_unavailable")
    assert world.books() == (PRICE * 10, ZERO, 0)


def test_an_empty_account_at_a_provider_alerts_the_operator(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate", ["402"]), ScriptedProvider("fal", ["401"]))
    world.run()
    assert world.alerts == [
        ("replicate", "provider_credits_exhausted"),
        ("fal", "provider_auth"),
    ]


def test_a_lost_poll_chain_is_taken_up_again_when_all_providers_are_out(runtime: Runtime) -> None:
    first = ScriptedProvider("replicate", ["stuck"])
    world = World(runtime, first)
    world.run(until=lambda: world.trail() == [("replicate", "orphaned")])
    world.lose("poll")
    first.jobs["replicate-1"] = "ok"
    assert world.run().status is Status.SUCCEEDED
    assert world.books() == CHARGED


def test_an_error_answer_after_a_committed_submit_is_looked_up(runtime: Runtime) -> None:
    write = runtime.dynamodb.transact_write_items

    def commit_then_fail(**request: Any) -> None:
        write(**request)
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "TransactWriteItems")

    world = World(runtime, ScriptedProvider("replicate"))
    with patch.object(runtime.dynamodb, "transact_write_items", commit_then_fail):
        again = world.submit_another()
    assert runtime.generations.get(world.account_id, again.generation_id) == again
    assert world.books() == (PRICE * 8, PRICE * 2, 2)


def test_what_a_provider_says_after_its_deadline_is_told_as_a_timeout(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate", ["stuck"])
    world = World(runtime, provider)
    world.run(until=lambda: world.trail() == [("replicate", "orphaned")])
    provider.jobs["replicate-1"] = "failed"  # our own cancel comes back as its failure
    ended = world.run()
    assert (ended.status, ended.error_code) == (Status.FAILED, "provider_timeout")
    assert world.books() == (PRICE * 10, ZERO, 0)


def test_an_output_that_can_never_be_fetched_fails_over_at_the_deadline(runtime: Runtime) -> None:
    world = World(runtime, ScriptedProvider("replicate"), ScriptedProvider("fal"))
    world.unreachable = {"replicate"}
    ended = world.run()
    assert (ended.status, ended.provider_used) == (Status.SUCCEEDED, "fal")
    assert world.trail() == [("replicate", "failed"), ("fal", "used")]
    assert (ended.completed_at_ms or 0) < START_MS + 90_000
    assert world.books() == CHARGED


@pytest.mark.parametrize(("first", "second"), [("402", "401"), ("429", "404")])
def test_how_our_account_at_a_provider_stands_is_not_told_to_customers(
    runtime: Runtime, first: str, second: str
) -> None:
    world = World(runtime, ScriptedProvider("replicate", [first]), ScriptedProvider("fal", [second]))
    told = str(world.run().error_message)
    assert first not in told
    assert second not in told
    assert told.count("not available at the moment") == 2
