"""Create the project's tables from their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidegate.adapters.dynamodb.schema import TABLES, TableSchema

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def create_tables(client: DynamoDBClient) -> None:
    """Create every table under its plain name."""
    for schema in TABLES:
        client.create_table(**_definition(schema))


def _definition(schema: TableSchema) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "TableName": schema.name,
        "KeySchema": _keys(schema.partition, schema.sort),
        "BillingMode": "PAY_PER_REQUEST",
    }
    names = {schema.partition, schema.sort}
    if schema.index:
        names |= {schema.index.partition, schema.index.sort}
        definition["GlobalSecondaryIndexes"] = [
            {
                "IndexName": schema.index.name,
                "KeySchema": _keys(schema.index.partition, schema.index.sort),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ]
    definition["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": "S"} for name in sorted(filter(None, names))
    ]
    return definition


def _keys(partition: str, sort: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else keys
