"""Runway's own client against the simulator."""

from __future__ import annotations

import pytest
from runwayml import BadRequestError, NotFoundError, RunwayML

from tests.contract.clients.ended import until_ended
from tests.contract.simulator.client import Client


@pytest.fixture
def runway(simulator_url: str) -> RunwayML:
    return RunwayML(api_key="key", base_url=f"{simulator_url}/runway", max_retries=0)


def test_a_video_is_made_from_a_picture(runway: RunwayML) -> None:
    created = runway.image_to_video.create(
        model="gen4_turbo",
        prompt_image="https://files.example/seal.png",
        prompt_text="a seal",
        ratio="1280:720",
        duration=2,
        seed=7,
    )
    ended = until_ended(lambda: runway.tasks.retrieve(created.id), "SUCCEEDED")
    assert Client("").call("GET", ended.output[0]).data[4:8] == b"ftyp"
    runway.tasks.delete(created.id)
    with pytest.raises(NotFoundError):
        runway.tasks.retrieve(created.id)


def test_a_picture_is_made(runway: RunwayML) -> None:
    created = runway.text_to_image.create(model="gen4_image", prompt_text="a seal", ratio="1024:1024")
    ended = until_ended(lambda: runway.tasks.retrieve(created.id), "SUCCEEDED")
    assert Client("").call("GET", ended.output[0]).data.startswith(b"\x89PNG")


def test_an_empty_account_is_told_by_the_text(runway: RunwayML) -> None:
    with pytest.raises(BadRequestError, match="not have enough credits"):
        runway.text_to_image.create(model="gen4_image", prompt_text="[[runway:billing]]", ratio="1024:1024")
