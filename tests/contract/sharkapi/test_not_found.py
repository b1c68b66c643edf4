"""Requests that no route takes: SharkApi's clients are told so in their own words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.sharkapi.client import Shark

JOB = "job_" + "0" * 32


def _words(body: Any) -> str:
    """Whose words a refusal is in."""
    if body.get("status") == "error":
        return "babysea"
    if body.get("success") is False:
        return "banatie"
    return "second" if isinstance(body["error"], str) else "first"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/jobs", "first"),
        ("/v1/jobs/", "first"),
        (f"/v1/jobs/{JOB}/cancel", "first"),
        ("/v1/wallet", "first"),
        ("/v1/wallet/history", "first"),
        ("/api/v1/image/x", "second"),
        ("/api/v1/jobs", "second"),
        ("/api/keys/1", "second"),
        ("/v1/nothing", "babysea"),
        ("/v1/jobsite", "babysea"),
        ("/v1/generate", "babysea"),
        ("/api/v1/images", "banatie"),
        ("/api/v1/jobsite", "banatie"),
        ("/api/v1", "banatie"),
        ("/api/v10", "babysea"),
        ("/api/keysets", "babysea"),
        ("/api", "babysea"),
        ("/", "babysea"),
    ],
)
def test_a_path_says_whose_words_are_meant(shark: Shark, path: str, words: str) -> None:
    reply = shark.elsewhere("PUT" if path == "/v1/generate" else "GET", path, token=None)
    assert (reply.status, _words(reply.body)) == (404, words)
    assert "x-request-id" in reply.headers


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/nothing", "first"),
        ("/v1/generate/audio/x", "first"),
        ("/api/nothing", "second"),
        ("/", "babysea"),
    ],
)
def test_where_several_surfaces_are_at_home_the_key_says_it(shark: Shark, path: str, words: str) -> None:
    reply = shark.elsewhere("GET", path)
    assert (reply.status, _words(reply.body)) == (404, words)
    by_key = shark.elsewhere("GET", path, token=None, headers={"x-api-key": shark.token})
    assert by_key.body == reply.body or words == "babysea"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/generate", "POST"),
        ("DELETE", f"/v1/jobs/{JOB}", "GET"),
        ("POST", "/v1/wallet/balance", "GET"),
        ("GET", "/v1/wallet/topup", "POST"),
        ("POST", "/v1/usage", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_one(shark: Shark, method: str, path: str, allowed: str) -> None:
    reply = shark.elsewhere(method, path)
    told = {
        "code": "METHOD_NOT_ALLOWED",
        "message": f"{method} is not allowed here; use {allowed}.",
        "status": 405,
    }
    assert (reply.status, reply.body) == (405, {"error": told})
    assert reply.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/api/v1/image", "POST"), ("PATCH", f"/api/v1/jobs/{JOB}", "GET")],
)
def test_the_second_dialect_says_it_in_a_text(shark: Shark, method: str, path: str, allowed: str) -> None:
    reply = shark.elsewhere(method, path, token=None)
    assert (reply.status, reply.body) == (405, {"error": f"{method} is not allowed here; use {allowed}."})
    assert reply.headers["allow"] == allowed


def test_a_doubled_version_is_explained(shark: Shark) -> None:
    reply = shark.elsewhere("POST", "/v1/v1/generate")
    assert (reply.status, reply.body["error"]["code"]) == (404, "NOT_FOUND")
    assert "must not end in /v1" in reply.body["error"]["message"]
