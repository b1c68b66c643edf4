"""One in-process AWS a module, whose tables are emptied for each library: what one leaves, no other finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.babysea.conftest import environment, pictures
from tests.contract.babysea.gateway import Clock
from tests.contract.banatie.client import Client
from tests.integration.conftest import SESSION
from tests.integration.tables import create_tables
from tidegate.adapters.dynamodb.schema import TABLES

__all__ = ["environment", "pictures"]


@pytest.fixture
def begin(environment: dict[str, str]) -> Callable[[], Client]:
    """Begins a project with a key, whose account has one dollar, alone in its tables."""

    def fresh() -> Client:
        runtime = Clock(environment, SESSION)  # a new one, that remembers nothing
        for schema in TABLES:
            runtime.dynamodb.delete_table(TableName=schema.name)
        create_tables(runtime.dynamodb)
        return Client(runtime)

    return fresh
