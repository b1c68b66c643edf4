"""A function that runs by the clock."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.queue import DeadLetterQueue


def run_every(
    scope: Construct,
    construct_id: str,
    function: lambda_.Function,
    minutes: int,
    *,
    dead_letters: DeadLetterQueue,
) -> None:
    """Call the function every so many minutes. A call that cannot be delivered goes to ``dead_letters``."""
    target = targets.LambdaFunction(
        function,
        dead_letter_queue=dead_letters.queue,
        retry_attempts=2,
        max_event_age=cdk.Duration.minutes(max(minutes, 1)),
    )
    events.Rule(
        scope,
        construct_id,
        description=f"Every {minutes} min: {function.node.id}",
        schedule=events.Schedule.rate(cdk.Duration.minutes(minutes)),
        targets=[target],
    )
