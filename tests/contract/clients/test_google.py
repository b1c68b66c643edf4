"""Google's own client against the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google import genai
from google.genai import errors, types


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
