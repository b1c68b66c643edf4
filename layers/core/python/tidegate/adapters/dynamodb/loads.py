"""How many jobs each limited provider has of us: an item of telemetry for each and each minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.health import minute_of
from tidegate.domain.load import WINDOW_MINUTES, Minute, Room, first_minute

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_LOAD: Final = "load#"  # and the minute
_KEPT_MINUTES: Final = WINDOW_MINUTES + 60


class LoadTable:
    """Counts attempts from their begin to their end."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def minutes(self, provider: str, now_ms: int) -> dict[int, Minute]:
        """Read the window that ends now."""
        last = minute_of(now_ms)
        answer = self._client.query(  # ten small items: never more than a page
            TableName=self._table,
            KeyConditionExpression="pk = :provider AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=encode_item(
                {
                    ":provider": _partition(provider),
                    ":first": f"{_LOAD}{first_minute(last)}",
                    ":last": f"{_LOAD}{last}",
                }
            ),
            ConsistentRead=True,
        )
        read = (decode_item(item) for item in answer["Items"])
        return {
            int(values["sk"].removeprefix(_LOAD)): Minute(values.get("begun", 0), values.get("unended", 0))
            for values in read
        }

    def begin(self, provider: str, minute: int, room: Room) -> bool:
        """Count one more attempt if it fits in; False when it does not."""
        limits = {"begun": room.begun, "unended": room.unended}
        held = {name: number for name, number in limits.items() if number is not None}
        below = " AND ".join(f"(attribute_not_exists({name}) OR {name} < :{name})" for name in held)
        values = {":one": 1, ":ttl": _ttl_s(minute), **{f":{name}": number for name, number in held.items()}}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(provider, minute),
                UpdateExpression="SET #ttl = :ttl ADD begun :one, unended :one",
                ConditionExpression=below,
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues=encode_item(values),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def end(self, provider: str, minute: int, number: int) -> None:
        """Give back the places of so many attempts that began in that minute, if so many were taken.

        Attempts that began while their worker did not know of the limit yet took none.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(provider, minute),
                UpdateExpression="ADD unended :fewer",
                ConditionExpression="unended >= :number",
                ExpressionAttributeValues=encode_item({":fewer": -number, ":number": number}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def _partition(provider: str) -> str:
    return f"provider#{provider}"


def _key(provider: str, minute: int) -> Item:
    return encode_item({"pk": _partition(provider), "sk": f"{_LOAD}{minute}"})


def _ttl_s(minute: int) -> int:
    return (minute + _KEPT_MINUTES) * 60
