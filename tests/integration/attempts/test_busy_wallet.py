"""The wallet is so busy that no settlement gets through for a while."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from tests.integration.attempts.scripted import ScriptedProvider, synchronous
from tests.integration.attempts.world import PRICE, World
from tidegate.domain.generation import Status
from tidegate.domain.money import ZERO
from tidegate.runtime import Runtime

_CONFLICTS = 12  # more than one transaction waits out


def test_what_a_synchronous_provider_made_is_not_thrown_away(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = synchronous("replicate", ["sync"]), ScriptedProvider("fal")
    world = World(runtime, first, second)
    write, tries = runtime.dynamodb.transact_write_items, iter(range(_CONFLICTS))

    def busy(**request: Any) -> Any:
        if next(tries, None) is None:
            return write(**request)
        reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"}]
        response: Any = {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": reasons,
        }
        raise ClientError(response, "TransactWriteItems")

    monkeypatch.setattr("tidegate.adapters.dynamodb.transaction.time.sleep", lambda _seconds: None)
    with patch.object(runtime.dynamodb, "transact_write_items", busy):
        ended = world.run()
    assert (ended.status, ended.provider_used) == (Status.SUCCEEDED, "replicate")
    assert (first.submits, second.submits) == (1, 0)
    assert world.books() == (PRICE * 9, ZERO, 0)
