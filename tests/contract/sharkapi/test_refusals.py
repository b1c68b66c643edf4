"""Every refusal of the SharkApi surface, in both dialects."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.sharkapi.client import Shark
from tidegate.usecases.accounts import find_key, revoke_key


@pytest.mark.parametrize(
    ("body", "status", "code", "second"),
    [
        ({"mode": "1k"}, 400, "INVALID_REQUEST", (400, "prompt is required.")),
        ({"mode": "1k", "prompt": "  "}, 400, "INVALID_REQUEST", (400, "prompt is required.")),
        ({"mode": "1k", "prompt": 5}, 400, "INVALID_REQUEST", (400, "prompt is required.")),
        (
            {"mode": "8k", "prompt": "x"},
            400,
            "INVALID_MODE",
            (422, "No active model found for variant '8k'."),
        ),
        (
            {"mode": ["1k"], "prompt": "x"},
            400,
            "INVALID_MODE",
            (422, "No active model found for variant '?'."),
        ),
        ({"mode": "1k", "prompt": "x" * 2001}, 400, "PROMPT_TOO_LONG", (400, None)),
        ({"mode": "1k", "variant": "2k", "prompt": "x"}, 400, "INVALID_REQUEST", (400, None)),
        (
            {"mode": "1k", "prompt": "x", "image": "AA==", "image_url": "https://example.com/a.png"},
            400,
            "INVALID_REQUEST",
            (400, "Provide either image_url or image, not both."),
        ),
        (
            {"mode": "1k", "prompt": "x", "image": "%%%"},
            400,
            "INVALID_REQUEST",
            (400, "image must be a valid base64 string."),
        ),
        (
            {"mode": "1k", "prompt": "x", "image": base64.b64encode(b"<html>").decode()},
            400,
            "INVALID_IMAGE_FORMAT",
            (400, None),
        ),
        (
            {"mode": "1k", "prompt": "x", "image": "A" * 13_981_020},
            400,
            "IMAGE_TOO_LARGE",
            (400, "Image exceeds 10 MB limit."),
        ),
        (
            {"mode": "1k", "prompt": "x", "image_url": "http://127.0.0.1/a.png"},
            400,
            "INVALID_REQUEST",
            (400, "Invalid image_url."),
        ),
        (
            {"mode": "1k", "prompt": "x", "image_url": "file:///etc/passwd"},
            400,
            "INVALID_REQUEST",
            (400, "Invalid image_url."),
        ),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is_held(
    shark: Shark, body: dict[str, Any], status: int, code: str, second: tuple[int, str | None]
) -> None:
    first = shark.generate(body)
    assert (first.status, first.body["error"]["code"], first.body["error"]["status"]) == (
        status,
        code,
        status,
    )
    assert first.body["error"]["message"]
    other = shark.image(body)
    assert other.status == second[0]
    assert set(other.body) == {"error"}
    assert second[1] is None or other.body["error"] == second[1]
    assert shark.books() == ("$1", "$0", 0)


@pytest.mark.parametrize("strength", [-0.1, 1.1, "0.5", True, None])
def test_a_strength_is_a_number_from_0_to_1(shark: Shark, strength: object) -> None:
    reply = shark.generate({"mode": "1k", "prompt": "x", "image_strength": strength})
    assert reply.status == (202 if strength is None else 400)


def test_the_first_dialect_needs_a_mode(shark: Shark) -> None:
    reply = shark.generate({"prompt": "x"})
    assert (reply.status, reply.body["error"]["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("raw", ["", "{", "[]", '"x"', "null", '{"prompt": NaN}', '{"prompt": "\\ud800"}'])
def test_a_body_that_is_no_object_is_refused(shark: Shark, raw: str) -> None:
    assert shark.generate(raw=raw).body["error"]["code"] == "INVALID_REQUEST"
    assert shark.image(raw=raw).status == 400


def test_who_is_not_known(shark: Shark) -> None:
    first, second = shark.generate(token=None), shark.image(token=None)
    assert (first.status, first.body["error"]["code"]) == (401, "UNAUTHORIZED")
    assert (second.status, second.body) == (401, {"error": "Missing X-API-Key header."})
    wrong = "sk_live_" + "0" * 64
    assert shark.generate(token=wrong).body["error"]["code"] == "INVALID_TOKEN"
    assert (shark.image(token=wrong).status, shark.image(token=wrong).body) == (
        401,
        {"error": "Invalid API key."},
    )


def test_a_revoked_token(shark: Shark) -> None:
    (key,) = shark.runtime.keys.list(shark.account_id)
    revoke_key(shark.runtime.keys, account_id=shark.account_id, key_id=key.key_id)
    assert find_key(shark.runtime.keys, account_id=shark.account_id, key_id=key.key_id)
    first, second = shark.generate(), shark.image()
    assert (first.status, first.body["error"]["code"]) == (401, "INVALID_TOKEN")
    assert (second.status, second.body) == (403, {"error": "API key has been revoked."})


def test_a_key_of_another_surface_is_no_token(shark: Shark) -> None:
    assert shark.generate(token="bye_" + "x" * 43).status == 401


def test_jobs_in_flight_are_no_window(runtime: Clock) -> None:
    runtime.time_ms = NOW_MS
    shark = Shark(runtime, plan="free")
    allowed = shark.generate().headers["x-ratelimit-limit"]
    replies = [shark.generate() for _ in range(4)]
    assert (replies[-1].status, replies[-1].body["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert {reply.headers["x-ratelimit-limit"] for reply in replies} == {allowed}


def test_a_used_up_window_says_when_to_come_back(shark: Shark) -> None:
    limit = int(shark.generate().headers["x-ratelimit-limit"])
    for _ in range(limit - 1):
        shark.generate({"mode": "x", "prompt": "x"})
    reply = shark.generate()
    assert (reply.status, reply.body["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert int(reply.headers["retry-after"]) >= 1
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert shark.job(shark.image().body.get("job_id", "job_" + "0" * 32)).status == 404
