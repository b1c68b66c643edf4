"""Requests that no route takes: the same envelope, a hint where one helps (contracts §0 row 1, §2.2)."""

from __future__ import annotations

import json

import pytest

from functions.shared import not_found
from tests.contract.babysea.events import event
from tests.contract.babysea.gateway import Reply


def _ask(method: str, path: str) -> Reply:
    answer = not_found.handler(event(method, path), None)
    return Reply(answer["statusCode"], answer["headers"], json.loads(answer["body"]))


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/nothing", "/v1/status/", "/v2/status", "/V1/status"]
)
def test_an_unknown_path_is_not_found(path: str) -> None:
    reply = _ask("GET", path)
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (404, "BSE3004", False)
    assert "x-request-id" in reply.headers


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v1/status", "GET"),
        ("HEAD", "/v1/status", "GET"),
        ("GET", "/v1/generate/image/bfl/flux-1.1-pro", "POST"),
        ("PUT", "/v1/generate/video/google/veo-2", "POST"),
        ("DELETE", "/v1/library/models", "GET"),
        ("GET", "/v1/content/generation/cancel/00000000-0000-7000-8000-000000000000", "POST"),
        ("PATCH", "/v1/content/00000000-0000-7000-8000-000000000000", "GET, DELETE"),
        ("POST", "/v1/content/list", "GET"),
        ("POST", "/v1/estimate/bfl/flux-1.1-pro", "GET"),
        ("PUT", "/v1/user/account", "GET"),
        ("DELETE", "/v1/user/billing", "GET"),
        ("POST", "/v1/library/providers", "GET"),
        ("POST", "/v1/openapi.json", "GET"),
        ("DELETE", "/v1/docs", "GET"),
        ("TRACE", "/v1/docs/page.js", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_one(method: str, path: str, allowed: str) -> None:
    reply = _ask(method, path)
    assert (reply.status, reply.error["code"]) == (405, "BSE3005")
    assert reply.headers["allow"] == allowed
    assert reply.error["details"] == {"allowed": allowed}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/v1/status", "GET, OPTIONS"), ("/v1/content/x", "GET, DELETE, OPTIONS"), ("/v1/nothing", "OPTIONS")],
)
def test_a_preflight_that_comes_this_far_does_not_fail(path: str, allowed: str) -> None:
    answer = not_found.handler(event("OPTIONS", path), None)
    assert (answer["statusCode"], answer["body"], answer["headers"]["allow"]) == (204, "", allowed)


@pytest.mark.parametrize("path", ["/v1/estimate/bfl/flux\n", "/v1/content/a\nb"])
def test_a_path_that_the_gateway_did_not_match_is_not_blamed_on_its_method(path: str) -> None:
    assert _ask("GET", path).error["code"] == "BSE3004"


def test_a_doubled_version_is_explained() -> None:
    reply = _ask("GET", "/v1/v1/status")
    assert reply.status == 404
    assert "must not end in /v1" in reply.error["message"]
