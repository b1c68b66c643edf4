"""Several pictures of one generation: all of them, or another provider; one price, or none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.serving import serve
from local.simulator.app import create_app
from local.simulator.settings import Settings
from tests.contract.simulator.client import Client
from tests.integration.attempts.vendors import OTHER, VENDORS, Vendor, VendorWorld
from tests.integration.attempts.world import PRICE
from tidegate.domain.generation import Status
from tidegate.domain.money import ZERO
from tidegate.runtime import Runtime

QUICK = Settings(queue_s=0.01, image_s=0.01, video_s=0.01, jitter=0)
SEVERAL = [vendor for vendor in VENDORS if vendor.number]
CHARGED, REFUNDED = (PRICE * 9, ZERO, 0), (PRICE * 10, ZERO, 0)

pytestmark = pytest.mark.parametrize("vendor", SEVERAL, ids=lambda vendor: vendor.name)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Client]:
    with serve(create_app(QUICK)) as served:
        client = Client(served.url)
        yield client
        client.close()


def test_as_many_as_were_asked_for_are_stored_and_charged_once(
    runtime: Runtime, simulator: Client, vendor: Vendor
) -> None:
    world = VendorWorld(runtime, simulator, vendor, "three lighthouses", number=3)
    ended = world.run()
    assert (ended.status, ended.provider_used, len(ended.outputs)) == (Status.SUCCEEDED, vendor.name, 3)
    assert world.books() == CHARGED


def test_fewer_than_were_asked_for_are_no_result(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault("partial"), number=3)
    ended = world.run()
    assert world.trail() == [(vendor.name, "failed"), (OTHER, "failed")]  # the other makes one
    attempts = runtime.generations.attempts.of(ended.generation_id)
    made = [attempt.failure.message for attempt in attempts if attempt.failure]
    assert made == ["the provider made 2 of 3 files", "the provider made 1 of 3 files"]
    assert (ended.status, ended.outputs) == (Status.FAILED, ())
    assert world.books() == REFUNDED
