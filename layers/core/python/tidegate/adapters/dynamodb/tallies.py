"""Counts what became of attempts, each change once: by account, by model, by provider.

Everything is added, never set, and follows from the changes alone: so the same batch makes the same
transaction, and its token lets DynamoDB apply it once (docs/adr/0046).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tidegate.adapters.dynamodb import transaction
from tidegate.adapters.dynamodb.codec import Item, encode_item
from tidegate.adapters.dynamodb.model_codec import health_key, health_ttl_s, period_key, period_ttl_s
from tidegate.adapters.dynamodb.spending import spending_key, spent_name
from tidegate.adapters.dynamodb.usage import GENERATIONS, attempts_key, expires_at_s
from tidegate.domain.attempt import AttemptStatus
from tidegate.domain.health import minute_of
from tidegate.domain.routing import bucket_of, period_of
from tidegate.domain.tally import Change, is_wasted, spent_by, usage_of, used_after_ms, verdict_of
from tidegate.domain.usage import day_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_ACTIONS: Final = 100  # TransactWriteItems takes no more (AWS API reference)
_TOKEN_LENGTH: Final = 36


@dataclass(slots=True)
class _Sum:
    """What is to be added to one item."""

    key: Item
    ttl_s: int
    adds: Counter[str] = field(default_factory=Counter)


class TallyTable:
    """Writes counters into the telemetry table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, changes: Sequence[Change], batch: str) -> None:
        """Count these changes; ``batch`` names them: the same batch again counts nothing twice.

        Raises:
            transaction.StillInConflict, ClientError, HTTPClientError: try the same batch again.
        """
        actions = [self._action(entry) for entry in _sums(changes) if +entry.adds or -entry.adds]
        for start in range(0, len(actions), _ACTIONS):
            token = hashlib.sha256(f"{batch}/{start}".encode()).hexdigest()[:_TOKEN_LENGTH]
            transaction.write(self._client, actions[start : start + _ACTIONS], token=token)

    def _action(self, entry: _Sum) -> dict[str, Any]:
        adds = {name: number for name, number in sorted(entry.adds.items()) if number}
        names = {f"#a{n}": name for n, name in enumerate(adds)}
        values: dict[str, object] = {f":a{n}": number for n, number in enumerate(adds.values())}
        added = ", ".join(f"#a{n} :a{n}" for n in range(len(adds)))
        return {
            "Update": {
                "TableName": self._table,
                "Key": entry.key,
                "UpdateExpression": f"SET #ttl = :ttl ADD {added}",
                "ExpressionAttributeNames": {"#ttl": "ttl", **names},
                "ExpressionAttributeValues": encode_item({":ttl": entry.ttl_s, **values}),
            }
        }


def _sums(changes: Sequence[Change]) -> list[_Sum]:
    sums: dict[tuple[str, ...], _Sum] = {}

    def to(key: Item, ttl_s: int) -> Counter[str]:
        name = tuple(str(part["S"]) for part in key.values())
        return sums.setdefault(name, _Sum(key, ttl_s)).adds

    for change in changes:
        attempt = change.new
        day = day_of(attempt.started_at_ms)  # whenever it ends: so a day's ends never exceed its submissions
        account = to(attempts_key(attempt.account_id, day), expires_at_s(day))
        if change.old is None and attempt.number == 1:
            account[GENERATIONS] += 1
        if attempt.status is not AttemptStatus.SKIPPED:
            for name, number in usage_of(change):
                account[f"{attempt.provider}|{name}"] += number
        if spent := spent_by(change).micros:
            to(spending_key(day), expires_at_s(day))[spent_name(attempt.provider)] += spent
        _add_health(change, to)
        _add_period(change, to)
    return [sums[name] for name in sorted(sums)]


def _add_health(change: Change, to: Any) -> None:
    verdict = verdict_of(change)
    if verdict is None:
        return
    minute = minute_of(change.at_ms)
    counted = to(health_key(change.new.model, minute), health_ttl_s(minute))
    counted[f"{change.new.provider}|{minute}|a"] += 1
    counted[f"{change.new.provider}|{minute}|f"] += not verdict.succeeded


def _add_period(change: Change, to: Any) -> None:
    used_ms, wasted = used_after_ms(change), is_wasted(change)
    if used_ms is None and not wasted:
        return
    period, provider = period_of(change.at_ms), change.new.provider
    counted = to(period_key(change.new.model, period), period_ttl_s(period))
    if used_ms is None:
        counted[f"{provider}|wasted"] += 1
    else:
        counted[f"{provider}|used"] += 1
        counted[f"{provider}|cost"] += change.new.cost.micros
        counted[f"{provider}|l{bucket_of(used_ms)}"] += 1
