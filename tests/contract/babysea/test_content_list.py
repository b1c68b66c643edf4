"""GET /v1/content/list (contracts §1.8)."""

from __future__ import annotations

import pytest

from tests.contract.babysea.gateway import NOW_MS, Clock, Gateway
from tidegate.domain.generation import Status


def _generate(gateway: Gateway, number: int) -> list[str]:
    """Make generations a millisecond apart; return their ids, newest first."""
    ids = []
    for step in range(number):
        gateway.runtime.time_ms = NOW_MS + step
        ids.append(gateway.generate().data["generation_id"])
    return ids[::-1]


def _ids(gateway: Gateway, **query: object) -> list[str]:
    return [entry["generation_id"] for entry in gateway.list(query).data["generations"]]


def test_a_list_carries_its_numbers_beside_the_data(gateway: Gateway) -> None:
    newest, oldest = _generate(gateway, 2)
    reply = gateway.list()
    assert reply.status == 200
    assert list(reply.body) == [
        "status",
        "request_id",
        "message",
        "timestamp",
        "data",
        "total",
        "limit",
        "offset",
    ]
    assert (reply.body["total"], reply.body["limit"], reply.body["offset"]) == (2, 50, 0)
    assert reply.data.keys() == {"generations"}
    assert reply.data["generations"] == [gateway.get(newest).data, gateway.get(oldest).data]


def test_an_account_without_generations_has_an_empty_list(gateway: Gateway) -> None:
    reply = gateway.list({"offset": 5})
    assert (reply.data, reply.body["total"], reply.body["offset"]) == ({"generations": []}, 0, 5)


def test_pages_follow_each_other_without_a_gap(gateway: Gateway) -> None:
    ids = _generate(gateway, 7)
    for limit in (1, 2, 3, 7, 100):
        walked: list[str] = []
        while len(walked) < gateway.list().body["total"]:  # as the SDK's users do (seed 001)
            walked += _ids(gateway, limit=limit, offset=len(walked))
        assert walked == ids


@pytest.mark.parametrize(
    ("query", "limit", "offset"),
    [
        ({"limit": 100}, 100, 0),
        ({"limit": 101}, 100, 0),
        ({"limit": 0}, 1, 0),
        ({"limit": -3}, 1, 0),
        ({"offset": -1}, 50, 0),
        ({"offset": 3}, 50, 3),
        ({"offset": "9" * 5_000}, 50, 1_000_000_000),
    ],
)
def test_numbers_are_moved_into_their_range(
    gateway: Gateway, query: dict[str, object], limit: int, offset: int
) -> None:
    body = gateway.list(query).body
    assert (body["limit"], body["offset"]) == (limit, offset)


@pytest.mark.parametrize("query", [{"limit": "all"}, {"offset": "1.5"}, {"limit": ""}])
def test_what_is_no_number_is_refused_by_name(gateway: Gateway, query: dict[str, object]) -> None:
    reply = gateway.list(query)
    assert (reply.status, reply.error["code"]) == (400, "BSE2001")
    assert [reply.error["details"]["field"]] == list(query)


def test_the_total_counts_what_was_accepted_and_nothing_else(runtime: Clock) -> None:
    gateway = Gateway(runtime, "0.015")
    ids = [gateway.generate().data["generation_id"] for _ in range(3)]
    assert gateway.generate().error["code"] == "BSE1004"
    assert gateway.list().body["total"] == 3
    gateway.cancel(ids[0])
    gateway.end(ids[1], Status.FAILED, error_code="all_providers_failed")
    gateway.succeed(ids[2])
    gateway.delete(ids[2])
    assert gateway.list().body["total"] == 3
    assert len(_ids(gateway)) == 3


def test_a_replay_is_counted_once(gateway: Gateway) -> None:
    for _ in range(3):
        gateway.generate(headers={"idempotency-key": "order-1"})
    assert gateway.list().body["total"] == 1
    assert len(_ids(gateway)) == 1


def test_files_past_their_retention_are_removed(gateway: Gateway) -> None:
    (generation_id,) = _generate(gateway, 1)
    gateway.succeed(generation_id)
    assert gateway.list().data["generations"][0]["generation_output_file"]
    gateway.runtime.time_ms = NOW_MS + 8 * 86_400_000
    (shown,) = gateway.list().data["generations"]
    assert (shown["generation_output_file"], shown["generation_removed"]) == (None, True)


def test_listing_needs_the_right_to_read(gateway: Gateway) -> None:
    reply = gateway.list(token=gateway.add_key(scopes=("generation:write",)))
    assert (reply.status, reply.error["code"]) == (403, "BSE1003")
