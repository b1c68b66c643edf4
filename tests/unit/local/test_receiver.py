"""The webhook receiver over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.receiver.app import Receiver, create_app
from local.serving import serve

SECRET = "whsec_unit"


def event(name: str = "generation.completed", generation_id: str = "g1") -> bytes:
    return json.dumps({"webhook_event": name, "webhook_data": {"generation_id": generation_id}}).encode()


def signed(body: bytes) -> dict[str, str]:
    now = int(time.time())
    digest = hmac.new(SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-BabySea-Signature": f"t={now},v1={digest}", "X-BabySea-Event": "generation.completed"}


@pytest.fixture(scope="module")
def _running() -> Iterator[str]:
    with serve(create_app(SECRET)) as served:
        yield served.url


@pytest.fixture
def url(_running: str, http: urllib3.PoolManager) -> str:
    """A receiver that has received nothing."""
    http.request("DELETE", f"{_running}/deliveries")
    http.request("DELETE", f"{_running}/behaviour")
    return _running


def deliveries(http: urllib3.PoolManager, url: str, query: str = "") -> list[dict[str, Any]]:
    return list(http.request("GET", f"{url}/deliveries{query}").json()["deliveries"])


def test_a_signed_webhook_is_verified_and_kept_whole(http: urllib3.PoolManager, url: str) -> None:
    body = event()
    assert http.request("POST", f"{url}/hooks/demo", body=body, headers=signed(body)).status == 200
    (kept,) = deliveries(http, url)
    assert (kept["verified"], kept["refused_because"], kept["path"]) == (True, None, "/hooks/demo")
    assert (kept["text"], kept["body"]) == (body.decode(), json.loads(body))
    assert kept["headers"]["x-babysea-event"] == "generation.completed"


def test_an_unsigned_webhook_is_kept_as_unverified(http: urllib3.PoolManager, url: str) -> None:
    http.request("POST", f"{url}/hooks/demo", body=event())
    (kept,) = deliveries(http, url)
    assert (kept["verified"], kept["refused_because"]) == (False, "no signature header")


def test_what_is_no_json_is_kept_too(http: urllib3.PoolManager, url: str) -> None:
    http.request("POST", f"{url}/hooks/demo", body=b"\xff[")
    (kept,) = deliveries(http, url)
    assert (kept["body"], kept["text"]) == (None, "�[")


def test_deliveries_can_be_picked_and_cleared(http: urllib3.PoolManager, url: str) -> None:
    for name, generation_id in [("generation.started", "g1"), ("generation.completed", "g1"), ("x", "g2")]:
        http.request("POST", f"{url}/hooks/demo", body=event(name, generation_id))
    assert [found["body"]["webhook_event"] for found in deliveries(http, url, "?generation_id=g1")] == [
        *("generation.started", "generation.completed"),
    ]
    assert len(deliveries(http, url, "?event=generation.completed")) == 1
    assert deliveries(http, url, "?event=x&generation_id=g1") == []
    numbers = [found["number"] for found in deliveries(http, url)]
    assert numbers == sorted(numbers)
    http.request("DELETE", f"{url}/deliveries")
    assert deliveries(http, url) == []


def behave(http: urllib3.PoolManager, url: str, **behaviour: Any) -> int:
    return http.request("PUT", f"{url}/behaviour", body=json.dumps(behaviour)).status


def test_a_hook_fails_as_often_as_scripted(http: urllib3.PoolManager, url: str) -> None:
    behave(http, url, path="/hooks/a", status=503, times=2)
    answers = [http.request("POST", f"{url}/hooks/a", body=event()).status for _ in range(3)]
    assert answers == [503, 503, 200]
    assert http.request("POST", f"{url}/hooks/b", body=event()).status == 200
    assert [found["status"] for found in deliveries(http, url)] == [503, 503, 200, 200]


def test_a_hook_can_be_gone_for_good_until_cleared(http: urllib3.PoolManager, url: str) -> None:
    behave(http, url, path="/hooks/a", status=410)
    assert [http.request("POST", f"{url}/hooks/a").status for _ in range(3)] == [410] * 3
    assert http.request("GET", f"{url}/behaviour").json()["behaviours"][0]["status"] == 410
    http.request("DELETE", f"{url}/behaviour")
    assert http.request("POST", f"{url}/hooks/a").status == 200


def test_a_hook_can_redirect_and_be_slow(http: urllib3.PoolManager, url: str) -> None:
    behave(http, url, path="/hooks/a", status=302, redirect_to="http://127.0.0.1:1/", delay_s=0.2)
    began = time.monotonic()
    answer = http.request("POST", f"{url}/hooks/a", redirect=False)
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:1/")
    assert time.monotonic() - began >= 0.2


def test_a_wrong_script_is_refused(http: urllib3.PoolManager, url: str) -> None:
    assert behave(http, url, status=500) == 422
    assert behave(http, url, path="/hooks/a", status=99) == 422
    assert behave(http, url, path="/hooks/a", colour="red") == 422


def test_a_secret_may_become_known_later_and_deliveries_are_logged(
    http: urllib3.PoolManager, tmp_path: Path
) -> None:
    known: list[str] = []
    log = tmp_path / "deliveries.jsonl"
    with serve(Receiver(lambda: known[0] if known else None, log).app()) as served:
        body = event()
        http.request("POST", f"{served.url}/hooks/a", body=body, headers=signed(body))
        known.append(SECRET)
        http.request("POST", f"{served.url}/hooks/a", body=body, headers=signed(body))
        assert [found["verified"] for found in deliveries(http, served.url)] == [None, True]
    assert [json.loads(line)["verified"] for line in log.read_text().splitlines()] == [None, True]
