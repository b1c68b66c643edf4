"""A SharkApi client over one in-process AWS a module."""

from __future__ import annotations

import pytest

from tests.contract.babysea.conftest import environment, pictures, runtime
from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.sharkapi.client import Shark

__all__ = ["environment", "pictures", "runtime"]


@pytest.fixture
def shark(runtime: Clock) -> Shark:
    """An account with one dollar and no trials."""
    runtime.time_ms = NOW_MS
    return Shark(runtime)


@pytest.fixture
def newcomer(runtime: Clock) -> Shark:
    """An account with three trials and no money."""
    runtime.time_ms = NOW_MS
    return Shark(runtime, dollars="0", trials=3)
