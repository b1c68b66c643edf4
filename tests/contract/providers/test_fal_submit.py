"""Submitting to fal: what is sent, where the key goes, and what every kind of refusal means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.providers.wire import Script, Vendor, answer, first_fit, fixture, job, secrets, told
from tests.contract.providers.wire_fal import COMPLETED, MODEL, PREDICTION, URLS, WIRE, against
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, ResponseLost
from tidegate.adapters.providers.answers import Answer
from tidegate.adapters.providers.fal import Fal
from tidegate.adapters.providers.fal_failures import RULES, symptoms_of
from tidegate.adapters.providers.protocol import OutcomeUnknown, ProviderRefused
from tidegate.domain.attempt import Accepted, FailureClass, FailureCode, Prediction, Succeeded


def test_a_job_is_queued_with_its_callback_in_the_query() -> None:
    adapter, vendor = against(answer(WIRE))
    callback = "https://api.example.com/callbacks/fal/g/1/t?a=b&c=d"
    assert adapter.submit(job(MODEL, callback, seed=7)) == Accepted(PREDICTION)
    (sent,) = vendor.sent
    assert sent.method == "POST"
    assert sent.url == (
        "https://queue.fal.run/fal-ai/flux/schnell"
        "?fal_webhook=https%3A%2F%2Fapi.example.com%2Fcallbacks%2Ffal%2Fg%2F1%2Ft%3Fa%3Db%26c%3Dd"
    )
    assert sent.headers["Authorization"] == "Key id:secret"
    assert sent.json == {"prompt": "a lighthouse", "seed": 7}


def test_a_job_without_a_callback_has_no_query() -> None:
    adapter, vendor = against(answer(WIRE))
    adapter.submit(job(MODEL))
    assert vendor.sent[0].url == "https://queue.fal.run/fal-ai/flux/schnell"


@pytest.mark.parametrize("model", ["", "flux", "/flux", "a//b", "a/../b", "a/b?x=1", "a/b#c", "a/.b", "a/b/"])
def test_a_name_that_could_change_the_path_is_never_sent(model: str) -> None:
    adapter, vendor = against()
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(model))
    assert refused.value.failure.code is FailureCode.MODEL_UNAVAILABLE
    assert vendor.sent == []


@pytest.mark.parametrize("case", fixture("fal_errors"), ids=lambda case: case["name"])
def test_a_refusal_is_classified(case: dict[str, Any]) -> None:
    adapter, _ = against(told(case))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    failure = refused.value.failure
    assert (failure.failure_class, failure.code) == (case["class"], case["code"])
    assert failure.http_status == case["status"]
    assert failure.retry_after_s == case.get("retry_after_s")
    assert failure.message == case.get("message", failure.message)
    assert "secret" not in failure.message


def test_every_row_of_the_table_is_the_meaning_of_some_case() -> None:
    answers = [told(case) for case in fixture("fal_errors")]
    symptoms = [symptoms_of(Answer(said.status, said.headers, said.body)) for said in answers]
    assert {first_fit(RULES, seen) for seen in symptoms} == set(RULES)


UNKNOWN: dict[str, Script] = {
    "lost answer": ResponseLost("timeout"),
    "endless answer": BodyTooLarge("too large", 200),
    "no JSON": answer(b"<html>"),
    "no id": answer(WIRE | {"request_id": None}),
    "an id that changes the path": answer(WIRE | {"request_id": "../x"}),
}


@pytest.mark.parametrize("script", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_submit_without_a_readable_acceptance_is_unknown(script: Script) -> None:
    adapter, _ = against(script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(job(MODEL))


def test_nothing_sent_may_be_sent_again() -> None:
    adapter, _ = against(ConnectFailed("refused"))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.failure_class is FailureClass.RETRY


ELSEWHERE = [
    "https://evil.example/requests/1/status",
    "https://queue.fal.run.evil.example/status",
    "https://queue.fal.run@evil.example/status",
    "http://queue.fal.run/status",
    "https://queue.fal.run:8443/status",
    "https://queue.falrun.com/status",
    "//evil.example/",
    "not a url",
    "",
    None,
    5,
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_the_key_never_follows_a_url_to_another_origin(url: object) -> None:
    hostile = WIRE | {"status_url": url, "response_url": url, "cancel_url": url}
    adapter, vendor = against(
        answer(hostile), answer(COMPLETED), answer(fixture("fal_image_result")), answer({})
    )
    accepted = adapter.submit(job(MODEL))
    assert isinstance(adapter.poll(accepted.prediction), Succeeded)
    adapter.cancel(accepted.prediction)
    assert [sent.url for sent in vendor.sent[1:]] == [URLS["status"], URLS["result"], URLS["cancel"]]


@pytest.mark.parametrize("url", ["https://evil.example/status", ""])
def test_a_stored_url_is_checked_again_before_it_is_used(url: str) -> None:
    adapter, vendor = against(answer({"status": "IN_QUEUE"}))
    adapter.poll(Prediction("fal", WIRE["request_id"], MODEL, {"status": url}))
    assert vendor.sent[0].url == URLS["status"]


def test_the_urls_that_fal_gave_are_used_as_they_are() -> None:
    given = {name: f"https://queue.fal.run/another/shape/{name}" for name in ("status_url", "response_url")}
    adapter, vendor = against(answer(WIRE | given), answer(COMPLETED), answer(fixture("fal_image_result")))
    accepted = adapter.submit(job(MODEL))
    adapter.poll(accepted.prediction)
    assert [sent.url for sent in vendor.sent[1:]] == list(given.values())


def test_below_a_base_url_with_a_path_only_that_path_gets_the_key() -> None:
    vendor = Vendor(script=[answer(WIRE | {"status_url": "http://127.0.0.1:8090/replicate/v1/x"})])
    accepted = Fal(vendor, secrets(), "http://127.0.0.1:8090/fal").submit(job(MODEL))
    assert accepted.prediction.urls["status"] == (
        f"http://127.0.0.1:8090/fal/fal-ai/flux/requests/{WIRE['request_id']}/status"
    )


@pytest.mark.parametrize(
    ("model", "app"),
    [
        ("fal-ai/flux/schnell", "fal-ai/flux"),
        ("fal-ai/flux-2-pro", "fal-ai/flux-2-pro"),
        ("workflows/owner/flow/step", "workflows/owner/flow"),
        ("comfy/owner/flow", "comfy/owner/flow"),
    ],
)
def test_an_adopted_request_is_found_under_its_app(model: str, app: str) -> None:
    adapter, _ = against()
    request = f"https://queue.fal.run/{app}/requests/abc-1"
    assert adapter.adopt(model, "abc-1").urls == {
        "status": f"{request}/status",
        "result": request,
        "cancel": f"{request}/cancel",
    }


@pytest.mark.parametrize("request_id", ["", "../x", "a/b", "a?b"])
def test_an_id_that_fal_never_gave_is_not_adopted(request_id: str) -> None:
    adapter, _ = against()
    with pytest.raises(ValueError, match="not an id"):
        adapter.adopt(MODEL, request_id)
