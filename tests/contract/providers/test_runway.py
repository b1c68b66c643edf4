"""Runway: what is sent, and what every kind of answer means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.providers.wire import Script, answer
from tests.contract.providers.wire_others import against, image, video
from tidegate.adapters.http import ResponseLost
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown, ProviderRefused, SearchUnsupported
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureCode,
    Job,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)

BASE = "https://api.dev.runwayml.com/v1"
TURBO = video("gen4_turbo", promptImage="https://a/1.png", promptText="a seal", ratio="1280:720", duration=5)
GEN4 = image("gen4_image", promptText="a seal", ratio="1024:1024", referenceImages=["https://a/1.png"])
TASK_ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
PREDICTION = Prediction("runway", TASK_ID, "gen4_turbo")
URL = "https://dnznrvs05pmza.cloudfront.example/1.mp4?_jwt=x"


def task(status: object, **fields: Any) -> Script:
    """A task as GET shows it."""
    return answer({"id": TASK_ID, "status": status, "createdAt": "2026-11-20T10:00:00Z", **fields})


@pytest.mark.parametrize(
    ("job", "path"),
    [
        (TURBO, "image_to_video"),
        (video("gen4.5", promptText="a seal", ratio="1280:720", duration=5), "text_to_video"),
        (GEN4, "text_to_image"),
    ],
)
def test_what_is_made_of_what_is_the_path(job: Job, path: str) -> None:
    adapter, vendor = against("runway", answer({"id": TASK_ID}))
    assert adapter.submit(job) == Accepted(Prediction("runway", TASK_ID, job.native_model))
    assert vendor.sent[0].url == f"{BASE}/{path}"
    assert vendor.sent[0].json["model"] == job.native_model


def test_every_request_names_the_version_of_the_api() -> None:
    adapter, vendor = against("runway", answer({"id": TASK_ID}), task("PENDING"), answer(b"", 204))
    adapter.submit(TURBO)
    adapter.poll(PREDICTION)
    adapter.cancel(PREDICTION)
    assert {sent.headers["X-Runway-Version"] for sent in vendor.sent} == {"2024-11-06"}
    assert {sent.headers["Authorization"] for sent in vendor.sent} == {"Bearer key_secret"}


def test_reference_pictures_are_objects() -> None:
    adapter, vendor = against("runway", answer({"id": TASK_ID}))
    adapter.submit(GEN4)
    assert vendor.sent[0].json["referenceImages"] == [{"uri": "https://a/1.png"}]


@pytest.mark.parametrize("script", [ResponseLost("timeout"), answer(b"<html>"), answer({"id": "../x"})])
def test_a_task_without_a_readable_id_is_unknown(script: Script) -> None:
    adapter, _ = against("runway", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(TURBO)


def test_a_wrong_input_is_explained() -> None:
    body = {"error": "Validation of body failed", "issues": [{"message": "Too long", "path": ["promptText"]}]}
    adapter, _ = against("runway", answer(body, 400))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(TURBO)
    assert refused.value.failure.message == "Validation of body failed: promptText: Too long"


@pytest.mark.parametrize("status", ["PENDING", "THROTTLED", "RUNNING", "TOMORROW", 5])
def test_a_task_is_asked_for_once_in_five_seconds(status: object) -> None:
    adapter, vendor = against("runway", task(status))
    assert adapter.poll(PREDICTION) == Running(5)
    assert vendor.sent[0].url == f"{BASE}/tasks/{TASK_ID}"


@pytest.mark.parametrize(
    ("script", "wait_s"),
    [
        (answer({}, 502), 5),
        (answer(b"<html>no such host</html>", 404), 5),
        (answer({}, 429, {"retry-after": "60"}), 60),
        (ResponseLost("reset"), 5),
    ],
)
def test_a_poll_that_fails_is_no_verdict(script: Script, wait_s: int) -> None:
    adapter, _ = against("runway", script)
    assert adapter.poll(PREDICTION) == Running(wait_s)


def test_a_task_that_succeeded_has_its_files() -> None:
    adapter, _ = against("runway", task("SUCCEEDED", output=[URL]))
    assert adapter.poll(PREDICTION) == Succeeded((MediaFile(url=URL),))


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (task("SUCCEEDED", output=[]), FailureCode.INVALID_RESPONSE),
        (task("CANCELLED"), FailureCode.CANCELED),
        (task("CANCELED"), FailureCode.CANCELED),
        (answer({"error": "Not Found"}, 404), FailureCode.CANCELED),
        (task("FAILED"), FailureCode.ERROR),
    ],
)
def test_a_task_that_ended_otherwise_has_failed(script: Script, code: FailureCode) -> None:
    adapter, _ = against("runway", script)
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert ended.failure.code is code


@pytest.mark.parametrize(("script", "taken"), [(answer(b"", 204), True), (answer({}, 404), False)])
def test_a_task_is_cancelled_by_deleting_it(script: Script, taken: bool) -> None:  # noqa: FBT001
    adapter, vendor = against("runway", script)
    assert adapter.cancel(PREDICTION) is taken
    assert vendor.sent[0].method == "DELETE"


def test_a_lost_task_cannot_be_looked_up() -> None:
    adapter, _ = against("runway")
    with pytest.raises(SearchUnsupported):
        adapter.search(TURBO, 0, 1)


def test_an_id_that_changes_the_path_is_never_asked_for() -> None:
    adapter, _ = against("runway")
    with pytest.raises(ValueError, match="not an id"):
        adapter.poll(Prediction("runway", "../organization", "m"))


@pytest.mark.parametrize(("status", "result"), [(200, KeyTest.ACCEPTED), (401, KeyTest.REFUSED)])
def test_a_key_is_tried(status: int, result: KeyTest) -> None:
    adapter, _ = against("runway", answer({}, status))
    assert adapter.try_key() is result
