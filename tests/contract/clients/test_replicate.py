"""Replicate's own client against the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from replicate.client import Client as Replicate
from replicate.exceptions import ReplicateError

from tests.contract.simulator.client import Client


@pytest.fixture
def client(simulator_url: str) -> Iterator[Replicate]:
    client = Replicate(api_token="r8_key", base_url=f"{simulator_url}/replicate")
    yield client
    client._client.close()  # it has no close of its own


def test_a_prediction_ends_with_files(client: Replicate) -> None:
    made = client.run("black-forest-labs/flux-schnell", input={"prompt": "a lighthouse"})
    (url,) = made  # the client wraps https URLs only
    assert Client("").call("GET", str(url)).data.startswith(b"RIFF")


def test_a_wrong_input_is_refused(client: Replicate) -> None:
    with pytest.raises(ReplicateError) as refused:
        client.run("black-forest-labs/flux-schnell", input={"prompt": "x", "num_outputs": 9})
    assert refused.value.status == 422
