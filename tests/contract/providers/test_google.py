"""The Gemini API: pictures in the answer, videos as operations, files that need the key, every failure."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.contract.providers.wire import (
    Script,
    Vault,
    Warehouse,
    answer,
    decisions,
    fixture,
    job,
    secrets,
    told,
)
from tests.contract.providers.wire_others import KEYS, against, video
from tests.unit.domain.test_media import png
from tidegate.adapters.http import ResponseLost
from tidegate.adapters.providers import google_failures
from tidegate.adapters.providers.classification import BY_STATUS
from tidegate.adapters.providers.google import Google
from tidegate.adapters.providers.google_failures import BLOCKED, OPERATIONS, RULES
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown, ProviderRefused
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureCode,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)

MODEL, VEO = "gemini-2.5-flash-image", "veo-3.1-generate-001"
BASE = "https://generativelanguage.googleapis.com/v1beta"
OPERATION = f"models/{VEO}/operations/abc123"
PREDICTION = Prediction("google", OPERATION, VEO)
PICTURE = png(4, 4)
ENCODED = base64.b64encode(PICTURE).decode()
FILE = "https://files.example/in.png"


def candidates(*parts: object, reason: str = "STOP", **more: object) -> dict[str, object]:
    """An answer with one candidate."""
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "finishReason": reason, "index": 0}], **more}


DRAWN = {"inlineData": {"mimeType": "image/png", "data": ENCODED}}


def fetching(files: dict[str, bytes | Exception], *script: Script) -> tuple[Google, Warehouse]:
    """An adapter that can fetch these files."""
    vendor = Warehouse(script=list(script), files=files)
    return Google(vendor, secrets(Vault(KEYS))), vendor


def test_a_picture_is_in_the_answer() -> None:
    adapter, vendor = against("google", answer(candidates({"text": "Here:"}, DRAWN)))
    made = adapter.submit(job(MODEL, aspectRatio="16:9", seed=7))
    assert made == Succeeded((MediaFile(data=PICTURE, content_type="image/png"),))
    (sent,) = vendor.sent
    assert sent.url == f"{BASE}/models/{MODEL}:generateContent"
    assert sent.headers["x-goog-api-key"] == "goog-secret"
    assert sent.json == {
        "contents": [{"role": "user", "parts": [{"text": "a lighthouse"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9"},
            "seed": 7,
        },
    }


def test_a_picture_to_edit_is_sent_inline() -> None:
    adapter, vendor = fetching({FILE: PICTURE}, answer(candidates(DRAWN)))
    adapter.submit(job(MODEL, images=[FILE]))
    assert vendor.sent[0].json["contents"][0]["parts"] == [{"text": "a lighthouse"}, DRAWN]
    assert vendor.sent[0].json["generationConfig"] == {"responseModalities": ["IMAGE"]}


def test_what_was_drawn_while_thinking_is_no_result() -> None:
    adapter, _ = against("google", answer(candidates({**DRAWN, "thought": True}, DRAWN)))
    made = adapter.submit(job(MODEL))
    assert isinstance(made, Succeeded)
    assert len(made.files) == 1


WITHOUT: list[tuple[dict[str, object], str, str]] = [
    ({"promptFeedback": {"blockReason": "SAFETY"}}, "fail", "content_policy"),
    ({"promptFeedback": {"blockReason": "OTHER"}}, "fail", "content_policy"),
    *[(candidates(reason=reason), "fail", "content_policy") for reason in sorted(BLOCKED)],
    (candidates(reason="NO_IMAGE"), "retry", "provider_invalid_response"),
    (candidates(reason="IMAGE_OTHER"), "retry", "provider_invalid_response"),
    (candidates({"text": "I cannot draw."}), "retry", "provider_invalid_response"),
    ({"candidates": 5}, "retry", "provider_invalid_response"),
    ({"candidates": [{"content": {"parts": [{"inlineData": 5}]}}]}, "retry", "provider_invalid_response"),
]


@pytest.mark.parametrize(("body", "failure_class", "code"), WITHOUT)
def test_a_200_without_a_picture_is_a_failure(body: object, failure_class: str, code: str) -> None:
    adapter, _ = against("google", answer(body))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert (refused.value.failure.failure_class, refused.value.failure.code) == (failure_class, code)


def test_a_picture_that_cannot_be_decoded_is_no_result() -> None:
    broken = {"inlineData": {"mimeType": "image/png", "data": "%%"}}
    adapter, _ = against("google", answer(candidates(broken)))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.code is FailureCode.INVALID_RESPONSE


def test_a_video_is_an_operation() -> None:
    adapter, vendor = fetching({FILE: PICTURE}, answer({"name": OPERATION}))
    asked = video(VEO, prompt="a lighthouse", aspectRatio="16:9", durationSeconds=8, image=[FILE])
    assert adapter.submit(asked) == Accepted(PREDICTION)
    (sent,) = vendor.sent
    assert sent.url == f"{BASE}/models/{VEO}:predictLongRunning"
    assert sent.json == {
        "instances": [
            {"prompt": "a lighthouse", "image": {"bytesBase64Encoded": ENCODED, "mimeType": "image/png"}}
        ],
        "parameters": {"aspectRatio": "16:9", "durationSeconds": 8},
    }


@pytest.mark.parametrize(
    "script", [ResponseLost("cut"), answer({"name": "operations/../x"}), answer(b"<html>")]
)
def test_an_operation_without_a_readable_name_is_unknown(script: Script) -> None:
    adapter, _ = against("google", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(video(VEO, prompt="x"))


def finished(**response: object) -> dict[str, object]:
    """An operation that is done."""
    return {"name": OPERATION, "done": True, "response": {"generateVideoResponse": response}}


def sample(uri: object) -> dict[str, object]:
    """One generated sample."""
    return {"video": {"uri": uri}}


@pytest.mark.parametrize(
    ("uri", "headers"),
    [
        (f"{BASE}/files/1:download?alt=media", {"x-goog-api-key": "goog-secret"}),
        ("https://storage.example/1.mp4", {}),
    ],
)
def test_a_file_is_fetched_with_the_key_at_googles_own_host_only(uri: str, headers: dict[str, str]) -> None:
    adapter, vendor = against("google", answer(finished(generatedSamples=[sample(uri)])))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Succeeded)
    assert [(file.url, file.headers) for file in ended.files] == [(uri, headers)]
    assert vendor.sent[0].url == f"{BASE}/{OPERATION}"


@pytest.mark.parametrize("body", [{"name": OPERATION}, {"done": False}, {"done": "true"}, [], 5])
def test_an_operation_that_is_not_done_runs(body: object) -> None:
    adapter, _ = against("google", answer(body))
    assert adapter.poll(PREDICTION) == Running()


def test_a_poll_that_fails_is_no_verdict() -> None:
    adapter, _ = against("google", answer({}, 503))
    assert adapter.poll(PREDICTION) == Running()


FAILED: list[tuple[dict[str, object], str, str]] = [
    ({"done": True, "error": {"code": 3, "message": "bad"}}, "fail", "invalid_input"),
    ({"done": True, "error": {"code": 4}}, "retry", "provider_timeout"),
    (
        {"done": True, "error": {"code": 3, "message": "It was blocked by our policy."}},
        "fail",
        "content_policy",
    ),
    ({"done": True, "error": {"code": 8, "message": "quota"}}, "fail_over", "provider_rate_limited"),
    ({"done": True, "error": {"code": 13}}, "retry", "provider_unavailable"),
    ({"done": True, "error": {"code": 14}}, "retry", "provider_unavailable"),
    ({"done": True, "error": {"code": 7}}, "fail_over", "provider_error"),
    ({"done": True, "error": {"code": True}}, "fail_over", "provider_error"),
    (finished(raiMediaFilteredCount=1, raiMediaFilteredReasons=["celebrity"]), "fail", "content_policy"),
    (finished(raiMediaFilteredCount=2), "fail", "content_policy"),
    (finished(raiMediaFilteredCount=0), "fail_over", "provider_invalid_response"),
    (finished(generatedSamples=[sample(None)]), "fail_over", "provider_invalid_response"),
    ({"done": True}, "fail_over", "provider_invalid_response"),
]


@pytest.mark.parametrize(("body", "failure_class", "code"), FAILED)
def test_an_operation_without_a_video_is_classified(body: object, failure_class: str, code: str) -> None:
    adapter, _ = against("google", answer(body))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert (ended.failure.failure_class, ended.failure.code) == (failure_class, code)
    assert ended.failure.http_status is None
    assert ended.failure.message


def test_an_operation_that_is_none_of_googles_is_never_asked_for() -> None:
    adapter, vendor = against("google")
    with pytest.raises(ValueError, match="not an operation"):
        adapter.poll(Prediction("google", "../x", VEO))
    assert vendor.sent == []


@pytest.mark.parametrize("case", fixture("google_errors"), ids=lambda case: case["name"])
def test_a_refusal_is_classified(case: dict[str, Any]) -> None:
    adapter, _ = against("google", told(case))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    failure = refused.value.failure
    assert (failure.failure_class, failure.code) == (case["class"], case["code"])
    assert failure.retry_after_s == case.get("retry_after_s")


def test_every_row_of_the_tables_is_the_meaning_of_some_case(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = decisions(monkeypatch, google_failures)
    for case in fixture("google_errors"):
        test_a_refusal_is_classified(case)
    assert set(RULES) - decided - set(BY_STATUS) == set()
    for body, failure_class, code in FAILED[:8]:
        test_an_operation_without_a_video_is_classified(body, failure_class, code)
    assert set(OPERATIONS) - decided == set()


@pytest.mark.parametrize(
    ("script", "proves"),
    [
        (answer({"models": []}), KeyTest.ACCEPTED),
        (told(fixture("google_errors")[0]), KeyTest.REFUSED),
        (answer({}, 503), KeyTest.UNANSWERED),
        (ResponseLost("cut"), KeyTest.UNANSWERED),
    ],
)
def test_what_an_answer_proves_about_the_key(script: Script, proves: KeyTest) -> None:
    adapter, vendor = against("google", script)
    assert adapter.try_key() is proves
    assert vendor.sent[0].url == f"{BASE}/models?pageSize=1"
