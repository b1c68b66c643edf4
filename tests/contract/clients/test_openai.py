"""OpenAI's own client against the simulator."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import openai
import pytest

from local.simulator.media.picture import render_picture
from local.simulator.media.scene import Scene


@pytest.fixture
def client(simulator_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="key", base_url=f"{simulator_url}/openai/v1", max_retries=0) as client:
        yield client


def test_a_picture_is_made_at_once(client: openai.OpenAI) -> None:
    made = client.images.generate(model="gpt-image-1.5", prompt="a lighthouse", n=2, size="1536x1024")
    assert made.data is not None
    assert [base64.b64decode(entry.b64_json or "")[:4] for entry in made.data] == [b"\x89PNG"] * 2
    assert made.usage is not None
    assert made.size == "1536x1024"


def test_a_picture_is_edited(client: openai.OpenAI) -> None:
    scene = Scene("openai", "m", "a lighthouse", 1, 64, 64, "png")
    picture = io.BytesIO(render_picture(scene))
    picture.name = "lighthouse.png"
    edited = client.images.edit(
        model="gpt-image-1.5", prompt="at night", image=[picture], output_format="jpeg"
    )
    assert edited.data is not None
    assert base64.b64decode(edited.data[0].b64_json or "").startswith(b"\xff\xd8\xff")


def test_a_blocked_prompt_a_used_up_quota_and_a_retired_model_have_their_codes(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as blocked:
        client.images.generate(model="gpt-image-1.5", prompt="[[openai:moderation]]")
    assert blocked.value.code == "moderation_blocked"
    with pytest.raises(openai.RateLimitError) as used_up:
        client.images.generate(model="gpt-image-1.5", prompt="[[openai:billing]]")
    assert used_up.value.code == "insufficient_quota"
    with pytest.raises(openai.NotFoundError) as retired:
        client.images.generate(model="dall-e-3", prompt="a lighthouse")
    assert retired.value.code == "model_not_found"


def test_a_wrong_key_is_refused(simulator_url: str) -> None:
    url = f"{simulator_url}/openai/v1"
    with (
        openai.OpenAI(api_key="bad-key", base_url=url, max_retries=0) as wrong,
        pytest.raises(openai.AuthenticationError),
    ):
        wrong.models.list()
