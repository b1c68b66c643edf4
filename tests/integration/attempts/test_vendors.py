"""Every provider through every outcome: the real adapter, the simulated vendor, exact books after each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.serving import serve
from local.simulator.app import create_app
from local.simulator.settings import Settings
from tests.contract.simulator.client import Client
from tests.integration.attempts.vendors import IMPATIENT_S, OTHER, VENDORS, Vendor, VendorWorld
from tests.integration.attempts.world import PRICE
from tests.integration.conftest import REGION, SESSION
from tidegate.domain.generation import Generation, Status
from tidegate.domain.money import ZERO
from tidegate.domain.output_key import read_key
from tidegate.runtime import Runtime

CHARGED = (PRICE * 9, ZERO, 0)
REFUNDED = (PRICE * 10, ZERO, 0)
QUICK = Settings(queue_s=0.01, image_s=0.01, video_s=0.01, jitter=0)

pytestmark = pytest.mark.parametrize(
    "vendor", VENDORS, ids=lambda vendor: f"{vendor.name}-{vendor.media_type}"
)


def put_object(bucket: str, key: str, data: bytes, content_type: str) -> None:
    """Write as Bedrock does, into the account of the test that runs."""
    client: Any = SESSION.create_client("s3", region_name=REGION)
    client.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Client]:
    with serve(create_app(QUICK, put_object=put_object)) as served:
        client = Client(served.url)
        yield client
        client.close()


def left_for_the_other(world: VendorWorld, ended: Generation, status: str = "failed") -> None:
    """The vendor did not serve, the other did, and the caller paid once."""
    assert (ended.status, ended.provider_used) == (Status.SUCCEEDED, OTHER)
    assert world.trail() == [(world.vendor.name, status), (OTHER, "used")]
    assert world.books() == CHARGED


def refunded(world: VendorWorld, ended: Generation, code: str) -> None:
    """Nobody else was asked, and the caller paid nothing."""
    assert (ended.status, ended.error_code) == (Status.FAILED, code)
    assert world.trail() == [(world.vendor.name, "failed")]
    assert world.books() == REFUNDED


def stored(runtime: Runtime) -> int:
    """How many files are kept."""
    listed = runtime.client("s3").list_objects_v2(Bucket="outputs")
    return sum(read_key(entry["Key"]) is not None for entry in listed.get("Contents", []))


def test_success(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    world = VendorWorld(runtime, simulator, vendor, "a lighthouse")
    ended = world.run()
    assert (ended.status, ended.provider_used) == (Status.SUCCEEDED, vendor.name)
    assert world.trail() == [(vendor.name, "used")]
    (output,) = ended.outputs
    assert output.content_type.startswith(vendor.media_type.value)
    assert output.width
    assert stored(runtime) == 1
    assert world.books() == CHARGED


def test_a_failure_that_another_provider_may_mend(
    runtime: Runtime, simulator: Client, vendor: Vendor
) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault("failed"))
    left_for_the_other(world, world.run())


def test_a_server_that_is_down(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault("500"))
    left_for_the_other(world, world.run())


def test_a_failure_that_nobody_can_mend(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault("422"))
    refunded(world, world.run(), "invalid_input")


def test_a_moderation_block(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault("moderation"))
    refunded(world, world.run(), "content_policy")


def test_a_request_for_patience(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault("429:7*1"))
    ended = world.run(until=lambda: bool(world.ended))
    assert ended.provider_used == vendor.name
    assert world.now_ms >= world.start_ms + 7_000
    assert world.trail() == [(vendor.name, "used")]
    assert world.books() == CHARGED


def test_an_empty_account(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault("billing"))
    left_for_the_other(world, world.run())
    assert world.alerts == [(vendor.name, "provider_credits_exhausted")]


def test_a_fault_that_the_simulators_page_queued(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    queued = {"fault": vendor.words.get("500", "500"), "provider": vendor.name, "count": 2}
    simulator.control("POST", "/faults", queued)  # a server's failure is asked once more
    world = VendorWorld(runtime, simulator, vendor, "a harbour")
    left_for_the_other(world, world.run())
    shown = simulator.control("GET", f"/requests?provider={vendor.name}&kind=submit&limit=2")["requests"]
    assert [request["faults"] for request in shown] == [["500"], ["500"]]
    assert simulator.control("GET", "/faults")["queue"] == []


@pytest.mark.parametrize("loss", ["lost", "malformed"])
def test_a_lost_answer(runtime: Runtime, simulator: Client, vendor: Vendor, loss: str) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault(loss))
    ended = world.run()
    if vendor.lost == "used":
        assert (ended.provider_used, world.trail()) == (vendor.name, [(vendor.name, "used")])
        assert world.books() == CHARGED
    else:
        left_for_the_other(world, ended, vendor.lost)


def test_an_answer_that_comes_too_late(runtime: Runtime, simulator: Client, vendor: Vendor) -> None:
    fault = vendor.fault("hang" if vendor.synchronous else "late")
    world = VendorWorld(runtime, simulator, vendor, fault, IMPATIENT_S)
    left_for_the_other(world, world.run(), "failed" if vendor.synchronous else "discarded")
    assert stored(runtime) == 0


@pytest.mark.parametrize("spoiled", ["oversized_output", "html_output", "corrupt_output"])
def test_a_file_that_cannot_be_used(
    runtime: Runtime, simulator: Client, vendor: Vendor, spoiled: str
) -> None:
    world = VendorWorld(runtime, simulator, vendor, vendor.fault(spoiled))
    left_for_the_other(world, world.run())
    assert stored(runtime) == 0
