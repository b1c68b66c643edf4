"""Submitting and polling, in both dialects."""

from __future__ import annotations

import re

import pytest

from tests.contract.babysea.gateway import NOW
from tests.contract.sharkapi.client import Shark

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ENDED = "2025-11-14T12:00:03.623Z"


def test_a_job_of_the_first_dialect(shark: Shark) -> None:
    reply = shark.generate({"mode": "2k", "prompt": "A shark swimming in neon-lit deep ocean"})
    job_id = reply.body["job_id"]
    assert reply.status == 202
    assert re.fullmatch(r"job_[0-9a-f]{32}", job_id)
    assert reply.body == {
        "job_id": job_id,
        "status": "queued",
        "estimated_cost": "$0.02",
        "poll_url": f"https://api.example.com/v1/jobs/{job_id}",
        "created_at": NOW,
    }
    queued = shark.job(job_id)
    assert (queued.status, queued.body) == (
        200,
        {
            "job_id": job_id,
            "status": "queued",
            "image_url": None,
            "mode": "2k",
            "prompt": "A shark swimming in neon-lit deep ocean",
            "cost": None,
            "error": None,
            "created_at": NOW,
            "completed_at": None,
        },
    )
    shark.start(job_id)
    assert shark.job(job_id).body == {**queued.body, "status": "processing"}
    key = shark.complete(job_id)
    assert shark.job(job_id).body == {
        **queued.body,
        "status": "complete",
        "image_url": f"https://api.example.com/outputs/{key}",
        "cost": "$0.02",
        "completed_at": ENDED,
    }


@pytest.mark.parametrize("named", [{"variant": None}, {"mode": None}, {"mode": None, "variant": "1k"}])
def test_a_size_of_null_is_none_that_was_named(shark: Shark, named: dict[str, object]) -> None:
    accepted = shark.image({"prompt": "A shark", **named})
    assert (accepted.status, accepted.body["model"]["variant"]) == (202, "1k")
    if named.get("variant") is None:
        assert shark.generate({"prompt": "A shark", **named}).body["error"]["code"] == "INVALID_REQUEST"


def test_a_job_of_the_second_dialect(shark: Shark) -> None:
    reply = shark.image({"prompt": "  A shark  "})
    job_id = reply.body["job_id"]
    model = {"name": "bfl/flux-schnell", "code": "bfl/flux-schnell", "variant": "1k", "category": "image"}
    assert reply.status == 202
    assert UUID.fullmatch(job_id)
    assert reply.body == {
        "job_id": job_id,
        "status": "queued",
        "poll_url": f"/api/v1/jobs/{job_id}",
        "created_at": NOW,
        "price_usd": 0.01,
        "model": {**model, "price_usd": 0.01},
    }
    queued = shark.api_job(job_id)
    assert queued.body == {
        "job_id": job_id,
        "status": "queued",
        "image_url": None,
        "cost": None,
        "error": None,
        "queued_at": NOW,
        "started_at": None,
        "completed_at": None,
        "created_at": NOW,
        "model": model,
    }
    shark.start(job_id)
    assert shark.api_job(job_id).body["started_at"] == "2025-11-14T12:00:00.373Z"
    key = shark.complete(job_id)
    done = shark.api_job(job_id).body
    assert (done["status"], done["cost"], done["completed_at"]) == ("completed", "$0.01", ENDED)
    assert done["image_url"] == f"https://api.example.com/outputs/{key}"


def test_a_job_made_on_one_side_is_polled_on_the_other_under_either_id(shark: Shark) -> None:
    first = shark.generate().body["job_id"]
    second = shark.image().body["job_id"]
    assert UUID.fullmatch(shark.api_job(first).body["job_id"])
    assert shark.job(second).body["job_id"] == f"job_{second.replace('-', '')}"
    assert shark.job(second).body["mode"] == "1k"


@pytest.mark.parametrize(
    ("code", "message", "status", "error"),
    [
        ("provider_timeout", "late", "failed", "Generation service timeout. No charge applied."),
        ("provider_error", "It broke.", "failed", "It broke. No charge applied."),
        ("content_policy", "no", "moderated", "Request blocked: content policy violation"),
    ],
)
def test_a_job_that_came_to_nothing_costs_nothing(
    shark: Shark, code: str, message: str, status: str, error: str
) -> None:
    job_id = shark.generate().body["job_id"]
    shark.fail(job_id, code, message)
    first, second = shark.job(job_id).body, shark.api_job(job_id).body
    assert (first["status"], first["error"], first["cost"], first["image_url"]) == (status, error, None, None)
    assert first["completed_at"] is None
    assert (second["status"], second["error"], second["cost"]) == ("failed", error, None)
    assert second["completed_at"] == ENDED
    assert shark.books() == ("$1", "$0", 0)


@pytest.mark.parametrize(
    "job_id", ["job_abc123", "nonsense", "00000000-0000-7000-8000-000000000000", "job_" + "0" * 32, "%00"]
)
def test_an_unknown_job_is_not_found(shark: Shark, job_id: str) -> None:
    first = shark.job(job_id)
    assert (first.status, first.body["error"]["code"]) == (404, "JOB_NOT_FOUND")
    second = shark.api_job(job_id)
    assert (second.status, second.body) == (404, {"error": "Job not found."})


def test_anothers_job_is_as_unknown_as_one_that_never_was(shark: Shark, newcomer: Shark) -> None:
    job_id = shark.generate().body["job_id"]
    never = newcomer.job("job_" + "0" * 32)
    assert newcomer.job(job_id).body == never.body
    assert newcomer.api_job(job_id).status == 404


def test_both_headers_show_the_token_on_both_families(shark: Shark) -> None:
    by_key = {"token": None, "headers": {"x-api-key": shark.token}}
    assert shark.generate(**by_key).status == 202
    assert shark.image(**by_key).status == 202
    assert shark.image().status == 202


def test_the_same_idempotency_key_makes_one_job(shark: Shark) -> None:
    first, again = (shark.generate(headers={"idempotency-key": "one"}) for _ in range(2))
    assert again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert shark.books() == ("$0.98", "$0.02", 0)
    reused = shark.generate({"mode": "1k", "prompt": "x"}, headers={"idempotency-key": "one"})
    assert (reused.status, reused.body["error"]["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
