"""A callback comes while a lost submit is looked for: whoever is second builds on what the first one did."""

from __future__ import annotations

from tests.integration.attempts.scripted import ScriptedProvider
from tests.integration.attempts.world import PRICE, World
from tidegate.adapters.providers.protocol import OutcomeUnknown
from tidegate.domain.attempt import Job, Prediction
from tidegate.domain.generation import Status
from tidegate.domain.money import ZERO
from tidegate.runtime import Runtime
from tidegate.usecases.attempts.handle import handle

CHARGED = (PRICE * 9, ZERO, 0)


def _message(world: World, kind: str, **fields: object) -> dict[str, object]:
    named = {"account_id": world.account_id, "generation_id": world.generation.generation_id, "number": 1}
    return {"kind": kind, **named, **fields}


def test_a_job_that_calls_back_during_a_search_without_an_answer_is_waited_for(runtime: Runtime) -> None:
    first, second = ScriptedProvider("replicate", ["lost"], polls=2), ScriptedProvider("fal")
    world = World(runtime, first, second)

    def call_back_then_do_not_answer(job: Job, since_ms: int, until_ms: int) -> Prediction | None:
        handle(world.context, _message(world, "callback", prediction_id="replicate-1"))
        raise OutcomeUnknown

    first.search = call_back_then_do_not_answer  # type: ignore[method-assign]
    assert world.run().provider_used == "replicate"
    assert second.submits == 0
    assert world.trail() == [("replicate", "used")]
    assert world.books() == CHARGED


def test_a_callback_that_a_recovery_overtakes_is_not_lost(runtime: Runtime) -> None:
    provider = ScriptedProvider("replicate", ["lost"], polls=2, searchable=False)
    world = World(runtime, provider)
    world.run(until=lambda: world.trail() == [("replicate", "submitting")])
    adopt, start = provider.adopt, _message(world, "start", task_token="token-1")

    def adopt_after_a_recovery(native_model: str, prediction_id: str) -> Prediction:
        if world.trail() == [("replicate", "submitting")]:
            world.now_ms += 10_000
            handle(world.context, start)
            assert world.trail() == [("replicate", "orphaned")]
        return adopt(native_model, prediction_id)

    provider.adopt = adopt_after_a_recovery  # type: ignore[method-assign]
    handle(world.context, _message(world, "callback", prediction_id="replicate-1"))
    ended = world.run()
    assert ended.status is Status.SUCCEEDED
    assert world.books() == CHARGED
