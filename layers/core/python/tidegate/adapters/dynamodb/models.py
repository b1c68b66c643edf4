"""What the telemetry table knows of each model's providers: health by the minute, statistics, breakers.

Under ``model#<identifier>``: ``health#<n>`` counts five minutes, ``period#<n>`` half an hour (both written by
``tallies.py``), and ``state`` holds what requests read with one call: the breakers and the ranking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.adapters.dynamodb.model_codec import (
    BREAKER,
    PERIOD,
    STATE,
    ModelState,
    breaker_value,
    health_names,
    key,
    partition,
    period_name,
    read_minutes,
    read_state,
    read_tallies,
    record_value,
)
from tidegate.domain.health import Breaker, Window
from tidegate.domain.routing import PERIODS, Ranking, Tally, period_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BATCH: Final = 100  # BatchGetItem takes no more keys (AWS API reference)
_STATE_KEPT_S: Final = 72 * 3_600


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """A model's state, and for each provider its last minutes."""

    state: ModelState = field(default_factory=ModelState)
    minutes: Mapping[str, Mapping[int, Window]] = field(default_factory=dict)


class ModelTable:
    """Reads counters of models; keeps their breakers and rankings."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def look(self) -> None:
        """Ask the table for something that need not be there.

        Raises:
            ClientError, botocore.exceptions.BotoCoreError: it does not answer.
        """
        self._client.get_item(TableName=self._table, Key=encode_item({"pk": "look", "sk": "look"}))

    def state(self, model: str) -> ModelState:
        """Read the breakers and the ranking, as of a moment ago."""
        answer = self._client.get_item(TableName=self._table, Key=key(model, STATE))
        return read_state(answer.get("Item", {}))

    def health(
        self, models: Iterable[str], now_ms: int, *, consistent: bool = False
    ) -> dict[str, ModelHealth]:
        """Read state and last minutes of models: one call for 33 of them."""
        minute = now_ms // 60_000
        names = {model: health_names(minute) for model in models}
        keys = [key(model, sort) for model, sorts in names.items() for sort in (STATE, *sorts)]
        items: dict[tuple[str, str], Item] = {}
        for start in range(0, len(keys), _BATCH):
            asked = {"Keys": keys[start : start + _BATCH], "ConsistentRead": consistent}
            wanted: Any = {self._table: asked}
            while wanted:
                answer = self._client.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(self._table, []):
                    items[item["pk"]["S"], item["sk"]["S"]] = item
                wanted = answer.get("UnprocessedKeys")
        return {
            model: ModelHealth(
                read_state(items.get((partition(model), STATE), {})),
                read_minutes(items.get((partition(model), sort), {}) for sort in sorts),
            )
            for model, sorts in names.items()
        }

    def save_breaker(self, model: str, provider: str, breaker: Breaker, now_ms: int) -> bool:
        """Store the next version of a breaker; False when somebody else did first."""
        name, was = f"{BREAKER}{provider}", breaker.version - 1
        stored = breaker_value(breaker)
        unchanged = "#b.#v = :was" if was else "attribute_not_exists(#b)"
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key(model, STATE),
                UpdateExpression="SET #b = :b, #ttl = :ttl",
                ConditionExpression=unchanged,
                ExpressionAttributeNames={"#b": name, "#ttl": "ttl"} | ({"#v": "v"} if was else {}),
                ExpressionAttributeValues=encode_item(
                    {":b": stored, ":ttl": now_ms // 1000 + _STATE_KEPT_S} | ({":was": was} if was else {})
                ),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def tallies(self, model: str, now_ms: int) -> dict[str, dict[int, Tally]]:
        """Read what became of attempts, by provider and period."""
        first = period_of(now_ms) - PERIODS + 1
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :model AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=encode_item(
                {":model": partition(model), ":first": period_name(first), ":last": f"{PERIOD}~"}
            ),
        )
        found: dict[str, dict[int, Tally]] = {}
        for page in pages:
            for item in page["Items"]:
                values = decode_item(item)
                period = int(values["sk"].removeprefix(PERIOD))
                for provider, tally in read_tallies(values).items():
                    found.setdefault(provider, {})[period] = tally
        return found

    def save_ranking(self, model: str, ranking: Ranking) -> None:
        """Store a ranking; the last one to come stays."""
        value = {
            "at": ranking.computed_at_ms,
            "of": {n: record_value(r) for n, r in ranking.records.items()},
        }
        self._client.update_item(
            TableName=self._table,
            Key=key(model, STATE),
            UpdateExpression="SET ranking = :ranking, #ttl = :ttl",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues=encode_item(
                {":ranking": value, ":ttl": ranking.computed_at_ms // 1000 + _STATE_KEPT_S}
            ),
        )
