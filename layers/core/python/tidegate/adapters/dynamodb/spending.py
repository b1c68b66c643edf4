"""What each provider cost us on a UTC day, over all accounts: an item a day, written by ``tallies.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.money import Money

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PARTITION: Final = "providers"
_PREFIX: Final = "spent#"  # and the provider


class SpendingTable:
    """Reads what was counted in the telemetry table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of_day(self, day: int) -> dict[str, Money]:
        """Return each provider's cost of a day, as it is counted now."""
        answer = self._client.get_item(TableName=self._table, Key=spending_key(day), ConsistentRead=True)
        return {
            name.removeprefix(_PREFIX): Money(value)
            for name, value in decode_item(answer.get("Item", {})).items()
            if name.startswith(_PREFIX)
        }


def spending_key(day: int) -> Item:
    """Name the item that counts this day."""
    return encode_item({"pk": PARTITION, "sk": f"spending#{day}"})


def spent_name(provider: str) -> str:
    """Name a provider's counter, in micro-dollars."""
    return f"{_PREFIX}{provider}"
