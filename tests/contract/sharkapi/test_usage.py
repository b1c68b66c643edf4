"""GET /v1/usage: past jobs for SharkApi's clients, counters for BabySea's, on one path."""

from __future__ import annotations

from typing import Any

import pytest

from functions.shared import usage
from tests.contract.babysea.events import event
from tests.contract.babysea.gateway import NOW, NOW_MS, Clock, Gateway
from tests.contract.sharkapi.client import Shark
from tidegate.domain.keys import Surface

DAY_MS = 86_400_000


def _summary(**changes: Any) -> dict[str, Any]:
    kinds = ("total", "successful", "failed", "moderated")
    none: dict[str, Any] = {f"{kind}_requests": 0 for kind in kinds}
    return {**none, "total_spend": "$0.00", "mode_1k_count": 0, "mode_2k_count": 0, **changes}


def test_an_account_without_jobs_has_an_empty_history(shark: Shark) -> None:
    reply = shark.usage()
    assert reply.status == 200
    assert reply.body == {"data": [], "total": 0, "limit": 20, "offset": 0, "summary": _summary()}


def test_a_history_tells_of_every_job_newest_first_and_what_they_cost(shark: Shark) -> None:
    ids = [shark.generate({"mode": mode, "prompt": f"A {mode}"}).body["job_id"] for mode in ("1k", "2k")]
    for at_ms, prompt in ((1, "Broken"), (2, "Refused")):
        shark.runtime.time_ms = NOW_MS + at_ms
        ids.append(shark.generate({"mode": "1k", "prompt": prompt}).body["job_id"])
    shark.runtime.time_ms = NOW_MS + 10
    key = shark.complete(ids[1])
    shark.fail(ids[2])
    shark.fail(ids[3], "content_policy")
    shown = {entry["job_id"]: entry for entry in shark.usage().body["data"]}
    assert list(shown)[:2] == ids[:1:-1]
    assert set(shown) == set(ids)
    common = {"type": "text", "token": "Production", "moderation": "passed", "created_at": NOW}
    open_ = {"cost": None, "image_url": None, "completed_at": None}
    assert shown[ids[0]] == {
        **common,
        **open_,
        "job_id": ids[0],
        "status": "queued",
        "mode": "1k",
        "prompt": "A 1k",
    }
    assert shown[ids[1]] == {
        **common,
        "job_id": ids[1],
        "status": "complete",
        "mode": "2k",
        "prompt": "A 2k",
        "cost": "$0.02",
        "image_url": f"https://api.example.com/outputs/{key}",
        "completed_at": "2025-11-14T12:00:03.623Z",
    }
    assert (shown[ids[2]]["status"], shown[ids[2]]["cost"], shown[ids[2]]["prompt"]) == (
        "failed",
        None,
        "Broken",
    )
    refused = shown[ids[3]]
    assert (refused["status"], refused["moderation"], refused["prompt"]) == (
        "moderated",
        "blocked",
        "[content removed]",
    )
    assert shark.usage().body["summary"] == _summary(
        total_requests=4,
        successful_requests=1,
        failed_requests=1,
        moderated_requests=1,
        total_spend="$0.02",
        mode_1k_count=3,
        mode_2k_count=1,
    )


def test_a_history_is_paged_and_filtered(shark: Shark) -> None:
    ids = []
    for number, mode in enumerate(("1k", "2k", "1k")):
        shark.runtime.time_ms = NOW_MS + number
        ids.append(shark.generate({"mode": mode, "prompt": "x"}).body["job_id"])
    shark.fail(ids[0])

    def found(**query: object) -> tuple[list[str], int]:
        body = shark.usage(query=query).body
        return [entry["job_id"] for entry in body["data"]], body["total"]

    assert found() == (ids[::-1], 3)
    assert found(limit=1, offset=1) == ([ids[1]], 3)
    assert found(offset=9) == ([], 3)
    assert found(limit=0)[0] == [ids[2]]
    assert shark.usage(query={"limit": 1_000}).body["limit"] == 100
    assert found(mode="1k") == ([ids[2], ids[0]], 2)
    assert found(status="failed") == ([ids[0]], 1)
    assert found(status="queued", mode="2k") == ([ids[1]], 1)
    assert found(mode="8k") == ([], 0)
    assert shark.usage(query={"status": "failed"}).body["summary"]["total_requests"] == 1


