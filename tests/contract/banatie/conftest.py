"""A client of Banatie's surface over one in-process AWS a module."""

from __future__ import annotations

import pytest

from tests.contract.babysea.conftest import environment, pictures, runtime
from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.banatie.client import Client

__all__ = ["environment", "pictures", "runtime"]


@pytest.fixture
def client(runtime: Clock) -> Client:
    """A project with a key, whose account has one dollar."""
    runtime.time_ms = NOW_MS
    return Client(runtime)


@pytest.fixture
def stranger(runtime: Clock) -> Client:
    """Another account's project."""
    return Client(runtime)
