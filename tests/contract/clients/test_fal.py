"""fal's own client against the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import fal_client
import pytest

from tests.contract.simulator.client import Client


@pytest.fixture
def client(simulator_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[fal_client.SyncClient]:
    # FAL_QUEUE_RUN_HOST sets the host only; the client always puts https before it.
    monkeypatch.setattr(fal_client.client, "QUEUE_URL_FORMAT", f"{simulator_url}/fal/")
    client = fal_client.SyncClient(key="id:secret")
    yield client
    client._client.close()  # it has no close of its own


def test_a_request_ends_with_files(client: fal_client.SyncClient) -> None:
    made = client.subscribe("fal-ai/flux/schnell", {"prompt": "a lighthouse", "seed": 7})
    assert made["seed"] == 7
    assert Client("").call("GET", made["images"][0]["url"]).data.startswith(b"\xff\xd8\xff")


def test_a_blocked_prompt_ends_with_an_error(client: fal_client.SyncClient) -> None:
    with pytest.raises(fal_client.FalClientHTTPError) as blocked:
        client.subscribe("fal-ai/flux/schnell", {"prompt": "[[fal:moderation]]"})
    assert blocked.value.status_code == 422
