"""An account's usage in the telemetry table: an item for each day and key, one of errors, one of attempts.

``pk`` is ``account#<id>``, ``sk`` begins with the day, so that one query reads a period. The requests of the
day under way lie on the keys themselves (``request_counters.py``, docs/adr/0045).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.money import Money
from tidegate.domain.usage import DayCount, ErrorCount, ProviderUsage, day_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

TOTAL: Final = "n"
ENDPOINT: Final = "u#"  # and the endpoint's code
GENERATIONS: Final = "generations"
_KEPT_DAYS: Final = 100  # a little longer than anybody can ask for
_SIDES: Final = {False: "c", True: "s"}  # whose fault: the client's, the server's
_AMOUNTS: Final = {"cost", "wasted"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What the table holds of a period."""

    requests: dict[tuple[str, int], DayCount] = field(default_factory=dict)  # by key id and day
    errors: list[ErrorCount] = field(default_factory=list)
    providers: list[ProviderUsage] = field(default_factory=list)
    generations: int = 0


class UsageTable:
    """Counters of accounts."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, account_id: str, key_id: str, count: DayCount) -> None:
        """Store what a key counted on a day. Repeating it, or being late with less, changes nothing."""
        values: dict[str, object] = {"ttl": expires_at_s(count.day), TOTAL: count.total}
        values |= {f"{ENDPOINT}{code}": number for code, number in count.by_endpoint.items()}
        names = {f"#{n}": name for n, name in enumerate(values)}
        sets = ", ".join(f"{name} = :{name[1:]}" for name in names)
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(account_id, f"{count.day}#requests#{key_id}"),
                UpdateExpression=f"SET {sets}",
                ConditionExpression="attribute_not_exists(pk) OR #1 < :1",  # 1 is the total
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=encode_item({f":{n}": v for n, v in enumerate(values.values())}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def count_error(
        self, account_id: str, *, endpoint: str, error: str, is_server: bool, now_ms: int
    ) -> None:
        """Count a request that was answered with an error."""
        day = day_of(now_ms)
        self._client.update_item(
            TableName=self._table,
            Key=_key(account_id, f"{day}#errors"),
            UpdateExpression="ADD #error :one SET #ttl = :ttl",
            ExpressionAttributeNames={"#error": f"{endpoint}|{_SIDES[is_server]}|{error}", "#ttl": "ttl"},
            ExpressionAttributeValues=encode_item({":one": 1, ":ttl": expires_at_s(day)}),
        )

    def period(self, account_id: str, first_day: int, last_day: int) -> Kept:
        """Read everything of these days, both included."""
        kept = Kept()
        generations = 0
        for item in self._items(account_id, first_day, last_day):
            values = decode_item(item)
            day, kind, *rest = values["sk"].split("#")
            match kind:
                case "requests":
                    kept.requests[rest[0], int(day)] = count_of(int(day), values)
                case "errors":
                    kept.errors.extend(_errors(values))
                case _:
                    kept.providers.extend(_providers(values))
                    generations += values.get(GENERATIONS, 0)
        return Kept(kept.requests, kept.errors, kept.providers, generations)

    def _items(self, account_id: str, first_day: int, last_day: int) -> Iterator[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :account AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=encode_item(
                {":account": f"account#{account_id}", ":first": f"{first_day}#", ":last": f"{last_day}#~"}
            ),
        )
        return (item for page in pages for item in page["Items"])


def count_of(day: int, values: Mapping[str, Any]) -> DayCount:
    """Read the request counters among an item's values."""
    codes = {name.removeprefix(ENDPOINT): n for name, n in values.items() if name.startswith(ENDPOINT)}
    return DayCount(day, values.get(TOTAL, 0), codes)


def attempts_key(account_id: str, day: int) -> Item:
    """Name the item that counts an account's attempts of a day."""
    return _key(account_id, f"{day}#attempts")


def expires_at_s(day: int) -> int:
    """When a day's counters are cleared away, in epoch seconds."""
    return (day + _KEPT_DAYS) * 86_400


def _errors(values: Mapping[str, Any]) -> Iterator[ErrorCount]:
    for name, count in values.items():
        endpoint, _, rest = name.partition("|")
        side, _, error = rest.partition("|")
        if error:
            yield ErrorCount(endpoint, error, side == _SIDES[True], count)


def _providers(values: Mapping[str, Any]) -> Iterator[ProviderUsage]:
    found: dict[str, dict[str, Any]] = {}
    for name, count in values.items():
        provider, _, counted = name.partition("|")
        if counted:
            found.setdefault(provider, {})[counted] = Money(count) if counted in _AMOUNTS else count
    return (ProviderUsage(provider, **counted) for provider, counted in found.items())


def _key(account_id: str, sort: str) -> Item:
    return encode_item({"pk": f"account#{account_id}", "sk": sort})
