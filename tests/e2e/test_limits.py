"""A provider that may have one job of us at a time, on the deployed stack with its enforced roles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.customer import Customer
from tests.e2e.waiting import until
from tidegate.domain.load import Limit, under_way
from tidegate.runtime import Runtime
from tidegate.usecases.limit_providers import limit_provider

PROVIDER = "runway"  # of which other tests want one job at most
JOB = {"model": "runway/gen4-image", "generation_provider_order": PROVIDER}


@pytest.fixture
def one_at_a_time(deployed: Runtime) -> Iterator[None]:
    """Set the limit, and take it away again."""
    limit_provider(deployed.overrides, PROVIDER, Limit(concurrent=1), {PROVIDER})
    yield
    limit_provider(deployed.overrides, PROVIDER, None, {PROVIDER})


@pytest.mark.usefixtures("one_at_a_time")
def test_jobs_wait_for_their_place_and_all_are_served(customer: Customer, deployed: Runtime) -> None:
    def taken() -> int:
        return under_way(deployed.loads.minutes(PROVIDER, deployed.now_ms()))

    def is_noticed() -> bool:
        customer.finish(customer.generate("A seal", **JOB))
        minutes = deployed.loads.minutes(PROVIDER, deployed.now_ms())
        return any(minute.begun for minute in minutes.values())  # its place may be given back already

    until(is_noticed, "workers know of the limit", every_s=4.0)  # each try costs $0.065
    seals = [customer.generate(f"Seal {number}", **JOB) for number in range(2)]
    for generation_id in seals:
        assert customer.finish(generation_id)["generation_status"] == "succeeded"
        assert customer.trail(generation_id) == [(PROVIDER, "used")]
    both = (attempt for generation_id in seals for attempt in customer.attempts(generation_id))
    first, second = sorted(both, key=lambda attempt: attempt.started_at_ms)
    assert second.started_at_ms >= (first.resolved_at_ms or 0) > first.started_at_ms
    until(lambda: taken() == 0, "ended jobs have given their places back")
