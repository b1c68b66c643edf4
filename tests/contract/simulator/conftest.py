"""A simulator in which nothing happens until a test lets time pass or completes a job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.receiver.app import create_app as create_receiver
from local.serving import serve
from local.simulator.app import create_app
from local.simulator.settings import Settings
from tests.contract.simulator.client import Client, eventually

_STILL = Settings(queue_s=60, image_s=60, video_s=60, jitter=0, callback_retries_s=[10, 20])


class Hooks:
    """Takes callbacks and shows them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.url = f"{client.url}/callbacks/here?token=1"

    def behave(self, **behaviour: Any) -> None:
        """Script how the next callbacks are answered."""
        answer = self._client.call("PUT", "/behaviour", {"path": "/callbacks/here", **behaviour})
        assert answer.status == 200

    def received(self) -> list[dict[str, Any]]:
        """What came, oldest first."""
        return list(self._client.call("GET", "/deliveries").json()["deliveries"])

    def wait(self, count: int = 1) -> list[dict[str, Any]]:
        """What came, once there are ``count``."""
        return eventually(lambda: found if len(found := self.received()) >= count else None)

    def clear(self) -> None:
        """Forget what came and how to answer."""
        self._client.call("DELETE", "/deliveries")
        self._client.call("DELETE", "/behaviour")


@pytest.fixture(scope="session")
def _running_simulator() -> Iterator[Client]:
    with serve(create_app(_STILL)) as served:
        client = Client(served.url)
        yield client
        client.close()


@pytest.fixture(scope="session")
def _running_hooks() -> Iterator[Hooks]:
    with serve(create_receiver()) as served:
        client = Client(served.url)
        yield Hooks(client)
        client.close()


@pytest.fixture
def simulator(_running_simulator: Client) -> Client:
    """A simulator without jobs, faults or memories."""
    _running_simulator.control("POST", "/reset")
    _running_simulator.control("PUT", "/settings", _STILL.model_dump())
    return _running_simulator


@pytest.fixture
def hooks(_running_hooks: Hooks) -> Hooks:
    """Somewhere to call back to."""
    _running_hooks.clear()
    return _running_hooks
