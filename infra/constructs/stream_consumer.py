"""A function that follows a table's changes, with everything that keeps it from losing one unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Config
from infra.constructs.alarms import Alarms
from infra.constructs.event_source import Batches, feed_from_stream
from infra.constructs.function import FunctionBuilder
from infra.constructs.queue import DeadLetterQueue
from infra.constructs.table import Table
from infra.constructs.use import Use

BATCHES = Batches(size=25)
UNREADABLE = "FAILURES_QUEUE_URL"


@dataclass(frozen=True, slots=True)
class Changes:
    """Which changes of a table a consumer sees, by event patterns as Lambda's filters take them, and how."""

    table: Table
    pattern: Mapping[str, Any]
    or_patterns: Sequence[Mapping[str, Any]] = ()
    batches: Batches = BATCHES


@dataclass(frozen=True, slots=True)
class StreamConsumers:
    """Adds consumers to one stack."""

    scope: Construct
    config: Config
    alarms: Alarms
    functions: FunctionBuilder

    def add(self, name: str, changes: Changes, uses: Sequence[Use], *, missed: str) -> lambda_.Function:
        """Build the function ``pipeline.<name>`` and hand it the changes.

        It may read the stream and set aside what it cannot read, beside ``uses``. ``missed`` says in the
        alarm what the changes are that it did not handle.
        """
        failed = DeadLetterQueue(
            self.scope, f"{name.capitalize()}Failures", self.config, self.alarms, holds=missed
        )
        function = self.functions.build(
            f"pipeline.{name}",
            [*changes.table.use_stream(), *uses, failed.send(UNREADABLE)],
            timeout_s=self.config.stream_timeout_s,
            alarmed=True,
        )
        feed_from_stream(
            self.scope,
            f"{name.capitalize()}Records",
            function,
            changes.table,
            self.config,
            patterns=(changes.pattern, *changes.or_patterns),
            dead_letters=failed,
            batches=changes.batches,
        )
        return function
