"""HTTP to the local parts, without retries or redirects."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    """A client that shows what the server really answered."""
    pool = urllib3.PoolManager(retries=False, timeout=10)
    yield pool
    pool.clear()