def test_a_history_keeps_to_the_days_that_are_asked_for(shark: Shark) -> None:
    shark.runtime.time_ms = NOW_MS - 100 * DAY_MS
    shark.generate()
    shark.runtime.time_ms = NOW_MS - DAY_MS
    yesterday = shark.generate().body["job_id"]
    shark.runtime.time_ms = NOW_MS
    today = shark.generate().body["job_id"]

    def found(**query: object) -> list[str]:
        return [entry["job_id"] for entry in shark.usage(query=query).body["data"]]

    assert found() == [today, yesterday]
    assert len(found(**{"from": "2025-01-01"})) == 3
    assert found(to="2025-11-13", **{"from": "2025-11-13"}) == [yesterday]
    assert found(**{"from": "2025-11-14T23:59:59Z"}) == [today]
    for query in (
        {"from": "2026-01-01"},
        {"from": "2025-11-14", "to": "2025-11-13"},
        {"to": "1969-01-01"},
        {"from": "0001-01-01", "to": "0001-01-01"},
        {"from": "9999-12-31", "to": "9999-12-31"},
    ):
        assert found(**query) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "many"},
        {"limit": "-1"},
        {"offset": "1.5"},
        {"offset": "9" * 5_000},
        {"limit": "²"},
        {"status": "succeeded"},
        {"status": ""},
        {"from": "yesterday"},
        {"to": ""},
        {"from": "2025-13-01"},
        {"to": "2025-11-14\x00"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(shark: Shark, query: dict[str, str]) -> None:
    reply = shark.usage(query=query)
    assert (reply.status, reply.body["error"]["code"]) == (400, "INVALID_REQUEST")


def test_the_history_is_the_accounts_own_and_this_surfaces_only(shark: Shark, newcomer: Shark) -> None:
    shark.generate()
    gateway = Gateway(shark.runtime)
    gateway.generate()
    both = Shark(shark.runtime)
    both.token = gateway.add_key(surface=Surface.SHARKAPI)
    assert both.usage().body["total"] == 0
    assert newcomer.usage().body["total"] == 0
    assert shark.usage().body["total"] == 1


def test_a_removed_picture_is_not_shown(shark: Shark) -> None:
    job_id = shark.generate().body["job_id"]
    shark.complete(job_id)
    shark.runtime.time_ms = NOW_MS + 8 * DAY_MS
    (entry,) = shark.usage().body["data"]
    assert (entry["status"], entry["image_url"], entry["cost"]) == ("complete", None, "$0.02")


def test_a_key_that_may_not_read_jobs_may_not_read_their_history(shark: Shark) -> None:
    reply = shark.usage(token=shark.add_token(scopes=("account:read",)))
    assert (reply.status, reply.body["error"]["code"]) == (403, "INSUFFICIENT_PERMISSIONS")


# ── whose answer it is ───────────────────────────────────────────────────────────────────────────────────


def test_a_key_of_each_surface_gets_that_surfaces_answer(shark: Shark) -> None:
    gateway = Gateway(shark.runtime)
    assert gateway.usage().data["account_id"] == gateway.account_id
    assert "summary" in shark.usage().body
    assert "summary" in shark.usage(token=None, headers={"x-api-key": shark.token}).body


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("sk_live_" + "0" * 64, "INVALID_TOKEN"),
        ("bye_" + "x" * 43, "BSE1002"),
        ("bye_test_" + "x" * 43, "BSE1002"),
        ("something", "BSE1002"),
        (None, "BSE1001"),
    ],
)
def test_a_key_that_opens_nothing_is_refused_in_the_words_of_its_own_surface(
    shark: Shark, token: str | None, code: str
) -> None:
    reply = shark.usage(token=token)
    assert (reply.status, reply.body["error"]["code"]) == (401, code)


def test_a_key_of_the_other_surface_is_never_taken_for_its_looks(shark: Shark) -> None:
    gateway = Gateway(shark.runtime)
    disguised = {"authorization": f"Bearer {gateway.token}", "x-api-key": shark.token}
    assert shark.usage(token=None, headers=disguised).body["data"]["account_id"] == gateway.account_id
    for token in (gateway.token, shark.token):
        hosts = {"TIDEGATE_SURFACE_HOSTS": '{"api.example.com": "banatie"}'}
        assert shark.usage(token=token).status == 200
        reply = usage.handler.respond(_event(token), _with(shark.runtime, hosts))
        assert reply.status == (200 if token == gateway.token else 401)  # no row of Banatie's: the last one


@pytest.mark.parametrize(
    ("hosts", "host", "code"),
    [
        ('{"shark.example.com": "sharkapi"}', "Shark.Example.com:443", "UNAUTHORIZED"),
        ('{"Shark.example.com": "sharkapi"}', "shark.example.com", "UNAUTHORIZED"),
        ('{"shark.example.com": "sharkapi"}', "api.example.com", "BSE1001"),
        ('{"*": "sharkapi"}', "api.example.com", "UNAUTHORIZED"),
        ('{"*": "sharkapi", "sea.example.com": "babysea"}', "sea.example.com", "BSE1001"),
    ],
)
def test_a_host_that_the_operator_named_decides_first(shark: Shark, hosts: str, host: str, code: str) -> None:
    runtime = _with(shark.runtime, {"TIDEGATE_SURFACE_HOSTS": hosts})
    body: Any = usage.handler.respond(_event(None, host), runtime).body
    assert body["error"]["code"] == code


def test_an_event_that_nobody_can_read_is_answered_all_the_same(shark: Shark) -> None:
    assert usage.handler.respond({}, shark.runtime).status == 500


def _event(token: str | None, host: str = "api.example.com") -> dict[str, Any]:
    return event("GET", "/v1/usage", token=token, headers={"host": host})


def _with(runtime: Clock, settings: dict[str, str]) -> Clock:
    return Clock({**runtime._env, **settings})
