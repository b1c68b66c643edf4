"""Event source mappings: what wakes a function that nobody calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Config
from infra.constructs.queue import DeadLetterQueue, WorkQueue
from infra.constructs.table import Table


@dataclass(frozen=True, slots=True)
class Batches:
    """How a stream's records are handed over: so many at once, gathered for ``window_s`` seconds.

    A batch that fails is ``halved``, or else comes again as it was, so that its name can tell the function
    that it was there before.
    """

    size: int
    window_s: int | None = None
    halved: bool = True


def feed_from_queue(
    scope: Construct, construct_id: str, function: lambda_.Function, queue: WorkQueue, *, batch: int
) -> None:
    """Hand the queue's messages to the function, which reports those that failed."""
    lambda_.CfnEventSourceMapping(
        scope,
        construct_id,
        function_name=function.function_arn,
        event_source_arn=queue.queue.queue_arn,
        batch_size=batch,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(
            maximum_concurrency=queue.worker.concurrency
        ),
    )


def feed_from_stream(
    scope: Construct,
    construct_id: str,
    function: lambda_.Function,
    table: Table,
    config: Config,
    *,
    patterns: Sequence[Mapping[str, Any]],
    dead_letters: DeadLetterQueue,
    batches: Batches,
) -> None:
    """Hand the table's matching changes to the function, in order within one partition key.

    The function sets aside what it cannot read and raises when something else fails. The batch is then
    halved and tried again until its records are about to leave the stream. What Lambda then puts into
    ``dead_letters`` says only where the records were (docs/adr/0024).
    """
    mapping = lambda_.CfnEventSourceMapping
    mapping(
        scope,
        construct_id,
        function_name=function.function_arn,
        event_source_arn=table.stream_arn,
        # From the oldest record: nothing is missed that was written before this mapping stood.
        starting_position="TRIM_HORIZON",
        batch_size=batches.size,
        maximum_batching_window_in_seconds=batches.window_s,
        parallelization_factor=10,
        bisect_batch_on_function_error=batches.halved,
        maximum_retry_attempts=-1,
        maximum_record_age_in_seconds=config.stream_record_age_s,
        filter_criteria=mapping.FilterCriteriaProperty(
            filters=[mapping.FilterProperty(pattern=json.dumps(pattern)) for pattern in patterns]
        ),
        destination_config=mapping.DestinationConfigProperty(
            on_failure=mapping.OnFailureProperty(destination=dead_letters.queue.queue_arn)
        ),
    )
