"""Submitting to Replicate: what is sent, and what every kind of answer means."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.contract.providers.wire import (
    Clock,
    Script,
    Vault,
    Vendor,
    answer,
    at,
    first_fit,
    fixture,
    job,
    secrets,
    told,
)
from tests.contract.providers.wire_replicate import BASE, MODEL, PREDICTION, WIRE, against
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, ResponseLost, UnsafeUrl
from tidegate.adapters.providers.answers import Answer
from tidegate.adapters.providers.protocol import OutcomeUnknown, ProviderRefused
from tidegate.adapters.providers.replicate import Replicate
from tidegate.adapters.providers.replicate_failures import REFUSALS, symptoms_of
from tidegate.domain.attempt import Accepted, FailureClass, FailureCode

CALLBACK = "https://api.example.com/callbacks/replicate/g/1/token"
VERSION = "a" * 64


def test_a_job_is_created_with_its_callback() -> None:
    adapter, vendor = against(answer(WIRE, 201))
    assert adapter.submit(job(MODEL, CALLBACK, seed=7)) == Accepted(PREDICTION)
    (sent,) = vendor.sent
    assert (sent.method, sent.url) == ("POST", f"{BASE}/models/{MODEL}/predictions")
    assert sent.headers["Authorization"] == "Bearer r8_secret"
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.json == {
        "input": {"prompt": "a lighthouse", "seed": 7},
        "webhook": CALLBACK,
        "webhook_events_filter": ["completed"],
    }


def test_a_job_without_a_callback_names_none() -> None:
    adapter, vendor = against(answer(WIRE, 201))
    adapter.submit(job(MODEL))
    assert vendor.sent[0].json == {"input": {"prompt": "a lighthouse"}}


def test_a_fraction_from_the_database_is_sent_as_a_number() -> None:
    adapter, vendor = against(answer(WIRE, 201))
    adapter.submit(job(MODEL, guidance=Decimal("3.5")))
    assert vendor.sent[0].json["input"]["guidance"] == 3.5


@pytest.mark.parametrize("version", [VERSION, f"owner/name:{VERSION}"])
def test_a_pinned_version_goes_to_the_general_endpoint(version: str) -> None:
    adapter, vendor = against(answer(WIRE, 201))
    adapter.submit(job(version))
    assert vendor.sent[0].url == f"{BASE}/predictions"
    assert vendor.sent[0].json["version"] == version


@pytest.mark.parametrize(
    "model", ["", "flux", "a/b/c", "../predictions", "a/..", "a/b?x=1", f"a/b:{'a' * 63}"]
)
def test_a_name_that_could_change_the_path_is_never_sent(model: str) -> None:
    adapter, vendor = against()
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(model))
    assert refused.value.failure.failure_class is FailureClass.FAIL_OVER
    assert vendor.sent == []


@pytest.mark.parametrize("status", [200, 201, 202])
def test_every_success_status_accepts(status: int) -> None:
    adapter, _ = against(answer(WIRE, status))
    assert adapter.submit(job(MODEL)) == Accepted(PREDICTION)


@pytest.mark.parametrize("case", fixture("replicate_refusals"), ids=lambda case: case["name"])
def test_a_refusal_is_classified(case: dict[str, Any]) -> None:
    adapter, _ = against(told(case))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    failure = refused.value.failure
    assert (failure.failure_class, failure.code) == (case["class"], case["code"])
    assert failure.http_status == case["status"]
    assert failure.retry_after_s == case.get("retry_after_s")
    assert failure.message == case.get("message", failure.message)


def test_every_row_of_the_table_is_the_meaning_of_some_case() -> None:
    answers = [told(case) for case in fixture("replicate_refusals")]
    symptoms = [symptoms_of(Answer(said.status, said.headers, said.body)) for said in answers]
    assert {first_fit(REFUSALS, seen) for seen in symptoms} == set(REFUSALS)


def test_nothing_sent_may_be_sent_again() -> None:
    adapter, _ = against(ConnectFailed("refused"))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.failure_class is FailureClass.RETRY
    assert refused.value.failure.code is FailureCode.UNAVAILABLE


def test_a_base_url_that_the_guard_refuses_fails_over() -> None:
    adapter, _ = against(UnsafeUrl("not a public host"))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.failure_class is FailureClass.FAIL_OVER


UNKNOWN: dict[str, Script] = {
    "lost answer": ResponseLost("timeout"),
    "endless answer": BodyTooLarge("too large", 201),
    "no JSON": answer(b"<html>", 201),
    "no object": answer([WIRE], 201),
    "no id": answer({}, 201),
    "an id of another type": answer(WIRE | {"id": 5}, 201),
    "an id that changes the path": answer(WIRE | {"id": "../account"}, 201),
    "deep JSON": answer(b"[" * 200_000, 201),
    "NaN": answer(b'{"id": NaN}', 201),
    "endless digits": answer(b'{"id": "abc", "n": ' + b"9" * 10_000 + b"}", 201),
    "bytes that are no text": answer(b'{"id": "\xff\xfe"}', 201),
}


@pytest.mark.parametrize("script", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_submit_without_a_readable_acceptance_is_unknown(script: Script) -> None:
    adapter, _ = against(script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(job(MODEL))


def test_an_answer_that_quotes_the_key_does_not_carry_it_on() -> None:
    adapter, _ = against(answer({"detail": "token r8_secret is not allowed"}, 403))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.message == "token [key] is not allowed"


def test_a_long_or_dirty_message_is_cut_to_one_line() -> None:
    adapter, _ = against(answer({"detail": "a\r\n\x00\x1b[31mb\ud800" + "c" * 10_000}, 422))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.message.startswith("a [31mb?ccc")
    assert len(refused.value.failure.message) == 300


def test_a_retry_date_is_turned_into_seconds() -> None:
    adapter, _ = against(answer({}, 429, {"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"}))
    with at(1_795_168_810), pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.retry_after_s == 20


def test_a_job_that_json_cannot_carry_is_a_fault_of_ours() -> None:
    adapter, vendor = against()
    with pytest.raises(TypeError):
        adapter.submit(job(MODEL, mask=b"bytes"))
    assert vendor.sent == []


def test_another_base_url_takes_everything() -> None:
    vendor = Vendor(script=[answer(WIRE, 201), answer(WIRE)])
    adapter = Replicate(vendor, secrets(), "http://127.0.0.1:8090/replicate/v1/")
    accepted = adapter.submit(job(MODEL))
    adapter.poll(accepted.prediction)
    assert all(sent.url.startswith("http://127.0.0.1:8090/replicate/v1/") for sent in vendor.sent)


def test_a_rotated_key_is_used_at_once() -> None:
    vault, clock = Vault(), Clock()
    vendor = Vendor(script=[answer({}, 401), answer(WIRE, 201)])
    adapter = Replicate(vendor, secrets(vault, clock))
    vault.credentials = {"replicate": {"api_key": "r8_rotated"}}
    clock.now = 60
    assert adapter.submit(job(MODEL)) == Accepted(PREDICTION)
    assert [sent.headers["Authorization"] for sent in vendor.sent] == [
        "Bearer r8_secret",
        "Bearer r8_rotated",
    ]


def test_a_key_that_stays_refused_is_not_tried_again() -> None:
    vault, clock = Vault(), Clock()
    vendor = Vendor(script=[answer({}, 401), answer({}, 401)])
    adapter = Replicate(vendor, secrets(vault, clock))
    clock.now = 60
    for _ in range(2):
        with pytest.raises(ProviderRefused):
            adapter.submit(job(MODEL))
    assert len(vendor.sent) == 2
    assert vault.reads == 2
