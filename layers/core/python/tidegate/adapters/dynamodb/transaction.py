"""Transactions: conflicts are retried, failed conditions come back as data."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import decode_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# What passes by itself: another writer, or a hot item that is throttled.
_BUSY: Final = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_TRIES: Final = 8
_FIRST_PAUSE_S: Final = 0.02  # doubles, with full jitter: about 2.5 s at the worst in all


class ConditionsFailed(Exception):
    """At least one condition of the transaction did not hold; nothing was written.

    ``failed[i]`` says whether action i's condition failed; ``items[i]`` is the item that made it fail, in
    if the action asked for it (empty when there is no such item).
    """

    def __init__(self, reasons: Sequence[dict[str, Any]]) -> None:
        super().__init__("a condition of the transaction did not hold")
        self.failed = [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
        self.items = [decode_item(reason.get("Item") or {}) for reason in reasons]


class StillInConflict(Exception):
    """Other writers kept touching the same items until we gave up; nothing was written.

    ``conflicted[i]`` says which actions met another writer in the last try.
    """

    def __init__(self, reasons: Sequence[dict[str, Any]]) -> None:
        super().__init__("the items stayed busy")
        self.conflicted = [reason.get("Code") in _BUSY for reason in reasons]


def write(client: DynamoDBClient, actions: Sequence[dict[str, Any]], *, token: str | None = None) -> None:
    """Write all actions or none.

    botocore adds a client request token, so its own retries after a lost answer write once. A ``token`` of
    the caller's, at most 36 characters, makes the same actions write once within ten minutes, whoever sends
    them (API reference, TransactWriteItems).

    Raises:
        ConditionsFailed: a condition did not hold.
        StillInConflict: the items stayed busy over all tries.
        ClientError, botocore.exceptions.HTTPClientError: anything else; after botocore's own retries nobody
            knows whether it was written.
    """
    pause = _FIRST_PAUSE_S
    request: dict[str, Any] = {"TransactItems": actions}
    if token is not None:
        request["ClientRequestToken"] = token
    for left in reversed(range(_TRIES)):
        try:
            client.transact_write_items(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
            codes = {reason.get("Code") for reason in reasons}
            # First: a condition that fails beside a busy item may have seen half of another transaction.
            if codes & _BUSY:
                if not left:
                    raise StillInConflict(reasons) from error
            elif "ConditionalCheckFailed" in codes:
                raise ConditionsFailed(reasons) from error
            else:
                raise
        else:
            return
        time.sleep(random.uniform(0, pause))  # noqa: S311  jitter, not a secret
        pause *= 2
