"""A DynamoDB table, shaped by the schema that the adapters and their tests use."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.config import Config
from infra.constructs.use import Use
from tidegate.adapters.dynamodb.schema import IndexSchema, TableSchema

STREAM_CALLS = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")


class Table(Construct):
    """An on-demand table. Unasked, DynamoDB encrypts it with a key of its own (docs/adr/0022).

    An ephemeral one goes with its stack and is not backed up: it holds counters that fill again.
    """

    def __init__(self, scope: Construct, schema: TableSchema, config: Config) -> None:
        super().__init__(scope, schema.name.capitalize())
        self._schema = schema
        kept = not schema.ephemeral
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_key(schema.partition),
            sort_key=_key(schema.sort) if schema.sort else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if schema.stream else None,
            time_to_live_attribute=schema.ttl,
            deletion_protection=config.keep_data and kept,
            removal_policy=config.removal if kept else cdk.RemovalPolicy.DESTROY,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=config.point_in_time_recovery and kept
            ),
        )
        if schema.index:
            self._add_index(schema.index)

    def _add_index(self, index: IndexSchema) -> None:
        self.table.add_global_secondary_index(
            index_name=index.name,
            partition_key=_key(index.partition),
            sort_key=_key(index.sort),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )

    @property
    def stream_arn(self) -> str:
        """The change stream of a table whose schema asks for one."""
        arn = self.table.table_stream_arn
        if arn is None:
            raise ValueError(f"table {self._schema.name} has no stream")
        return arn

    def use(self, *operations: str) -> Use:
        """Allow API operations on items, such as ``GetItem``; none: the function only learns the name."""
        return self._use(operations, self.table.table_arn)

    def use_index(self, *operations: str) -> Use:
        """Allow API operations on the table's index."""
        if self._schema.index is None:
            raise ValueError(f"table {self._schema.name} has no index")
        return self._use(operations, f"{self.table.table_arn}/index/{self._schema.index.name}")

    def use_stream(self) -> tuple[Use, ...]:
        """Allow an event source mapping to read the stream. AWS offers no resource for ``ListStreams``."""
        return (
            Use(actions=STREAM_CALLS, resources=(self.stream_arn,)),
            Use(actions=("dynamodb:ListStreams",), resources=("*",)),
        )

    def _use(self, operations: tuple[str, ...], resource: str) -> Use:
        return Use(
            env={f"{self._schema.name.upper()}_TABLE": self.table.table_name},
            actions=tuple(f"dynamodb:{operation}" for operation in operations),
            resources=(resource,),
        )


def _key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
