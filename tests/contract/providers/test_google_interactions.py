"""Google's Interactions API: what is sent, what an interaction means, every way to fail."""

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
    secrets,
)
from tests.contract.providers.wire_others import KEYS, REFERENCE, against, video
from tests.unit.domain.test_media import png
from tidegate.adapters.http import ResponseLost
from tidegate.adapters.providers import google_failures
from tidegate.adapters.providers.google import Google
from tidegate.adapters.providers.google_failures import BLOCKED, OPERATIONS
from tidegate.adapters.providers.protocol import OutcomeUnknown, ProviderRefused
from tidegate.domain.attempt import Accepted, Failed, Job, MediaFile, Prediction, Running, Succeeded
from tidegate.domain.generation import MediaType

OMNI, VEO = "gemini-omni-1.2-flash", "veo-3.1-generate-001"
BASE = "https://generativelanguage.googleapis.com/v1beta"
ID = "v1_ChdmYWtlLWlk.a-b="
PREDICTION = Prediction("google", ID, OMNI)
PICTURE = png(4, 4)
ENCODED = base64.b64encode(PICTURE).decode()
FILE = "https://files.example/in.png"
CALLBACK = f"https://api.example.com/callbacks/google/{REFERENCE}/token"
KEY = {"x-goog-api-key": "goog-secret"}


def called_back(native_model: str, **given: Any) -> Job:
    """A job for a video with a callback."""
    return Job(native_model, MediaType.VIDEO, given, CALLBACK, REFERENCE)


def shown(status: str, *steps: object, **more: object) -> dict[str, object]:
    """An interaction."""
    return {"id": ID, "object": "interaction", "status": status, "steps": list(steps), **more}


def output(*content: object) -> dict[str, object]:
    """A step of the model's."""
    return {"type": "model_output", "content": list(content)}


def test_a_text_becomes_an_interaction_in_the_background() -> None:
    adapter, vendor = against("google", answer(shown("in_progress")))
    asked = called_back(OMNI, prompt="a seal", aspect_ratio="9:16", resolution="1080p", duration="8s")
    assert adapter.submit(asked) == Accepted(PREDICTION)
    (sent,) = vendor.sent
    assert (sent.method, sent.url) == ("POST", f"{BASE}/interactions")
    assert sent.headers["x-goog-api-key"] == "goog-secret"
    assert sent.json == {
        "model": OMNI,
        "input": [{"type": "text", "text": "a seal"}],
        "response_format": {
            "type": "video",
            "delivery": "uri",
            "aspect_ratio": "9:16",
            "resolution": "1080p",
            "duration": "8s",
        },
        "generation_config": {"video_config": {"task": "text_to_video"}},
        "background": True,
        "webhook_config": {"uris": [CALLBACK], "user_metadata": {"attempt": REFERENCE}},
    }


def test_a_picture_is_sent_before_the_text_and_nobody_is_called_back_unasked() -> None:
    vendor = Warehouse(script=[answer(shown("queued"))], files={FILE: PICTURE})
    adapter = Google(vendor, secrets(Vault(KEYS)))
    assert adapter.submit(video(OMNI, prompt="a seal", image=FILE)) == Accepted(PREDICTION)
    sent = vendor.sent[0].json
    picture = {"type": "image", "data": ENCODED, "mime_type": "image/png"}
    assert sent["input"] == [picture, {"type": "text", "text": "a seal"}]
    assert sent["generation_config"] == {"video_config": {"task": "image_to_video"}}
    assert "webhook_config" not in sent


def test_an_operation_asks_for_its_callback_in_its_own_words() -> None:
    name = f"models/{VEO}/operations/abc123"
    adapter, vendor = against("google", answer({"name": name}))
    assert adapter.submit(called_back(VEO, prompt="a seal")) == Accepted(Prediction("google", name, VEO))
    assert vendor.sent[0].json["webhookConfig"] == {
        "uris": [CALLBACK],
        "userMetadata": {"attempt": REFERENCE},
    }


