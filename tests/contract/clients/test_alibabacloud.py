"""DashScope's own client against the simulator."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import dashscope
import pytest
from dashscope import MultiModalConversation, VideoSynthesis

from tests.contract.simulator.client import Client, eventually

MESSAGES = [{"role": "user", "content": [{"text": "a lighthouse"}]}]


@pytest.fixture(autouse=True)
def _pointed_at_the_simulator(simulator_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashscope, "base_http_api_url", f"{simulator_url}/alibabacloud/api/v1")


def test_an_image_is_made_at_once() -> None:
    made: Any = MultiModalConversation.call(
        api_key="key", model="qwen-image-plus", messages=MESSAGES, size="1664*928", watermark=False
    )
    assert made.status_code == HTTPStatus.OK, made.message
    url = made.output.choices[0].message.content[0]["image"]
    assert Client("").call("GET", url).data.startswith(b"\x89PNG")


def test_a_video_is_a_task_that_ends() -> None:
    task = VideoSynthesis.async_call(
        api_key="key", model="wan2.5-t2v-preview", prompt="a lighthouse", size="832*480", duration=5
    )
    assert task.output.task_status == "PENDING", task.message

    def ended() -> Any:
        found = VideoSynthesis.fetch(task, api_key="key")
        return found if found.output.task_status == "SUCCEEDED" else None

    found = eventually(ended)
    assert found.output.video_url.endswith(".mp4")
    refused = VideoSynthesis.cancel(task, api_key="key")
    assert refused.code == "UnsupportedOperation"


def test_a_refusal_is_told_by_its_code() -> None:
    message = [{"role": "user", "content": [{"text": "[[alibabacloud:billing]]"}]}]
    refused: Any = MultiModalConversation.call(api_key="key", model="qwen-image-plus", messages=message)
    assert (refused.status_code, refused.code) == (HTTPStatus.BAD_REQUEST, "Arrearage")
