"""Google's own client against the simulator."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from google import genai
from google.genai import errors, types
from google.genai._interactions import APIStatusError  # what client.interactions raises

from tests.contract.clients.ended import until_ended
from tests.unit.domain.test_media import png

PICTURE = base64.b64encode(png(4, 4)).decode()


@pytest.fixture
def client(simulator_url: str) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=f"{simulator_url}/google", api_version="v1beta")
    with genai.Client(api_key="key", http_options=options) as client:
        yield client


def asked_for(ratio: str) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        response_modalities=["IMAGE"], image_config=types.ImageConfig(aspect_ratio=ratio), seed=7
    )


def test_a_picture_is_made_at_once(client: genai.Client) -> None:
    made = client.models.generate_content(
        model="gemini-2.5-flash-image", contents="a lighthouse", config=asked_for("16:9")
    )
    assert made.parts is not None
    (picture,) = [part.inline_data for part in made.parts if part.inline_data]
    assert picture.mime_type == "image/png"
    assert (picture.data or b"").startswith(b"\x89PNG")


def test_a_blocked_prompt_is_an_answer_without_candidates(client: genai.Client) -> None:
    made = client.models.generate_content(
        model="gemini-2.5-flash-image", contents="[[google:moderation]]", config=asked_for("1:1")
    )
    assert made.candidates is None
    assert made.prompt_feedback is not None
    assert made.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


def test_a_used_up_quota_is_refused(client: genai.Client) -> None:
    with pytest.raises(errors.ClientError) as refused:
        client.models.generate_content(model="gemini-2.5-flash-image", contents="[[google:billing]]")
    assert (refused.value.code, refused.value.status) == (429, "RESOURCE_EXHAUSTED")


VIDEO: dict[str, Any] = {
    "type": "video",
    "aspect_ratio": "9:16",
    "resolution": "360p",
    "duration": "3s",
    "delivery": "uri",
}


def ended(client: genai.Client, interaction_id: str) -> Any:
    return until_ended(lambda: client.interactions.get(interaction_id), "completed")


def test_a_video_is_made_by_an_interaction_in_the_background(
    client: genai.Client, simulator_url: str
) -> None:
    started: Any = client.interactions.create(
        model="gemini-omni-1.2-flash", input="a lighthouse", response_format=VIDEO, background=True
    )
    assert started.status in {"queued", "in_progress"}
    video = ended(client, started.id).output_video
    assert (video.mime_type, video.data) == ("video/mp4", None)
    assert video.uri.startswith(f"{simulator_url}/google/v1beta/files/")
    fetched = urllib3.request("GET", video.uri, headers={"x-goog-api-key": "key"}, timeout=30)
    assert fetched.data[4:8] == b"ftyp"


def test_a_video_may_come_in_the_answer(client: genai.Client) -> None:
    started: Any = client.interactions.create(
        model="gemini-omni-1.1-flash",
        input=[
            {"type": "image", "data": PICTURE, "mime_type": "image/png"},
            {"type": "text", "text": "a lighthouse"},
        ],
        generation_config={"video_config": {"task": "image_to_video"}},
        response_format={**VIDEO, "delivery": "inline"},
        background=True,
    )
    assert base64.b64decode(ended(client, started.id).output_video.data)[4:8] == b"ftyp"


def test_an_interaction_is_cancelled_and_deleted(client: genai.Client) -> None:
    started: Any = client.interactions.create(
        model="gemini-omni-1.2-flash", input="[[google:slow:60]]", response_format=VIDEO, background=True
    )
    assert client.interactions.cancel(started.id).status == "cancelled"
    assert client.interactions.get(started.id).status == "cancelled"
    client.interactions.delete(started.id)
    with pytest.raises(APIStatusError) as gone:
        client.interactions.get(started.id)
    assert gone.value.status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"background": False}, "in the background"),
        ({"response_format": {**VIDEO, "fps": 24}}, "Unknown parameter 'fps'"),
        ({"response_format": {**VIDEO, "duration": "8"}}, "duration"),
        ({"response_format": {**VIDEO, "resolution": "8k"}}, "resolution"),
        ({"input": [{"type": "audio", "data": "AAAA", "mime_type": "audio/mp3"}]}, "'input' must be"),
        ({"generation_config": {"video_config": {"task": "image_to_video"}}}, "does not go with 0 images"),
        ({"webhook_config": {"uris": ["ftp://example.com"]}}, "https addresses"),
    ],
)
def test_a_request_for_a_video_that_does_not_fit_is_refused(
    client: genai.Client, given: dict[str, Any], said: str
) -> None:
    asked: dict[str, Any] = {
        "model": "gemini-omni-1.2-flash",
        "input": "a lighthouse",
        "response_format": VIDEO,
        "background": True,
    }
    with pytest.raises(APIStatusError, match=said) as refused:
        client.interactions.create(**{**asked, **given})
    assert refused.value.status_code == 400