@pytest.mark.parametrize(
    "script", [ResponseLost("cut"), answer(b"<html>"), answer({"id": "../x"}), answer({"id": 5}), answer({})]
)
def test_an_interaction_without_a_readable_id_is_unknown(script: Script) -> None:
    adapter, _ = against("google", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(video(OMNI, prompt="x"))


@pytest.mark.parametrize("status", ["queued", "in_progress", "requires_continuation", "warming_up", 5, None])
def test_an_interaction_that_has_not_ended_runs(status: object) -> None:
    adapter, vendor = against("google", answer({"id": ID, "status": status}))
    assert adapter.poll(PREDICTION) == Running()
    assert (vendor.sent[0].method, vendor.sent[0].url) == ("GET", f"{BASE}/interactions/{ID}")


@pytest.mark.parametrize("script", [answer({}, 503), answer([], 400), answer(b"<"), ResponseLost("cut")])
def test_a_poll_that_fails_is_no_verdict(script: Script) -> None:
    adapter, _ = against("google", script)
    assert adapter.poll(PREDICTION) == Running()


@pytest.mark.parametrize(
    ("uri", "headers"),
    [(f"{BASE}/files/1:download?alt=media", KEY), ("https://storage.example/1.mp4", {})],
)
def test_a_file_is_fetched_with_the_key_at_googles_own_host_only(uri: str, headers: dict[str, str]) -> None:
    asked = {"type": "user_input", "content": [{"type": "video", "uri": "https://input.example/1.mp4"}]}
    drafted = {"type": "thought", "content": [{"type": "video", "uri": "https://draft.example/1.mp4"}]}
    made = output({"type": "text", "text": "Here."}, {"type": "video", "uri": uri, "mime_type": "video/mp4"})
    adapter, _ = against("google", answer(shown("completed", asked, drafted, made)))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Succeeded)
    assert [(file.url, file.content_type, file.headers) for file in ended.files] == [
        (uri, "video/mp4", headers)
    ]


def test_a_video_in_the_answer_is_taken_too() -> None:
    made = output({"type": "video", "data": ENCODED, "mime_type": "video/mp4"})
    adapter, _ = against("google", answer(shown("completed", made)))
    assert adapter.poll(PREDICTION) == Succeeded((MediaFile(data=PICTURE, content_type="video/mp4"),))


def failed(code: object, message: str = "said") -> dict[str, object]:
    """An interaction that tells an error."""
    return shown("failed", errors=[{"code": code, "message": message}])


URI = "https://ai.google.dev/api/errors/"
REFUSAL = "We blocked the video because it may violate our usage policy."
ENDS: list[tuple[dict[str, object], str, str]] = [
    (failed(f"{URI}safety"), "fail", "content_policy"),
    (failed(f"{URI}prohibited-content/"), "fail", "content_policy"),
    *[(failed(reason), "fail", "content_policy") for reason in sorted(BLOCKED)],
    (failed(f"{URI}unheard-of", REFUSAL), "fail", "content_policy"),
    (failed("invalid_request"), "fail", "invalid_input"),
    (failed(f"{URI}invalid_argument"), "fail", "invalid_input"),
    (failed("deadline_exceeded"), "retry", "provider_timeout"),
    (failed("resource_exhausted"), "fail_over", "provider_rate_limited"),
    (failed(f"{URI}internal"), "retry", "provider_unavailable"),
    (failed("unavailable"), "retry", "provider_unavailable"),
    (failed("unheard_of"), "fail_over", "provider_error"),
    (failed(None), "fail_over", "provider_error"),
    (shown("failed", {**output(), "error": {"code": 3, "message": "bad"}}), "fail", "invalid_input"),
    (shown("failed", {**output(), "error": {"code": 14}}), "retry", "provider_unavailable"),
    (shown("failed", 5, errors=[5]), "fail_over", "provider_error"),
    (shown("incomplete"), "fail_over", "provider_error"),
    (shown("budget_exceeded"), "fail_over", "provider_error"),
    (shown("requires_action"), "fail_over", "provider_error"),
    (shown("cancelled"), "fail_over", "provider_canceled"),
    (shown("completed", output({"type": "text", "text": REFUSAL})), "fail", "content_policy"),
    (
        shown("completed", output({"type": "text", "text": "A seal."})),
        "fail_over",
        "provider_invalid_response",
    ),
    (shown("completed", output({"type": "video"})), "fail_over", "provider_invalid_response"),
    (shown("completed", output({"type": "video", "data": "%"})), "fail_over", "provider_invalid_response"),
    (
        shown("completed", output({"type": "video", "uri": "gs://b/1"})),
        "fail_over",
        "provider_invalid_response",
    ),
    ({"status": "completed", "steps": 5}, "fail_over", "provider_invalid_response"),
]


