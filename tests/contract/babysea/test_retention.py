"""Retention by plan, as a caller of the wire meets it (contracts: BabySea §9)."""

from __future__ import annotations

import pytest

from tests.contract.babysea.gateway import NOW_MS, Gateway
from tidegate.domain.generation import Status
from tidegate.domain.retention import retentions_from

DAY_MS = 86_400_000


@pytest.fixture
def hosted(gateway: Gateway) -> Gateway:
    """A gateway whose operator keeps things as the hosted product does."""
    gateway.runtime.__dict__["retentions"] = retentions_from("hosted")
    return gateway


@pytest.mark.parametrize(
    ("plan", "days"), [("free", 1), ("starter", 7), ("pro", 30), ("scale", 180), ("enterprise", 365)]
)
def test_a_record_is_there_for_its_plans_time_and_then_not_found(
    hosted: Gateway, plan: str, days: int
) -> None:
    account_id, token = hosted.open_account("1", plan)
    hosted.account_id, hosted.token = account_id, token
    generation_id = hosted.generate().data["generation_id"]
    hosted.end(generation_id, Status.FAILED, error_code="all_providers_failed")
    ended_ms = NOW_MS + 3_500
    hosted.runtime.time_ms = ended_ms + days * DAY_MS
    assert hosted.get(generation_id).data["generation_id"] == generation_id
    assert hosted.list().body["total"] == 1
    hosted.runtime.time_ms = ended_ms + days * DAY_MS * 25 // 24
    for reply in (hosted.get(generation_id), hosted.cancel(generation_id), hosted.delete(generation_id)):
        assert (reply.status, reply.error["code"]) == (404, "BSE3001")
    assert (hosted.list().body["total"], hosted.list().data["generations"]) == (0, [])


def test_a_change_of_plan_changes_nothing_that_was_promised(hosted: Gateway) -> None:
    _, token = hosted.open_account("1", "free")
    generation_id = hosted.generate(token=token).data["generation_id"]
    account_id = hosted.get(generation_id, token=token).data["account_id"]
    hosted.runtime.wallets.set_plan(account_id, "enterprise")
    stored = hosted.runtime.generations.get(account_id, generation_id)
    assert stored is not None
    assert str(stored.retention) == "1h:1d"


def test_what_has_not_ended_never_lapses(hosted: Gateway) -> None:
    generation_id = hosted.generate().data["generation_id"]
    hosted.runtime.time_ms += 1_000 * DAY_MS
    assert hosted.get(generation_id).data["generation_status"] == "pending"
    assert hosted.list().body["total"] == 1
