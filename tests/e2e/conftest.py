"""The deployed embedded stack: started once for the session, on ports of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.config import Config

from cli.target_local import LocalSession
from local.stack.info import StackInfo
from local.stack.ports import Ports
from local.stack.stack import Stack
from tests.e2e.customer import LEARNING, Customer
from tidegate.runtime import Runtime

RETENTION = "starter=10s:20s,7d:365d"  # for test_retention: no other test has customers on that plan


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if "/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)


def freeze_routing(deployed: Runtime) -> None:
    """Keep what tests break in one model from reordering another test's; ``LEARNING`` alone may learn."""
    frozen = {model.identifier for model in deployed.catalog.models} - {LEARNING}
    stored = deployed.overrides.get()
    assert deployed.overrides.replace(replace(stored, frozen=frozenset(frozen), version=stored.version + 1))


class PatientSession(LocalSession):
    """Waits for an emulator that has its hands full: who looks on is no function with a deadline."""

    def create_client(self, service_name: str, *_: object, config: Config | None = None, **__: object) -> Any:
        """Make a client."""
        patience = Config(connect_timeout=10, read_timeout=60)
        return super().create_client(service_name, config=config.merge(patience) if config else patience)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The CDK app, deployed by the real CDK CLI onto the emulator."""
    stack = Stack(tmp_path_factory.mktemp("stack"), Ports.automatic(), {"retention": RETENTION})
    try:
        stack.up()
        assert stack.info is not None
        freeze_routing(stack.info.runtime())
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="session")
def info(stack: Stack) -> StackInfo:
    """Where everything is."""
    assert stack.info is not None
    return stack.info


@pytest.fixture(scope="session")
def deployed(info: StackInfo) -> Runtime:
    """The operator's view of the stack."""
    runtime = info.runtime()
    runtime._session = PatientSession(info.aws_endpoint_url, info.region)
    return runtime


@pytest.fixture
def customer(info: StackInfo, deployed: Runtime) -> Iterator[Customer]:
    """A customer of its own for each test, with $1 and a webhook; its books must be exact at the end."""
    customer = Customer.sign_up(info, deployed)
    yield customer
    customer.settle_down()
    assert customer.books_are_exact()