@pytest.mark.parametrize(("body", "failure_class", "code"), ENDS)
def test_an_interaction_without_a_video_is_classified(body: object, failure_class: str, code: str) -> None:
    adapter, _ = against("google", answer(body))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert (ended.failure.failure_class, ended.failure.code) == (failure_class, code)
    assert ended.failure.http_status is None
    assert ended.failure.message


def test_every_row_of_the_table_is_the_meaning_of_some_end(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = decisions(monkeypatch, google_failures)
    for body, failure_class, code in ENDS:
        test_an_interaction_without_a_video_is_classified(body, failure_class, code)
    assert set(OPERATIONS) - decided == set()


REFUSED: list[tuple[dict[str, object], int, str, str]] = [
    ({"code": "invalid_request", "message": "Unknown parameter 'x'."}, 400, "fail", "invalid_input"),
    ({"code": "safety", "message": "no"}, 400, "fail", "content_policy"),
    ({"code": "invalid_request", "message": REFUSAL}, 400, "fail", "content_policy"),
    ({"code": 403, "message": "Blocked by the organization's policy."}, 403, "fail_over", "provider_auth"),
]


@pytest.mark.parametrize(("error", "status", "failure_class", "code"), REFUSED)
def test_a_refusal_with_a_word_for_a_code_is_classified(
    error: object, status: int, failure_class: str, code: str
) -> None:
    adapter, _ = against("google", answer({"error": error}, status))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(video(OMNI, prompt="x"))
    assert (refused.value.failure.failure_class, refused.value.failure.code) == (failure_class, code)


@pytest.mark.parametrize(
    ("script", "taken"),
    [(answer(shown("cancelled")), True), (answer({}, 400), False), (ResponseLost("x"), False)],
)
def test_an_interaction_can_be_cancelled(script: Script, taken: bool) -> None:  # noqa: FBT001
    adapter, vendor = against("google", script)
    assert adapter.cancel(PREDICTION) is taken
    assert (vendor.sent[0].method, vendor.sent[0].url) == ("POST", f"{BASE}/interactions/{ID}/cancel")


def test_an_operation_cannot_be_cancelled() -> None:
    adapter, vendor = against("google")
    assert not adapter.cancel(Prediction("google", f"models/{VEO}/operations/abc", VEO))
    assert vendor.sent == []


@pytest.mark.parametrize(
    ("native_model", "told", "known"),
    [
        (OMNI, ID, ID),
        (VEO, "abc123", f"models/{VEO}/operations/abc123"),
        (VEO, f"models/{VEO}/operations/abc123", f"models/{VEO}/operations/abc123"),
        (VEO, "a.b", "a.b"),  # no operation's id: it is asked for where it is not
    ],
)
def test_a_job_is_known_again_by_the_id_in_its_callback(native_model: str, told: str, known: str) -> None:
    adapter, _ = against("google", answer({}, 404))
    adopted = adapter.adopt(native_model, told)
    assert adopted == Prediction("google", known, native_model)
    assert adapter.poll(adopted) == Running()
