"""BytePlus's own client against the simulator."""

from __future__ import annotations

import pytest
from byteplussdkarkruntime import Ark
from byteplussdkarkruntime._exceptions import ArkBadRequestError

from tests.contract.clients.ended import until_ended
from tests.contract.simulator.client import Client

SENSITIVE = "InputTextSensitiveContentDetected"


@pytest.fixture
def ark(simulator_url: str) -> Ark:
    return Ark(api_key="key", base_url=f"{simulator_url}/byteplus/api/v3", max_retries=0)


def test_an_image_is_made_at_once(ark: Ark) -> None:
    made = ark.images.generate(
        model="seedream-4-0-250828", prompt="a lighthouse", size="1024x1024", watermark=False
    )
    assert made.usage.generated_images == 1
    assert Client("").call("GET", made.data[0].url).data.startswith(b"\xff\xd8\xff")


def test_a_video_is_a_task_that_ends(ark: Ark) -> None:
    tasks = ark.content_generation.tasks
    content = [{"type": "text", "text": "a lighthouse"}]
    created = tasks.create(
        model="seedance-1-0-pro-250528", content=content, resolution="480p", duration=2, seed=7
    )
    ended = until_ended(lambda: tasks.get(task_id=created.id), "succeeded")
    assert ended.seed == 7
    assert ended.content.video_url.endswith(".mp4")
    assert [task.id for task in tasks.list(model="seedance-1-0-pro-250528").items] == [created.id]
    tasks.delete(task_id=created.id)
    assert tasks.list(model="seedance-1-0-pro-250528").total == 0


def test_a_refusal_is_the_clients_own_error(ark: Ark) -> None:
    with pytest.raises(ArkBadRequestError) as refused:
        ark.images.generate(
            model="seedream-4-0-250828", prompt="[[byteplus:error:InputTextSensitiveContentDetected]]"
        )
    assert SENSITIVE in str(refused.value)
