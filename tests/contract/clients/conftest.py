"""A quick simulator for the vendors' own clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.serving import serve
from local.simulator.app import create_app
from local.simulator.settings import Settings


@pytest.fixture(scope="session")
def simulator_url() -> Iterator[str]:
    """Where a simulator runs whose jobs take next to no time."""
    with serve(create_app(Settings(queue_s=0.01, image_s=0.01, video_s=0.01, jitter=0))) as served:
        yield served.url
