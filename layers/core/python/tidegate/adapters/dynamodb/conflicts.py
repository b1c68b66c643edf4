"""Single writes that meet a transaction on their item: it is over in milliseconds, so they are sent again."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_TRIES: Final = 6
_FIRST_PAUSE_S: Final = 0.02  # doubles, with full jitter: about 0.6 s at the worst in all


def wait_out_transactions(client: DynamoDBClient) -> DynamoDBClient:
    """Have the client repeat what DynamoDB refused because a transaction was at the item; returns it.

    PutItem, UpdateItem and DeleteItem are refused so, and wrote nothing (API reference,
    TransactionConflictException); botocore's retry modes take it for a final answer. What still meets a
    transaction after the last try raises that error.
    """
    client.meta.events.register("needs-retry.dynamodb", _pause_s)  # type: ignore[arg-type]
    return client


def _pause_s(response: tuple[Any, dict[str, Any]] | None, attempts: int, **_: Any) -> float | None:
    """Say how long to wait before the next try; None to leave it to botocore's own rules.

    ``response`` is None where there was no answer, else the HTTP response and what was read of it.
    """
    if response is None or attempts >= _TRIES:
        return None
    if response[1].get("Error", {}).get("Code") != "TransactionConflictException":
        return None
    return random.uniform(0, _FIRST_PAUSE_S * 2 ** (attempts - 1))  # noqa: S311  jitter, not a secret
