"""bfl: tasks, their polling URLs, their signed callbacks, and what every failure means."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.providers.wire import Script, answer, decisions, fixture, job, told
from tests.contract.providers.wire_others import against
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, ResponseLost
from tidegate.adapters.providers import bfl_failures
from tidegate.adapters.providers.bfl_failures import RULES
from tidegate.adapters.providers.classification import BY_STATUS
from tidegate.adapters.providers.protocol import (
    CallbackRejected,
    OutcomeUnknown,
    ProviderRefused,
    SearchUnsupported,
)
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureClass,
    FailureCode,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)

MODEL = "flux-pro-1.1"
TASK = "d2b1f6c4-0000-4000-8000-0123456789ab"
POLLING = f"https://gateway.bfl.ai/v1/get_result?id={TASK}"
BY_ID = f"https://api.bfl.ai/v1/get_result?id={TASK}"
CALLBACK = "https://api.example.com/callbacks/bfl/g/1/t"
PREDICTION = Prediction("bfl", TASK, MODEL, {"status": POLLING})


def test_a_task_is_created_and_polled_where_bfl_says() -> None:
    adapter, vendor = against("bfl", answer({"id": TASK, "polling_url": POLLING, "cost": 4}))
    assert adapter.submit(job(MODEL, width=1024)) == Accepted(PREDICTION)
    (sent,) = vendor.sent
    assert (sent.method, sent.url) == ("POST", "https://api.bfl.ai/v1/flux-pro-1.1")
    assert sent.headers["x-key"] == "bfl-secret"
    assert "Authorization" not in sent.headers
    assert sent.json == {"prompt": "a lighthouse", "width": 1024}


def test_a_task_with_a_callback_is_asked_for_by_its_id() -> None:
    made = {"id": TASK, "status": "Pending", "webhook_url": CALLBACK}
    adapter, vendor = against("bfl", answer(made), answer({"id": TASK, "status": "Pending"}))
    accepted = adapter.submit(job(MODEL, CALLBACK))
    assert isinstance(accepted, Accepted)
    assert vendor.sent[0].json["webhook_url"] == CALLBACK
    assert adapter.poll(accepted.prediction) == Running()
    assert vendor.sent[1].url == BY_ID


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1/get_result?id=1",
        "http://gateway.bfl.ai/v1/get_result",
        "https://bfl.ai.evil.example/",
        5,
    ],
)
def test_the_key_never_follows_a_polling_url_to_another_domain(url: object) -> None:
    adapter, vendor = against("bfl", answer({"id": TASK, "polling_url": url}), answer({"status": "Pending"}))
    accepted = adapter.submit(job(MODEL))
    assert isinstance(accepted, Accepted)
    adapter.poll(accepted.prediction)
    assert vendor.sent[1].url == BY_ID


@pytest.mark.parametrize("model", ["", "flux", "flux-1/../x", "flux-1?x=1", "Flux-1"])
def test_a_name_that_could_change_the_path_is_never_sent(model: str) -> None:
    adapter, vendor = against("bfl")
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(model))
    assert refused.value.failure.code is FailureCode.MODEL_UNAVAILABLE
    assert vendor.sent == []


UNKNOWN: list[Script] = [
    ResponseLost("timeout"),
    BodyTooLarge("too large", 200),
    answer(b"<html>"),
    answer({"id": "../x"}),
]


@pytest.mark.parametrize("script", UNKNOWN)
def test_a_submit_without_a_readable_acceptance_is_unknown(script: Script) -> None:
    adapter, _ = against("bfl", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(job(MODEL))


@pytest.mark.parametrize("case", fixture("bfl_errors"), ids=lambda case: case["name"])
def test_a_refusal_is_classified(case: dict[str, Any]) -> None:
    adapter, _ = against("bfl", told(case))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    failure = refused.value.failure
    assert (failure.failure_class, failure.code) == (case["class"], case["code"])
    assert failure.retry_after_s == case.get("retry_after_s")
    assert failure.message == case.get("message", failure.message)


@pytest.mark.parametrize("status", [["Ready"], {"a": 1}, 5, True, None, "Tomorrow"])
def test_a_status_that_nobody_knows_is_no_verdict(status: object) -> None:
    adapter, _ = against("bfl", answer({"id": TASK, "status": status}))
    assert adapter.poll(PREDICTION) == Running()


ENDED: list[tuple[dict[str, Any], str, str]] = [
    ({"status": "Request Moderated"}, "fail", "content_policy"),
    ({"status": "Content Moderated"}, "fail", "content_policy"),
    ({"status": "Error", "details": {"error": "content_policy_violation"}}, "fail", "content_policy"),
    ({"status": "Error", "details": {"error": "invalid_image", "message": "bad"}}, "fail", "invalid_input"),
    ({"status": "Failed", "error": "generation_timeout"}, "retry", "provider_timeout"),
    ({"state": "Failed", "result": {"error": "internal_error"}}, "retry", "provider_unavailable"),
    ({"status": "Error", "details": "something else"}, "fail_over", "provider_error"),
    ({"status": "Failed", "details": ["x"], "result": 5}, "fail_over", "provider_error"),
]


@pytest.mark.parametrize(("task", "failure_class", "code"), ENDED)
def test_a_task_without_a_picture_is_classified(task: dict[str, Any], failure_class: str, code: str) -> None:
    adapter, _ = against("bfl", answer({"id": TASK, **task}))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert (ended.failure.failure_class, ended.failure.code) == (failure_class, code)
    assert ended.failure.message


def test_every_row_of_the_table_is_the_meaning_of_some_case(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = decisions(monkeypatch, bfl_failures)
    for case in fixture("bfl_errors"):
        test_a_refusal_is_classified(case)
    for task, failure_class, code in ENDED:
        test_a_task_without_a_picture_is_classified(task, failure_class, code)
    assert set(RULES) - decided - set(BY_STATUS) == set()


@pytest.mark.parametrize("status", ["Ready", None])
def test_a_picture_is_read_under_either_name_of_the_status(status: str | None) -> None:
    word = {"status": status} if status else {"state": "Ready"}
    adapter, vendor = against(
        "bfl", answer({"id": TASK, **word, "result": {"sample": "https://x.example/1.png"}})
    )
    assert adapter.poll(PREDICTION) == Succeeded((MediaFile("https://x.example/1.png"),))
    assert vendor.sent[0].url == POLLING


@pytest.mark.parametrize("result", [None, {}, {"sample": 5}, {"sample": "ftp://x"}, []])
def test_ready_without_a_picture_is_no_result(result: object) -> None:
    adapter, _ = against("bfl", answer({"status": "Ready", "result": result}))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert ended.failure.code is FailureCode.INVALID_RESPONSE


@pytest.mark.parametrize(
    ("script", "wait_s"),
    [
        (answer({"status": "Pending", "result": None}), None),
        (answer({"status": "A Word Of Tomorrow"}), None),
        (answer({"status": "Task not found"}, 404), None),
        (answer({}, 429, {"retry-after": "4"}), 4),
        (answer(b"<html>", 500), None),
        (ConnectFailed("refused"), None),
    ],
)
def test_anything_else_goes_on(script: Script, wait_s: int | None) -> None:
    adapter, _ = against("bfl", script)
    assert adapter.poll(PREDICTION) == Running(wait_s)


def test_an_id_that_is_none_of_bfls_is_never_asked_for() -> None:
    adapter, vendor = against("bfl")
    with pytest.raises(ValueError, match="not an id"):
        adapter.poll(Prediction("bfl", "../x", MODEL))
    assert vendor.sent == []


def test_what_bfl_cannot_do_is_said() -> None:
    adapter, vendor = against("bfl")
    assert not adapter.cancel(PREDICTION)
    with pytest.raises(SearchUnsupported):
        adapter.search(job(MODEL), 0, 1)
    assert vendor.sent == []


def signed_callback(body: bytes) -> tuple[Any, dict[str, str]]:
    """An adapter, and the headers of a callback signed with the secret that it gave to bfl."""
    adapter, vendor = against("bfl", answer({"id": TASK}))
    adapter.submit(job(MODEL, CALLBACK))
    secret = vendor.sent[0].json["webhook_secret"].encode()
    return adapter, {"x-bfl-signature": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()}


def test_a_genuine_callback_names_its_task() -> None:
    body = json.dumps({"id": TASK, "status": "Ready", "result": {}}).encode()
    adapter, headers = signed_callback(body)
    assert adapter.verify_callback(headers, body, 0).prediction_id == TASK


@pytest.mark.parametrize(
    "fault", ["unsigned", "another secret", "another body", "another scheme", "not ASCII"]
)
def test_a_forged_callback_is_rejected(fault: str) -> None:
    body = json.dumps({"id": TASK}).encode()
    adapter, headers = signed_callback(body)
    shown = headers["x-bfl-signature"]
    forged = {
        "unsigned": {},
        "another secret": {"x-bfl-signature": "sha256=" + hmac.new(b"x", body, hashlib.sha256).hexdigest()},
        "another body": headers,
        "another scheme": {"x-bfl-signature": shown.removeprefix("sha256=")},
        "not ASCII": {"x-bfl-signature": "ü"},
    }[fault]
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(forged, body + b" " if fault == "another body" else body, 0)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": 5}', b'{"id": "../x"}'])
def test_a_callback_that_names_no_task_is_rejected(body: bytes) -> None:
    adapter, headers = signed_callback(body)
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(headers, body, 0)


def test_a_rate_limit_asks_for_patience_and_a_submit_keeps_its_time() -> None:
    adapter, vendor = against("bfl", answer({}, 429, {"retry-after": "7"}))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(replace(job(MODEL), timeout_s=12))
    assert refused.value.failure.failure_class is FailureClass.RETRY
    assert vendor.sent[0].limits["timeout_s"] == 12
