"""The bus tells the library how its runs end."""

from __future__ import annotations

import json

import pytest

from functions.library import conclude
from tests.contract.banatie.client import Client
from tidegate.domain.generation import Generation


def tell(client: Client, run: Generation, run_id: str | None = None) -> list[dict[str, str]]:
    """Hand a run's end to the consumer of the bus; returns the messages that are to come again."""
    detail = {
        "account_id": run.account_id,
        "event_type": "generation.completed",
        "data": {"generation_id": run_id or run.generation_id},
    }
    record = {
        "messageId": "m",
        "receiptHandle": "r",
        "attributes": {"ApproximateReceiveCount": "1"},
        "body": json.dumps({"detail": detail}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conclude, "runtime", client.runtime)
        answer: list[dict[str, str]] = conclude.handler({"Records": [record]}, None)["batchItemFailures"]
    return answer
